"""What the code cites can be read: a § of the design, a promise, a page of this repository."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.citations import cited, held
from tests.support.configreads import keys
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


@pytest.mark.parametrize("path", sources("catcher"), ids=str)
def test_a_module_that_a_file_names_exists(path: Path) -> None:
    """``room.module`` or ``room.module.Symbol`` in a docstring or comment."""
    names = re.findall(r"``((?:catcher\.)?[a-z_]+(?:\.\w+)+)``", text_of(path))
    assert [name for name in names if name not in _CONFIGURED and not _leads_somewhere(name)] == []


_CONFIGURED = {"dns.zone", *dict(keys())}
"""Keys of catcher.toml look like modules."""


def _leads_somewhere(name: str) -> bool:
    """Whether ``name`` isn't of a room, or is a module that exists, with the symbol if it names one."""
    parts = name.removeprefix("catcher.").split(".")
    folder = ROOT / "catcher"
    if not (folder / parts[0]).exists() and not (folder / f"{parts[0]}.py").exists():
        return True
    while len(parts) > 1 and (folder / parts[0]).is_dir():
        folder /= parts.pop(0)
    if (folder / parts[0]).is_dir():
        return True
    module = folder / f"{parts[0]}.py"
    module, symbols = (module, parts[1:]) if module.is_file() else (folder / "__init__.py", parts)
    return all(re.search(rf"\b{symbol}\b", module.read_text(encoding="utf-8")) for symbol in symbols)


@pytest.mark.parametrize("name", ["store.link", "dns.kinds.Kinds", "model.mail.policy.Polity"])
def test_a_name_that_leads_nowhere_is_found(name: str) -> None:
    assert not _leads_somewhere(name)


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
