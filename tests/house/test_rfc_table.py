"""The table of RFCs (docs/reference/dns-rfcs.md): each row names a test of its own that speaks of the RFC."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from tests.support.tree import ROOT

_ROW = re.compile(r"^\| (?P<rfc>[^|]+) \| [^|]+ \| (?P<verdict>[^|]+) \| `(?P<path>[^`:]+)::(?P<test>\w+)` \|$")


def table() -> list[str]:
    """The rows of the page's table, without the two of its head."""
    text = (ROOT / "docs/reference/dns-rfcs.md").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith("|")][2:]


ROWS = table()


def test_there_is_a_table() -> None:
    numbers = [int(number) for row in ROWS for number in re.findall(r"\b\d{4}\b", row.split("|")[1])]
    assert len(numbers) > 25
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("row", ROWS, ids=[row.split("|")[1].strip() for row in ROWS])
def test_a_row_is_held_by_a_test_that_speaks_of_its_rfc(row: str) -> None:
    """In its docstring, its comments or the names of its cases, or in the docstring of its file."""
    match = _ROW.match(row)
    assert match is not None, row
    assert match["verdict"] in ("yes", "partly", "no")
    text = (ROOT / match["path"]).read_text(encoding="utf-8")
    spoken_of = words_of(text, match["test"])
    assert not {
        number for number in re.findall(r"\b\d{4}\b", match["rfc"]) if not re.search(rf"\b{number}\b", spoken_of)
    }


def words_of(text: str, test: str) -> str:
    """The docstring of a file, and the source of one of its tests with its cases."""
    tree = ast.parse(text)
    (found,) = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == test]
    first = min(node.lineno for node in (found, *found.decorator_list))
    return "\n".join([ast.get_docstring(tree) or "", *text.splitlines()[first - 1 : found.end_lineno]])


def test_no_two_rows_lean_on_one_test() -> None:
    leant_on = Counter((match["path"], match["test"]) for row in ROWS if (match := _ROW.match(row)))
    assert not [test for test, rows in leant_on.items() if rows > 1]
