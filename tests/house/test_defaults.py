"""Each default of catcher.toml that a room shares stands in one place."""

from __future__ import annotations

import ast

from catcher.model import defaults
from tests.support.configreads import keys
from tests.support.modules import trees


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
    names_of_keys = {key.rpartition(".")[2] for key, _ in keys()}
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
