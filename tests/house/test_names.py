"""A public name means one thing: types and constants are defined once, and so is a function that others import bare."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.support.definitions import defined_in, functions, imports, module_of, origin, types_and_constants
from tests.support.tree import sources, text_of

_DIALECT = re.compile(r"(^|_)((?<!not_)found|said|told|held|look|gist|glance)(_|$)")
"""Words of the house's own that hide what a thing is. ``NotFound`` is the field's."""
_TREES = {module_of(path): ast.parse(text_of(path)) for path in sources("catcher")}


def defined_twice(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Types and constants with the modules that define them, where these are several."""
    names = defined_in({module: types_and_constants(tree) for module, tree in trees.items()})
    return {name: modules for name, modules in names.items() if len(modules) > 1}


def ambiguous(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Functions of one name in several modules, where one is imported by that name from outside its package."""
    named = defined_in({module: functions(tree) for module, tree in trees.items()})
    found = {}
    for module, tree in trees.items():
        for one in imports(module, tree):
            home = origin(one, trees)
            if one.name in named and home in named[one.name] and len(named[one.name]) > 1 and _is_outside(module, home):
                found[one.name] = named[one.name]
    return found


def _is_outside(importer: str, home: str) -> bool:
    package = home.rpartition(".")[0]
    return importer != package and not importer.startswith(f"{package}.")


def test_a_type_or_constant_is_defined_once() -> None:
    assert not defined_twice(_TREES)


def test_a_function_that_others_import_bare_has_a_name_of_its_own() -> None:
    """Functions that are called through their module may share a name: ``observation.read``, ``contact.read``."""
    assert not ambiguous(_TREES)


def names_in_dialect(path: str, tree: ast.Module) -> Iterator[str]:
    """A file, and its classes, that are named with a word of the dialect."""
    if _DIALECT.search(path.removesuffix(".py").rpartition("/")[2].lower()):
        yield path
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and _DIALECT.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name).lower()):
            yield f"{path} {node.name}"


def test_modules_and_classes_are_named_by_plain_nouns() -> None:
    trees = {str(path): ast.parse(text_of(path)) for path in sources("catcher", "tests")}
    found = {name for path, tree in trees.items() for name in names_in_dialect(path, tree)}
    assert not found


def test_dialect_is_told_from_words_that_hold_it() -> None:
    tree = ast.parse(
        "class Found: ...\nclass ZoneHeld: ...\nclass NotFound: ...\nclass Lookups: ...\nclass Founder: ..."
    )
    assert list(names_in_dialect("catcher/gist.py", tree)) == [
        "catcher/gist.py",
        "catcher/gist.py Found",
        "catcher/gist.py ZoneHeld",
    ]


def test_two_definitions_are_found() -> None:
    trees = {
        "catcher.a": ast.parse("class Row: ...\nT = TypeVar('T')\nlog = 1\n_OWN = 1\nMOST = 1"),
        "catcher.b": ast.parse("Row = tuple[int, ...]\nT = TypeVar('T')\nlog = 1\n_OWN = 1\nMOST: int = 2"),
        "catcher.c": ast.parse("from catcher.a import Row\nLEAST = 1"),
    }
    assert defined_twice(trees) == {"Row": {"catcher.a", "catcher.b"}, "MOST": {"catcher.a", "catcher.b"}}


def test_an_ambiguous_import_is_found_through_a_package_that_hands_it_on() -> None:
    trees = {
        "catcher.a": ast.parse("from catcher.a.reading import load"),
        "catcher.a.reading": ast.parse("def load(): ..."),
        "catcher.b": ast.parse("def load(): ...\ndef other(): ..."),
        "catcher.c": ast.parse("from catcher import b\nb.load()\nfrom catcher.b import other"),
    }
    assert ambiguous(trees) == {}
    trees["catcher.c"] = ast.parse("def f():\n    from catcher.a import load")
    assert ambiguous(trees) == {"load": {"catcher.a.reading", "catcher.b"}}
