"""Each key of catcher.toml has an effect, and each default that a room shares with it stands in one place."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from catcher.config import Config
from catcher.model import defaults
from tests.house.modules import tree_of, trees
from tests.house.test_configuration import KEYS


@pytest.mark.parametrize("key", KEYS)
def test_a_key_has_an_effect(key: str) -> None:
    """The value is read somewhere outside the schema: as ``….section.key``, or of a variable of that section."""
    *above, name = key.split(".")
    assert (above[-1], name) in _values_read()


@cache
def _values_read() -> frozenset[tuple[str, str]]:
    """(section, key) of each attribute that is read of a section of the configuration."""
    found: set[tuple[str, str]] = set()
    for _, tree in trees():
        sections = _variables(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
                found.add((node.value.attr, node.attr))
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found |= {(node.value.id, node.attr), (sections.get(node.value.id, ""), node.attr)}
    schema = ast.walk(tree_of("catcher/config/schema.py"))
    for kind in (node for node in schema if isinstance(node, ast.ClassDef) and node.name in _SECTIONS):
        for node in ast.walk(kind):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self":
                found.add((_SECTIONS[kind.name], node.attr))
    return frozenset(found)


_SECTIONS = {
    field.annotation.__name__: name for name, field in Config.model_fields.items() if isinstance(field.annotation, type)
}
"""Class of the schema → its section."""


def _variables(tree: ast.Module) -> dict[str, str]:
    """Variables that hold a section, by name: parameters by their annotation, loops over repeated sections."""
    held = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            kind = ast.unparse(node.annotation).rpartition(".")[2] if node.annotation is not None else ""
            held[node.arg] = _SECTIONS.get(kind, "")
        elif isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
            held[node.target.id] = node.iter.attr if isinstance(node.iter, ast.Attribute) else ""
    return held


def test_a_default_is_said_once() -> None:
    """A field named like a key has no number of its own; a number of ``model.defaults`` serves schema and room."""
    homes = {name: value for name, value in vars(defaults).items() if name.isupper()}
    for name in homes:
        users = {
            path
            for path, tree in trees(but="catcher/model/defaults.py")
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and node.id == name
        }
        assert "catcher/config/schema.py" in users and len(users) >= 2, (name, users)
    names_of_keys = {key.rpartition(".")[2] for key in KEYS}
    twice = [
        f"{path}:{node.lineno}: {node.target.id}"
        for path, tree in trees(but="catcher/config/schema.py")
        for kind in ast.walk(tree)
        if isinstance(kind, ast.ClassDef)
        for node in kind.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id in names_of_keys
        if isinstance(node.value, ast.Constant) and type(node.value.value) is int and node.value.value
    ]
    assert not twice
