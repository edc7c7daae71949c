"""Tests import what the house says in public, and share only what stands where no test stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.tree import sources, text_of

_SHARED = ("support", "persons", "training")
"""Folders below ``tests`` without a test of their own: what tests share stands there."""
_TREES = {path: ast.parse(text_of(path)) for path in sources("tests")}


def imported(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """(line, module, name) of everything that a file imports; the name is empty where the module itself is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, "") for alias in node.names)


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def private_names(tree: ast.Module) -> Iterator[str]:
    """Names of catcher with an underscore that a file imports, reads from a module that it imported, or patches."""
    modules = set()
    local = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for line, module, name in imported(tree):
        if module.partition(".")[0] == "catcher":
            modules.add(name or module)
            if any(map(is_private, [*module.split("."), name])):
                yield f"{line} {module}.{name}"
    modules -= local
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and is_private(node.attr)
            and isinstance(node.value, ast.Name)
            and node.value.id in modules
        ):
            yield f"{node.lineno} {node.value.id}.{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setattr":
            yield from (f"{node.lineno} {name}" for name in _patched(node.args, modules))


def _patched(arguments: list[ast.expr], modules: set[str]) -> Iterator[str]:
    """What ``monkeypatch.setattr`` replaces: ``"catcher.room.name"``, or an imported name and ``"name"``."""
    match arguments:
        case [ast.Constant(value=str(path)), *_] if path.startswith("catcher."):
            if any(map(is_private, path.split("."))):
                yield path
        case [ast.Name(id=module), ast.Constant(value=str(name)), *_] if module in modules and is_private(name):
            yield f"{module}.{name}"


def test_no_test_imports_from_another() -> None:
    """Else moving one test breaks the others."""
    wrong = [
        f"{path}:{line} {module}"
        for path, tree in _TREES.items()
        for line, module, name in imported(tree)
        if module.partition(".")[0] == "tests" and (f"{module}.{name}".split("."))[1] not in _SHARED
    ]
    assert not wrong


def test_what_tests_share_holds_no_test() -> None:
    assert not [path for path in _TREES if path.parts[1] in _SHARED and path.name.startswith(("test_", "conftest"))]


def test_what_tests_share_is_shared() -> None:
    """A module of tests/support that nothing imports or runs is left over."""
    text = "\n".join(text_of(path) for path in sources("tests", "catcher")) + _commands()
    named = {f"{module}.{name}".rstrip(".") for tree in _TREES.values() for _, module, name in imported(tree)}
    named |= {name.rpartition(".")[0] for name in named}
    shared = [path for path in _TREES if path.parts[1] == "support" and path.name != "__init__.py"]
    modules = {path: ".".join(path.with_suffix("").parts) for path in shared}
    assert not [path for path, module in modules.items() if module not in named and f'"{module}"' not in text]


def _commands() -> str:
    return "".join(text_of(path) for path in (Path("Makefile"), Path(".ci/run")))


def test_no_test_imports_a_private_name() -> None:
    found = {f"{path} {name.partition(' ')[2]}" for path, tree in _TREES.items() for name in private_names(tree)}
    assert not found


def test_a_private_name_is_found_however_it_is_reached() -> None:
    tree = ast.parse(
        "from catcher.report.render import _environment\n"
        "from catcher.report import render\n"
        "render._tidied('')\n"
        "monkeypatch.setattr(render, '_BLANK', None)\n"
        "monkeypatch.setattr('catcher.report.render._BLANK', None)\n"
        "monkeypatch.setattr(render, 'subject', None)\n"
        "render.__name__\n"
    )
    assert len(list(private_names(tree))) == 4
