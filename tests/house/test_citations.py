"""What the code cites can be read: a § of the design, a promise, a page of this repository."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.citations import cited, held
from tests.support.tree import ROOT, kept_files, sources, text_of

_DESIGN = Path("docs/engineering/design.md")
_OWN = {Path("tests/support/citations.py"), Path("tests/house/test_citations.py")}
_SOURCES = [path for path in sources("catcher", "tests") if path not in _OWN]


def test_a_cited_place_of_the_design_exists() -> None:
    if not (ROOT / _DESIGN).exists():
        pytest.skip(f"{_DESIGN} is absent")
    there = held(text_of(_DESIGN))
    assert not {f"{path}: {place}" for path in _SOURCES for place in cited(text_of(path)) if place not in there}


def test_a_citation_names_its_place() -> None:
    assert not [path for path in _SOURCES if "DESIGN without a §" in set(cited(text_of(path)))]


def test_a_cited_page_exists() -> None:
    """``docs/running/policies.md`` or ``tests/README.md``, and a bare ``README.md``."""
    pages = {str(path) for path in kept_files() if path.suffix == ".md"}
    one = re.compile(r"\b(?:[a-z]+/)*(?:[a-z-]+|[A-Z]+)\.md\b")
    named = {(path, name) for path in _SOURCES for name in one.findall(text_of(path))}
    assert not {f"{path}: {name}" for path, name in named if name not in pages and name not in _MADE_UP}


_MADE_UP = {"notes.md"}
"""Pages that a test writes itself."""


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("(DESIGN §3)", ["§3"]),
        ("(DESIGN §3, §4)", ["§3", "§4"]),
        ("(DESIGN §2.6)", ["§2.6"]),
        ('counts\n    (DESIGN §3\n    "Notices")', ['§3 "Notices"']),
        ("Promise 6: nothing above null", ["§2.6"]),
        ("(promises 1 and 2)", ["§2.1", "§2.2"]),
        ("DESIGN's table", ["DESIGN without a §"]),
        ("a promise that is kept", []),
    ],
)
def test_a_citation_is_found(text: str, places: list[str]) -> None:
    assert list(cited(text)) == places


def test_a_place_is_found() -> None:
    promises = "## §2 Promises\n\n1. **No body.** None.\n2. Two.\n\n"
    page = f"# Design\n\n{promises}## §3 Rules\n\n**Notices** count.\n**Class.** One.\n"
    assert held(page) == {"§2", "§2.1", "§2.2", "§3", '§3 "Notices"', '§3 "Class"'}
