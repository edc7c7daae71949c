"""Files are small, open with what they are for, and draw before they code."""

from __future__ import annotations

import ast
import re
import statistics
from collections import Counter
from pathlib import Path

import pytest

from tests.support.modules import tree_of
from tests.support.tree import ROOT, sources, text_of

MEDIAN, MOST = 150, 300
"""Lines of a file: the median, and what nine of ten keep to."""
_ARROW = re.compile("[▶▷→◀◁←▲▼]")


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
    """As a paragraph of its docstring: "Longer than others: …", with at least three words."""
    unexplained = [path for path, lines in lengths(top).items() if lines > MOST and not says_why(docstring(path))]
    assert not unexplained


def docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(text_of(path))) or ""


def says_why(text: str) -> bool:
    return re.search(r"^Longer than others: \S+ \S+ \S+", text, re.MULTILINE) is not None


def test_a_reason_is_told_from_a_sentence_with_a_longer_thing_in_it() -> None:
    assert says_why("One job.\n\nLonger than others: its verbs share one state.")
    assert not says_why("One job.\n\nWhat the client said is kept no longer than its transaction.")
    assert not says_why("One job.\n\nLonger than others:")


def test_a_room_with_many_files_has_rooms_inside() -> None:
    """DESIGN §1. In ``cli``, ``demo`` and ``desk`` one noun is one file."""
    files = Counter(path.parent for path in sources("catcher") if path.name != "__init__.py")
    crowded = {str(room) for room, number in files.items() if number > 15}
    assert crowded == {"catcher/cli", "catcher/demo", "catcher/desk"}


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
    undrawn = [path for path in packages if not is_drawn(docstring(path), parts_of(path.parent))]
    assert not undrawn


def test_a_package_names_parts_that_are_there() -> None:
    """Each ``word`` and ``file.py`` of its docstring is a module of the house, a word of the model or of its code."""
    known = _words_of(Path("catcher/model")) | {
        part.removesuffix(".py") for path in sources("catcher") for part in path.parts
    }
    packages = [path for path in sources("catcher") if path.name == "__init__.py"]
    absent = {
        f"{path}: {word}"
        for path in packages
        for word in _NAMED.findall(docstring(path))
        if word not in known | _words_of(path.parent)
    }
    assert not absent


_NAMED = re.compile(r"(?<=``)[a-z_][a-z0-9_]*(?=``)|\b[a-z_][a-z0-9_]*(?=\.py\b)")


def _words_of(package: Path) -> set[str]:
    """The names and the texts of one word in a package's code."""
    below = [path for path in sources("catcher") if package in path.parents]
    nodes = [node for path in below for node in ast.walk(tree_of(str(path)))]
    return {
        word
        for node in nodes
        for key in ("id", "attr", "name", "arg", "value")
        if isinstance(word := getattr(node, key, 0), str)
    }


def test_a_named_part_is_read() -> None:
    assert _NAMED.findall("``cache`` finds it (``[dns] slip``); query.py reads ``Query``, NOUN.py") == [
        "cache",
        "query",
    ]


def parts_of(package: Path) -> set[str]:
    """The modules and packages in a package, and the classes and functions in those, in lower case."""
    below = [path for path in sources("catcher") if package in path.parents]
    modules = {path.relative_to(package).parts[0].removesuffix(".py") for path in below} - {"__init__"}
    defined = [node for path in below for node in ast.parse(text_of(path)).body]
    return modules | {n.name.lower() for n in defined if isinstance(n, ast.ClassDef | ast.FunctionDef)}


def is_drawn(text: str, parts: set[str]) -> bool:
    """Whether a block after ``::`` has an arrow, and names two of the package's own parts."""
    blocks = re.findall(r"::\n\n((?:(?: {4}.*)?\n)+)", text + "\n")
    drawings = [block for block in blocks if _ARROW.search(block)]
    named = {word.removesuffix(".py") for block in drawings for word in re.findall(r"[a-z_][a-z0-9_]*", block.lower())}
    return bool(drawings) and len(named & parts) >= 2


def test_a_drawing_is_told_from_two_colons() -> None:
    drawn = "What it is.\n\n::\n\n    text ─▶ reading ─▶ table\n\nMore."
    assert is_drawn(drawn, {"reading", "table", "write"})
    assert not is_drawn(drawn, {"load", "store", "write"}), "it names what isn't there"
    assert not is_drawn("What it is::\n\n    see reading and table\n", {"reading", "table"}), "it has no arrow"
    assert not is_drawn("What it is → reading, table::\n", {"reading", "table"}), "nothing is set apart"


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
