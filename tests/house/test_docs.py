"""The pages hold: links lead somewhere, named tests exist, the README stays one page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.support.tree import ROOT

PAGES = sorted(
    [ROOT / "README.md", ROOT / "tests" / "README.md", ROOT / "deploy" / "README.md", *(ROOT / "docs").rglob("*.md")]
)
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
class TestAPage:
    def test_its_links_lead_somewhere(self, page: Path) -> None:
        targets = _LINK.findall(page.read_text(encoding="utf-8"))
        assert [target for target in targets if not (page.parent / target).exists()] == []

    def test_the_tests_that_it_names_exist(self, page: Path) -> None:
        named = _TEST.findall(page.read_text(encoding="utf-8"))
        assert [
            f"{path}::{test}" for path, test in named if not (ROOT / path).exists() or test not in names_in(ROOT / path)
        ] == []


def test_each_page_can_be_reached_from_the_index() -> None:
    index = ROOT / "docs/index.md"
    linked = {(index.parent / target).resolve() for target in _LINK.findall(index.read_text(encoding="utf-8"))}
    assert [page for page in (ROOT / "docs").rglob("*.md") if page != index and page.resolve() not in linked] == []


def test_the_readme_is_one_page_and_begins_with_the_two_commands() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 90
    first_screen = "\n".join(lines[:24])
    assert "$ make demo" in first_screen
    assert "$ make test" in first_screen


def test_privacy_names_a_test_for_every_promise() -> None:
    rows = re.findall(r"^\| (\d)\b.*\| `tests/[\w/]+\.py::\w+` \|$", (ROOT / "docs/privacy.md").read_text(), re.M)
    promises = re.findall(r"^(\d)\. \*\*", (ROOT / "docs/engineering/design.md").read_text(), re.M)
    assert sorted(set(rows)) == promises
