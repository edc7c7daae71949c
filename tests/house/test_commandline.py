"""The command line starts quickly, knows every command it lists, and is what pages and Makefile say it is."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from catcher.cli import root
from tests.support.docpages import PAGES, CommandLine, command_lines
from tests.support.server import Server
from tests.support.tree import ROOT

HEAVY = ("asyncio", "pydantic", "dns", "dnslib", "jinja2", "sqlite_utils", "sqlite3", "dkim", "spf", "aiosmtpd", "idna")


def test_help_imports_nothing_heavy() -> None:
    """What makes a start slow is what it imports; ``--help`` needs none of that."""
    program = f"""
import sys
from catcher.cli import main
sys.argv = ["catcher", "--help"]
try:
    main()
finally:
    print("imported:", *[name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert "Usage: catcher" in done.stdout
    assert done.stdout.rstrip().endswith("imported:"), done.stdout[-200:]


READERS = ("alert", "catalogue", "contact", "incident", "notify", "observation", "report")
SERVERS = ("serve", "smtp", "dns", "fingerprint", "resolve", "supervise.supervisor", "store.remote")


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_is_named_as_it_is_called(name: str) -> None:
    assert find_spec(f"catcher.{name}") is not None


@pytest.mark.parametrize("noun", READERS)
def test_a_noun_that_reads_loads_no_server(noun: str, tmp_path: Path) -> None:
    """Half a second of each command went into servers, look-ups and templates that it didn't use."""
    program = f"""
import sys, pathlib
import catcher.cli.{noun}
from catcher import wiring
from catcher.config import load_config
config = load_config(pathlib.Path({str(Server(tmp_path).config)!r}))
store = wiring.open_store(config)
wiring.contact_book(config, store, wiring.load_catalogue(config))
store.close()
names = [f"catcher.{{name}}" for name in {SERVERS!r}] + ["jinja2", "asyncio"]
print("loaded:", *[name for name in names if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.rstrip().endswith("loaded:"), done.stdout[-200:] + done.stderr[-500:]


def commands() -> dict[str, click.Command]:
    """``noun`` and ``noun verb`` → command."""
    found = {}
    context = click.Context(root)
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None
        found[name] = command
        if isinstance(command, click.Group):
            for verb in command.list_commands(context):
                below = command.get_command(context, verb)
                assert below is not None
                found[f"{name} {verb}"] = below
    return found


@pytest.mark.parametrize("name", root.list_commands(click.Context(root)))
def test_every_listed_command_exists_and_says_what_it_does(name: str) -> None:
    command = importlib.import_module(f"catcher.cli.{name.replace('-', '_')}").command
    assert isinstance(command, click.Command)
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts[0]}"


SHOWN = [line for page in PAGES for line in command_lines(page)]
"""The command lines of all pages; tests/e2e/test_docs.py runs them."""
_NAMED = re.compile(r"`catcher ([a-z][^`]*)`")


def test_the_readme_shows_its_commands_in_console_blocks() -> None:
    assert any(line.page == "README.md" and line.text.startswith("make demo") for line in SHOWN)


@pytest.mark.parametrize("line", [line for line in SHOWN if line.text.startswith("catcher ")], ids=str)
def test_a_catcher_command_of_a_page_exists(line: CommandLine) -> None:
    assert faults_of(line.text.removeprefix("catcher ")) == []


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda page: str(page.relative_to(ROOT)))
def test_a_catcher_command_that_a_sentence_names_exists(page: Path) -> None:
    named = _NAMED.findall(page.read_text(encoding="utf-8"))
    assert [fault for text in named for fault in faults_of(text)] == []


@pytest.mark.parametrize("text", ["incidents", "incident list --colour", "notify list|hold"])
def test_a_command_that_does_not_exist_is_found(text: str) -> None:
    assert faults_of(text)


def faults_of(text: str) -> list[str]:
    """What of ``noun verb|verb --option …`` doesn't exist."""
    words, known = text.split(), commands()
    noun, *rest = words
    if noun not in known:
        return [noun]
    group = isinstance(known[noun], click.Group)
    verbs = rest[0].split("|") if group and rest and rest[0][0].islower() else []
    names = [f"{noun} {verb}" for verb in verbs] or [noun]
    unknown = [name for name in names if name not in known]
    parameters = [parameter for name in names if name in known for parameter in known[name].params]
    options = {option for p in parameters for option in (*p.opts, *p.secondary_opts)}
    shown = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    return [*unknown, *sorted(shown - options - {"--help", "-h"})]


@pytest.mark.parametrize("line", [line for line in SHOWN if line.text.startswith("make ")], ids=str)
def test_a_make_command_of_a_page_exists(line: CommandLine) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert all(word in targets for word in line.text.split()[1:] if "=" not in word)


def test_every_target_is_explained_at_the_top_of_the_makefile() -> None:
    text = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^([a-z-]+):", text, re.MULTILINE)
    assert targets
    assert [t for t in targets if not re.search(rf"^#   make {t} ", text, re.MULTILINE)] == []


LONGEST_FIRST_LINE = 50
"""Characters: click cuts what doesn't fit beside the longest name in 80 columns."""


@pytest.mark.parametrize("name", commands())
def test_the_first_line_of_a_help_text_is_short_and_an_imperative(name: str) -> None:
    text = commands()[name].help or ""
    first, *rest = text.splitlines()
    assert len(first) <= LONGEST_FIRST_LINE, f"{len(first)} characters: {first}"
    assert first.endswith(".")
    assert re.match(r"[A-Z][a-z]+(?<!s)[ ,]", first), f"not an imperative: {first}"
    assert not rest or rest[0] == "", "the first line is a sentence of its own"


@pytest.mark.parametrize("name", [name for name, command in commands().items() if isinstance(command, click.Group)])
def test_no_help_text_is_cut_in_80_columns(name: str) -> None:
    command = commands()[name]
    text = command.get_help(click.Context(command, info_name=f"catcher {name}", terminal_width=80))
    assert not [line for line in text.splitlines() if line.endswith("...") and not line.startswith("Usage:")]


def test_the_list_of_commands_says_what_they_say_themselves() -> None:
    context = click.Context(root, terminal_width=80)
    shown = root.get_help(context)
    for name in root.list_commands(context):
        assert f"  {name:<11}  {(commands()[name].help or '').splitlines()[0]}\n" in shown + "\n", name
