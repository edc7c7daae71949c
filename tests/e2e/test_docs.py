"""Every command line in the pages works: it is run, in order, by a reader who follows the page.

`make` lines are run elsewhere (`make demo` and `make test` by the tests of the whole); here their targets must exist.
Lines of other programs (pytest, export) are the page's own affair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.docpages import PAGES, CommandLine, command_lines
from tests.support.pagereader import PageReader, page_reader
from tests.support.tree import ROOT

SHOWN = [page for page in PAGES if command_lines(page)]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[PageReader]:
    with page_reader(tmp_path) as reader:
        yield reader


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def follow(reader: PageReader, lines: list[CommandLine]) -> None:
    """Runs ``lines``. Raises AssertionError at the first that ends otherwise than its reader expects."""
    for line in lines:
        program, *words = line.text.split()
        if program == "make":
            assert {word for word in words if "=" not in word} <= targets(), line
        if program == "catcher":
            status = reader.run(line)
            assert status == 0, f"{line}: exit status {status}\n{reader.output}"


@pytest.mark.parametrize("page", SHOWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_command_line_of_the_page_works(page: Path, reader: PageReader) -> None:
    follow(reader, command_lines(page))
    if page.name == "notices.md":
        assert ["security@army.mil"] in [mail.rcpt_tos for mail in reader.relay.taken]  # the one that was approved


@pytest.mark.parametrize(
    "text",
    [
        "catcher incident list --colour",
        "catcher notify letter ntc-…",
        "catcher incident show inc-000000000000",
        "catcher serve -c nowhere/catcher.toml",
        "make tests",
    ],
    ids=["unknown option", "a needed option left out", "unknown incident", "no configuration", "unknown target"],
)
def test_a_line_that_does_not_work_is_found(text: str, reader: PageReader) -> None:
    with pytest.raises(AssertionError, match=re.escape(text)):
        follow(reader, [CommandLine("page.md", 1, text)])


def test_pages_show_their_commands() -> None:
    assert {"README.md", "docs/first-domain.md"} <= {str(page.relative_to(ROOT)) for page in SHOWN}
