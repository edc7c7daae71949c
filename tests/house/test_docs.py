"""The pages hold: links lead somewhere, named tests exist; README, glossary and changelog have their shape."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from catcher import __version__
from tests.support.docpages import PAGES as SHOWN
from tests.support.tree import ROOT, sources, text_of

PAGES = sorted([*SHOWN, ROOT / "tests" / "README.md"])
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")

_PATH = re.compile(r"`((?:catcher|tests|deploy|docs)/[\w./*-]*)(?:::\w+)?`")
OLD_NAMES = ROOT / "docs/engineering/moved.md"


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
class TestAPage:
    def test_its_links_lead_somewhere(self, page: Path) -> None:
        targets = _LINK.findall(page.read_text(encoding="utf-8"))
        assert [target for target in targets if not (page.parent / target).exists()] == []

    def test_the_paths_that_it_names_exist(self, page: Path) -> None:
        named = [] if page == OLD_NAMES else _PATH.findall(page.read_text(encoding="utf-8"))
        assert [path for path in named if not any(ROOT.glob(path))] == []

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


def test_a_library_that_is_installed_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {extra: needed for extra, needed in project["optional-dependencies"].items() if extra != "dev"}
    needed = [*project["dependencies"], *(line for lines in extras.values() for line in lines)]
    names = {re.split(r"[\[><=;]", line)[0] for line in needed}
    page = (ROOT / "docs/engineering/libraries.md").read_text(encoding="utf-8").lower()
    assert {name for name in names if not re.search(rf"\b{name}\b", page)} == set()


def test_privacy_names_a_test_for_every_promise() -> None:
    rows = re.findall(r"^\| (\d)\b.*\| `tests/[\w/]+\.py::\w+` \|$", (ROOT / "docs/privacy.md").read_text(), re.M)
    promises = re.findall(r"^(\d)\. \*\*", (ROOT / "docs/engineering/design.md").read_text(), re.M)
    assert sorted(set(rows)) == promises


# The glossary


def glossary() -> list[tuple[str, ...]]:
    """The terms of each row; a term after a comma is another word for the same."""
    text = (ROOT / "docs/reference/glossary.md").read_text(encoding="utf-8")
    return [tuple(row.split(", ")) for row in re.findall(r"^\| ((?!word |---)[^|]+) \|", text, re.MULTILINE)]


TERMS = [term for row in glossary() for term in row]
NEEDED = [
    "party",
    "incident",
    "tier",
    "counts",
    "observation",
    "notice",
    "lookalike",
    "demand",
    "policy",
    "REF",
    "token",
    "fresh",
    "genuine",
    "sink",
    "catalogue",
    "operator",
    "marking",
    "contact",
    "guard",
    "suppression",
    "reload",
    "explanation",
    "remedy kit",
    "kit",
    "typo domain",
]
"""Words of README, help texts and reports that a newcomer can't know."""


def test_no_term_is_defined_twice() -> None:
    assert sorted({term for term in TERMS if TERMS.count(term) > 1}) == []


@pytest.mark.parametrize("term", NEEDED)
def test_a_word_that_commands_and_reports_use_is_defined(term: str) -> None:
    assert term in TERMS


def test_each_term_is_used_in_the_code_or_in_reports() -> None:
    files = [*(text_of(path) for path in sources("catcher")), *(p.read_text("utf-8") for p in TEXTS)]
    used = " ".join(re.sub(r"[\s_#`*-]+", " ", text) for text in files).casefold()
    wanted = [row for row in glossary() if not any(re.sub("[ -]", " ", term).casefold() in used for term in row)]
    assert wanted == []


TEXTS = [*(ROOT / "catcher/report/templates").rglob("*.j2"), *(ROOT / "catcher/smtp/explanations").glob("*.txt")]


# The changelog

CHAPTERS = ["Breaking", "Security", "New", "Fixed", "Known issues"]


def versions(text: str) -> dict[str, str]:
    """Heading → the text below it."""
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


CHANGES = versions((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))


def faults_of(chapters: str) -> list[str]:
    """What is wrong with the chapters of one version."""
    headed = re.split(r"^### (.+)\n", chapters, flags=re.MULTILINE)
    faults = [] if headed[1::2] == CHAPTERS else [f"chapters {headed[1::2]}"]
    return faults + [name for name, text in zip(headed[1::2], headed[2::2], strict=True) if not text.startswith("- ")]


@pytest.mark.parametrize("version", CHANGES)
def test_a_version_has_the_five_chapters_in_order(version: str) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+ \((\d{4}-\d\d-\d\d|unreleased)\)", version)
    assert faults_of(CHANGES[version]) == []


def test_a_chapter_that_is_absent_or_empty_is_found() -> None:
    whole = "".join(f"### {name}\n- Something.\n\n" for name in CHAPTERS)
    assert faults_of(whole) == []
    assert faults_of(whole.replace("### Fixed", "### Mended"))
    assert faults_of(whole.replace("### New\n- Something.\n", "### New\n")) == ["New"]


def test_the_latest_version_is_the_present_one() -> None:
    assert next(iter(CHANGES)).split()[0] == __version__
