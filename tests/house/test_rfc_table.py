"""The table of RFCs in docs/reference/dns-rfcs.md: each row says yes, partly or no, and names a test that exists."""

from __future__ import annotations

import ast
import re

import pytest

from tests.support.tree import ROOT

_ROW = re.compile(r"^\| (?P<rfc>[^|]+) \| [^|]+ \| (?P<verdict>[^|]+) \| `(?P<path>[^`:]+)::(?P<test>\w+)` \|$")


def table() -> list[str]:
    """The rows of the page's table, without the two of its head."""
    text = (ROOT / "docs" / "reference" / "dns-rfcs.md").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith("|")][2:]


ROWS = table()


def test_there_is_a_table() -> None:
    numbers = [int(number) for row in ROWS for number in re.findall(r"\b\d{4}\b", row.split("|")[1])]
    assert len(numbers) > 25
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("row", ROWS, ids=[row.split("|")[1].strip() for row in ROWS])
def test_a_row_is_held_by_a_test(row: str) -> None:
    match = _ROW.match(row)
    assert match is not None, row
    assert match["verdict"] in ("yes", "partly", "no")
    tree = ast.parse((ROOT / match["path"]).read_text(encoding="utf-8"))
    assert match["test"] in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
