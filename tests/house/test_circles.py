"""No modules import each other in a circle, whether for types alone, inside a function, or at the top."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.tree import sources, text_of


def module_name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def imported(text: str, modules: frozenset[str]) -> Iterator[str]:
    """The ``modules`` that ``text`` imports; a name that is no module counts as its package."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                if full in modules or node.module in modules:
                    yield full if full in modules else node.module


def graph(texts: Mapping[str, str]) -> dict[str, set[str]]:
    """Module → the modules that it imports, but for itself."""
    modules = frozenset(texts)
    return {name: {*imported(text, modules)} - {name} for name, text in texts.items()}


def test_no_modules_import_each_other_in_a_circle() -> None:
    texts = {module_name(path): text_of(path) for path in sources("catcher")}
    assert len(texts) > 300
    TopologicalSorter(graph(texts)).prepare()


@pytest.mark.parametrize(
    "later", ["from a import B", "if TYPE_CHECKING:\n    from a import B", "def late():\n    import a"]
)
def test_a_circle_is_found(later: str) -> None:
    with pytest.raises(CycleError):
        TopologicalSorter(graph({"a": "import b", "b": later})).prepare()
