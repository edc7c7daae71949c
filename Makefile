# A fresh machine has python3 (3.11 or newer), python3-venv and make; everything else is fetched here, by hash.
#
#   make demo     a month of stray mail on loopback, and the reports it leads to
#   make test-quick   unit tests and the rules of the house
#   make test     the tests but the long ones; those whose peer (another server or client) is absent are skipped by name
#   make test-all     the long ones, too
#   make soak     random tests with fresh seeds for MINUTES=10; a second call goes on where the first ended
#   make check    types, style, layers
#   make peers    as root, on Debian: install the peers that tests and benchmarks use
#   make mailbox-providers   the list of mailbox providers anew, from npm's and PyPI's lists; needs npm
#   make docs     the generated pages of docs/: configuration and commands
#   make bench    DNS and SMTP beside their peers, the fingerprint, a report, and commands
#   make clean    remove what these made

PYTHON ?= python3
VENV := .venv
LOCKS := deploy/requirements-build.lock deploy/requirements.lock
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --no-input

# A worker more than cores, because tests of processes wait half of their time. A file stays with one worker, because its
# fixtures (a server, the demo's month) are made once a file. Files start in the order of their names: what waits comes first,
# and the many small files of unit/ come last, so that the workers end together.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
SIDE_BY_SIDE := $(VENV)/bin/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not serial and not long"
ALONE := $(VENV)/bin/pytest
MINUTES ?= 10

# Tests start hundreds of processes; each reads compiled modules, which the first one writes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test-quick test test-all soak check docs mailbox-providers bench peers clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.runtime
	$(VENV)/bin/catcher demo $(DEMO_FLAGS)

test-quick: $(VENV)/.development
	$(SIDE_BY_SIDE) $(PYTEST_FLAGS) tests/unit tests/house

test: $(VENV)/.development
	$(SIDE_BY_SIDE) $(PYTEST_FLAGS)
	$(ALONE) -m "serial and not long" $(PYTEST_FLAGS)

test-all: test
	$(ALONE) -m long -o faulthandler_timeout=2400 $(PYTEST_FLAGS)

soak: $(VENV)/.development
	$(VENV)/bin/python -m tests.soak $(MINUTES)

check: $(VENV)/.development
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

docs: $(VENV)/.runtime
	$(VENV)/bin/python -m catcher.cli.reference .

mailbox-providers: $(VENV)/.development
	rm -rf build/lists && mkdir -p build/lists/providers build/lists/free build/lists/misp
	cd build/lists && npm pack --silent email-providers free-email-domains
	tar -xzf build/lists/email-providers-*.tgz -C build/lists/providers
	tar -xzf build/lists/free-email-domains-*.tgz -C build/lists/free
	$(PIP) install --quiet --no-deps --target build/lists/misp pymispwarninglists
	$(VENV)/bin/python -m tests.training.mailboxproviders build/lists/providers/package build/lists/free/package \
	    build/lists/misp/pymispwarninglists

bench: $(VENV)/.runtime
	$(VENV)/bin/catcher bench dns
	$(VENV)/bin/catcher bench smtp
	$(VENV)/bin/catcher bench upkeep
	$(VENV)/bin/catcher bench fingerprint
	$(VENV)/bin/catcher bench report --full
	$(VENV)/bin/catcher bench commands

peers:
	deploy/peers

# Some packages come as source; what builds them is locked, too (--no-build-isolation), and none needs a compiler.
$(VENV)/.runtime: $(LOCKS) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "catcher needs Python 3.11 or newer; name one: make PYTHON=…" >&2; exit 3; }
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r deploy/requirements-build.lock
	$(PIP) install --quiet --require-hashes --no-build-isolation -r deploy/requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.development: $(VENV)/.runtime deploy/requirements-dev.lock
	$(PIP) install --quiet --require-hashes --no-build-isolation -r deploy/requirements-dev.lock
	touch $@

clean:
	rm -rf $(VENV) .peers .cache build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
