# A fresh machine has python3 (3.11 or newer), python3-venv and make; everything else is fetched here, by hash.
#
#   make demo     a month of stray mail on loopback, and the reports it leads to
#   make test     the tests; those whose peer (another server or client) is absent are skipped by name
#   make check    types, style, layers
#   make peers    as root, on Debian: install the peers that tests and benchmarks use
#   make docs     the generated pages of docs/: configuration and commands
#   make bench    DNS and SMTP beside their peers, the fingerprint, a report, and commands
#   make clean    remove what these made

PYTHON ?= python3
VENV := .venv
LOCKS := deploy/requirements-build.lock deploy/requirements.lock
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --no-input

.PHONY: demo test check docs bench peers clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.runtime
	$(VENV)/bin/catcher demo $(DEMO_FLAGS)

test: $(VENV)/.development
	$(VENV)/bin/pytest $(PYTEST_FLAGS)

check: $(VENV)/.development
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

docs: $(VENV)/.runtime
	$(VENV)/bin/python -m catcher.cli.reference docs/running

bench: $(VENV)/.runtime
	$(VENV)/bin/catcher bench dns
	$(VENV)/bin/catcher bench smtp
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
