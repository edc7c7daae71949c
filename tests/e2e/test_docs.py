"""Every command line in the pages works: it is run, in order, by a reader who follows the page.

`make` lines are run elsewhere (`make demo` and `make test` by the tests of the whole); here their targets must exist.
Lines of other programs (pytest, export) are the page's own affair.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.docpages import PAGES, CommandLine, command_lines
from tests.support.jsonkeys import keys_of
from tests.support.pagereader import PageReader, page_reader
from tests.support.tree import ROOT

JSON = ROOT / "docs/reference/json.md"
SHAPED_LISTS = ("observation list", "incident list", "report list")

SHOWN = [page for page in PAGES if command_lines(page)]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[PageReader]:
    with page_reader(tmp_path) as reader:
        yield reader


@pytest.fixture(scope="module")
def common_reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageReader]:
    """For lines that change nothing."""
    with page_reader(tmp_path_factory.mktemp("common")) as reader:
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
    if page == ROOT / "docs/running/notices.md":
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
def test_a_line_that_does_not_work_is_found(text: str, common_reader: PageReader) -> None:
    with pytest.raises(AssertionError, match=re.escape(text)):
        follow(common_reader, [CommandLine("a page", 1, text)])


@pytest.mark.parametrize("command", ["fingerprint", "lookalike match", *SHAPED_LISTS])
def test_json_has_the_shape_that_the_page_says(command: str, common_reader: PageReader) -> None:
    """Each key of the output stands in the command's block, or in the block that it refers to; none is left out."""
    shapes = dict(re.findall(r"^## `catcher ([a-z ]+)`\n(.*?)(?=^## |\Z)", JSON.read_text(), re.MULTILINE | re.DOTALL))
    block = "".join(re.findall(r"^```\n(.*?)^```", shapes[command], re.MULTILINE | re.DOTALL))
    referred = re.search(r"`catcher ([a-z ]+)`", shapes[command])
    known = set(re.findall(r"\w+", block + (shapes[referred[1]] if referred else "")))
    (common_reader.folder / "mail.eml").write_bytes(b"From: a@contractor.example\r\nTo: b@army.ml\r\n\r\n")
    (common_reader.folder / "watch.csv").write_text("domain,organisation\nhospital.example,Hospital\n")
    operands = {"fingerprint": " mail.eml", "lookalike match": " hosptal.example --watch watch.csv"}
    text = f"catcher {command}{operands.get(command, '')} --json"
    assert common_reader.run(CommandLine("docs/reference/json.md", 1, text)) == 0, common_reader.output
    rows = [json.loads(line) for line in common_reader.output.splitlines() if line.startswith("{")]
    assert rows
    assert {key for row in rows for key in keys_of(row)} <= known
    top = set(re.findall(r"(\w+)", re.sub(r":[^,}]*", "", _flat(block))))
    assert top <= set(rows[0])


def _flat(block: str) -> str:
    """The block without what stands in inner brackets."""
    inner = block.strip()[1:-1]
    while (shorter := re.sub(r"[{\[][^{}\[\]]*[}\]]", "", inner)) != inner:
        inner = shorter
    return inner


def test_pages_show_their_commands() -> None:
    assert {"README.md", "docs/first-domain.md"} <= {str(page.relative_to(ROOT)) for page in SHOWN}
