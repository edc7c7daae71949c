"""What the source defines in public, and who imports what by its bare name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_PARAMETERS = {"TypeVar", "ParamSpec", "TypeVarTuple"}


@dataclass(frozen=True)
class Imported:
    """A name that a file imports from a package by ``from … import name``, without ``as``."""

    importer: str
    module: str
    name: str


def module_of(path: Path) -> str:
    """``catcher/dns/__init__.py`` → ``catcher.dns``."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def types_and_constants(tree: ast.Module) -> set[str]:
    """The public classes, type aliases and constants of a module; ``log`` and the parameters of types are none."""
    found = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        elif type(node).__name__ == "TypeAlias":
            targets = [node.name]  # type: ignore[attr-defined]
        if targets and not _is_parameter(getattr(node, "value", None)):
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return {name for name in found if not name.startswith("_")} - {"log"}


def _is_parameter(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _PARAMETERS


def functions(tree: ast.Module) -> set[str]:
    """The public functions of a module; those that click runs as commands are none."""
    defined = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {node.name for node in defined if not node.name.startswith("_") and not _is_command(node)}


def _is_command(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    calls = [node.func for node in function.decorator_list if isinstance(node, ast.Call)]
    return any(isinstance(call, ast.Attribute) and call.attr in ("command", "group") for call in calls)


def defined_in(names: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """module → names, turned round: name → modules."""
    found = defaultdict(set)
    for module, defined in names.items():
        for name in defined:
            found[name].add(module)
    return found


def imports(module: str, tree: ast.Module) -> Iterator[Imported]:
    """What a module imports by bare name, wherever in it the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (Imported(module, node.module, alias.name) for alias in node.names if alias.asname is None)


def origin(name: Imported, trees: Mapping[str, ast.Module]) -> str:
    """The module that defines an imported name, also where a package only hands it on."""
    module = name.module
    while (tree := trees.get(module)) is not None:
        handed_on = [i.module for i in imports(module, tree) if i.name == name.name and i.module != module]
        if name.name in functions(tree) | types_and_constants(tree) or not handed_on:
            return module
        module = handed_on[0]
    return module
