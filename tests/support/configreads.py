"""The keys of catcher.toml, and where source code reads them: by attributes, and by the classes of the schema."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Mapping
from textwrap import dedent
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from catcher.config import Config
from catcher.config.describe import sentences

Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def section_of(field: FieldInfo) -> type[BaseModel] | None:
    """The section that a field holds, alone or repeated; None for a plain key."""
    for candidate in (field.annotation, *get_args(field.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def keys(model: type[BaseModel] = Config, above: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key with its path (``dns.zone.file``) and its field."""
    for name, field in model.model_fields.items():
        section = section_of(field)
        if section is None:
            yield above + name, field
        else:
            assert section.__doc__, above + name
            yield from keys(section, f"{above}{name}.")


def key_sentences(model: type[BaseModel] = Config, above: str = "") -> Iterator[tuple[str, str]]:
    """Every key with its path and its doc sentence; '' where it has none."""
    said = sentences(model)
    for name, field in model.model_fields.items():
        section = section_of(field)
        if section is None:
            yield above + name, said.get(name, "")
        else:
            yield from key_sentences(section, f"{above}{name}.")


def sections(model: type[BaseModel] = Config, above: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Every section with its path (``dns.zone``)."""
    for name, field in model.model_fields.items():
        if (section := section_of(field)) is not None:
            yield above + name, section
            yield from sections(section, f"{above}{name}.")


def reads(tree: ast.Module) -> set[str]:
    """The paths ``section.name`` that a file reads, of keys and of a section's properties.

    A value is the configuration when it is called ``config``, annotated as ``Config`` or comes from a function
    ``load``. A value is of a section when it is the configuration's ``.section``, was assigned from that, runs through
    a repeated one, or is annotated with the section's class.
    """
    return set(_reads(tree, {}))


_SECTIONS = {"": Config, **dict(sections())}
_CLASSES = {section.__name__: path for path, section in _SECTIONS.items()}


def behind(path: str) -> set[str]:
    """The keys that a property of a section gives (``notify.from_address`` → notify.sender, notify.domain)."""
    section, _, name = path.rpartition(".")
    made = vars(_SECTIONS[section]).get(name)
    if not isinstance(made, property):
        return set()
    tree = ast.parse(dedent(inspect.getsource(made.fget)))  # type: ignore[arg-type]
    own = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))
    return {f"{section}.{node.attr}" for node in own if node.value.id == "self"}  # type: ignore[attr-defined]


def _reads(scope: ast.AST, outer: Mapping[str, str]) -> Iterator[str]:
    """The reads in a scope; ``outer``: name → section, as the scopes around it have them."""
    own = list(_own(scope))
    known = {**outer, **_annotated(scope)}
    for _ in range(2):  # a name may be assigned from one that stands below it in the walk
        for node in own:
            known |= _bound(node, known)
    for node in own:
        if isinstance(node, ast.Attribute) and (section := _section(node.value, known)) is not None:
            yield f"{section}.{node.attr}".lstrip(".")
        if isinstance(node, Scope):
            yield from _reads(node, known)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, functions in it without their insides."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, Scope):
            waiting += ast.iter_child_nodes(node)


def _annotated(scope: ast.AST) -> dict[str, str]:
    if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
        return {}
    arguments = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
    named = {argument.arg: _words(argument.annotation) for argument in arguments}
    return {name: _CLASSES[word] for name, words in named.items() for word in words if word in _CLASSES}


def _words(annotation: ast.expr | None) -> Iterable[str]:
    """The class names in an annotation, qualified ones by their last word."""
    nodes = ast.walk(annotation) if annotation is not None else ()
    for node in nodes:
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def _bound(node: ast.AST, known: Mapping[str, str]) -> dict[str, str]:
    """Names that a node gives to a section: an assignment or a loop."""
    pairs: list[tuple[ast.expr, ast.expr]] = []
    match node:
        case ast.Assign(targets=[target], value=value) | ast.NamedExpr(target=target, value=value):
            both = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
            pairs = list(zip(target.elts, value.elts, strict=False)) if both else [(target, value)]
        case ast.For(target=target, iter=iterated) | ast.comprehension(target=target, iter=iterated):
            pairs = [_run_through(target, iterated)]
    return {
        target.id: section
        for target, value in pairs
        if isinstance(target, ast.Name) and (section := _section(value, known)) is not None
    }


def _run_through(target: ast.expr, iterated: ast.expr) -> tuple[ast.expr, ast.expr]:
    """``enumerate`` gives a number before the value."""
    match target, iterated:
        case ast.Tuple(elts=[_, value]), ast.Call(func=ast.Name(id="enumerate"), args=[counted, *_]):
            return value, counted
    return target, iterated


def _section(value: ast.expr, known: Mapping[str, str]) -> str | None:
    """The path of the section that an expression gives."""
    if isinstance(value, ast.Name):
        return known.get(value.id, "" if value.id == "config" else None)
    if isinstance(value, ast.Call):
        return "" if "load" in _words(value.func) else None
    if isinstance(value, ast.Attribute):
        above = "" if value.attr.lstrip("_") == "config" else _section(value.value, known)
        if above is None or value.attr.lstrip("_") == "config":
            return above
        path = f"{above}.{value.attr}".lstrip(".")
        return path if path in _SECTIONS else None
    return None
