"""Writes the schema as a commented catcher.toml: every key with its sentence and its default."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from textwrap import dedent, wrap
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from catcher.config.schema import Config, ConfigSection

_WIDTH = 100


def describe(given: Mapping[str, Any] | None = None) -> str:
    """The text of a valid catcher.toml with all defaults, or with the values in ``given`` (``"dns.workers": 2``).

    A key without a default has the schema's example as its value. A key whose default is "not set" is commented out.
    """
    blocks = ["\n".join(_chapter(name, field, given or {})) for name, field in Config.model_fields.items()]
    head = (
        "# catcher's configuration. Paths are relative to this file. The listen addresses and catalogue.files have to\n"
        "# be given; any other key may be left out and has then the value shown here."
    )
    return head + "\n\n" + "\n\n".join(blocks) + "\n"


@cache
def sentences(section: type[BaseModel]) -> Mapping[str, str]:
    """Key → its sentence: the field's ``description`` if it has one (made from a closed list), else the text below it.

    The text is read from the schema's source, so that only commands that describe keys spend time on it.
    """
    (definition,) = ast.parse(dedent(inspect.getsource(section))).body
    assert isinstance(definition, ast.ClassDef)
    found = {key: field.description for key, field in section.model_fields.items() if field.description}
    for field, below in pairwise(definition.body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=key)), ast.Expr(value=ast.Constant(value=str(text))):
                found[key] = inspect.cleandoc(text)
    return found


def toml(value: Any) -> str:
    """A value in TOML's notation."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value) if isinstance(value, int) else json.dumps(str(value), ensure_ascii=False)


def _chapter(name: str, field: FieldInfo, given: Mapping[str, Any]) -> Iterator[str]:
    section = field.annotation
    assert isinstance(section, type) and issubclass(section, ConfigSection)
    yield from _comment(section.__doc__ or "")
    yield f"[{name}]"
    repeated = {key: model for key, about in section.model_fields.items() if (model := _repeated(about)) is not None}
    for key, about in section.model_fields.items():
        if key in repeated:
            continue
        yield from _comment(sentences(section)[key])
        yield _assignment(key, about, given.get(f"{name}.{key}", PydanticUndefined))
    for key, model in repeated.items():
        yield ""
        yield from _comment(model.__doc__ or "")
        yield f"# [[{name}.{key}]]"
        for inner, about in model.model_fields.items():
            yield from _comment(sentences(model)[inner])
            yield f"# {_assignment(inner, about, PydanticUndefined)}"


def _assignment(key: str, about: FieldInfo, given: Any) -> str:
    value = given if given is not PydanticUndefined else about.default
    if value is PydanticUndefined:
        value = (about.examples or [""])[0]
    if value is None:
        return f"# {key} = {toml((about.examples or [''])[0])}"
    return f"{key} = {toml(value.as_posix() if isinstance(value, Path) else value)}"


def _repeated(about: FieldInfo) -> type[BaseModel] | None:
    """The section's class, if the key is a section that can be repeated; None for all other keys."""
    if get_origin(about.annotation) is tuple:
        for argument in getattr(about.annotation, "__args__", ()):
            if isinstance(argument, type) and issubclass(argument, BaseModel):
                return argument
    return None


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(" ".join(text.split()), _WIDTH)]
