"""Files are small, open with what they are for, and draw before they code."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

import pytest

from tests.support.tree import ROOT, sources, text_of

MEDIAN, MOST = 150, 300
"""Lines of a file: the median, and what nine of ten keep to."""
_DRAWN = re.compile(r"[─━]?[▶→◀▼│]|::\n")


def lengths(top: str) -> dict[Path, int]:
    return {path: text_of(path).count("\n") for path in sources(top)}


@pytest.mark.parametrize("top", ["catcher", "tests"])
def test_files_are_small(top: str) -> None:
    found = lengths(top)
    assert statistics.median(found.values()) <= MEDIAN
    long = {path: lines for path, lines in found.items() if lines > MOST}
    assert len(long) <= len(found) / 10, long


@pytest.mark.parametrize("top", ["catcher", "tests"])
def test_a_long_file_says_why_in_its_first_lines(top: str) -> None:
    """As "Long because …" or "Longer than others: …" in its docstring."""
    unexplained = [
        path
        for path, lines in lengths(top).items()
        if lines > MOST and not re.search(r"\blong(er)?\b", "\n".join(text_of(path).splitlines()[:12]), re.IGNORECASE)
    ]
    assert not unexplained


def test_every_module_opens_with_its_one_job() -> None:
    without = []
    for path in sources("catcher", "tests"):
        text = text_of(path)
        if not text.strip():
            continue
        doc = ast.get_docstring(ast.parse(text))
        if not doc or not doc.splitlines()[0].strip():
            without.append(path)
    assert not without


def test_every_package_draws_its_flow() -> None:
    packages = [path for path in sources("catcher") if path.name == "__init__.py"]
    assert len(packages) > 10
    undrawn = [path for path in packages if not _DRAWN.search(ast.get_docstring(ast.parse(text_of(path))) or "")]
    assert not undrawn


def test_names_are_the_fields_own() -> None:
    """STYLE's words to avoid do not name a module, class, function, or method."""
    avoided = re.compile(r"(^|_)(capture|intercept|victim|honeypot|hit|manager|util|utils|helper|helpers)(_|$)")
    found = []
    for path in sources("catcher", "tests"):
        if avoided.search(path.stem.lower()):
            found.append(str(path))
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name).lower()
                if avoided.search(words):
                    found.append(f"{path}:{node.lineno} {node.name}")
    assert not found


def catches_everything(handler: ast.ExceptHandler) -> bool:
    """Whether it takes any exception and keeps it: one that raises it again after tidying up does not."""
    broad = handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id in _BROAD)
    last = handler.body[-1]
    return broad and not (isinstance(last, ast.Raise) and last.exc is None)


_BROAD = ("Exception", "BaseException")


def test_nothing_catches_everything_without_a_reason() -> None:
    """``except Exception`` stands only at a process edge, with the reason on its line or beside it."""
    bare = []
    for path in sources("catcher"):
        lines = text_of(path).splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, ast.ExceptHandler) and catches_everything(node):
                beside = lines[node.lineno - 2 : node.body[0].lineno]
                if not any("#" in line for line in beside):
                    bare.append(f"{path}:{node.lineno}")
    assert not bare


def test_the_wall_clock_is_read_in_one_place() -> None:
    """``wiring.SystemClock`` reads it; everything else is told the time."""
    readers = {
        "datetime": {"now", "utcnow", "today"},
        "date": {"today"},
        "time": {"time", "time_ns", "localtime", "gmtime"},
    }
    found = set()
    for path in sources("catcher"):
        for node in ast.walk(ast.parse(text_of(path))):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.attr in readers.get(node.value.id, ())
            ):
                found.add(path)
    assert found == {Path("catcher/wiring.py")}


def test_the_link_at_the_root_leads_to_the_zone_files_of_the_package() -> None:
    """They travel inside the wheel; operators look for them beside ``catcher/``."""
    assert (ROOT / "zonefiles").resolve() == ROOT / "catcher" / "zonefiles"
