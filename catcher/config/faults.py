"""Turns pydantic's errors into faults with a remedy. No text of pydantic is shown to the operator."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from catcher.model.errors import Fault

Location = tuple[int | str, ...]


def faults(error: ValidationError, schema: type[BaseModel], source: str) -> list[Fault]:
    """One fault for each error, in the order of the schema. ``source`` is the file's name."""
    return [_fault(detail, schema, source) for detail in error.errors(include_url=False)]


def _fault(detail: ErrorDetails, schema: type[BaseModel], source: str) -> Fault:
    where = f"{source}: {key(detail['loc'])}"
    context: Mapping[str, Any] = detail.get("ctx", {})
    given = detail.get("input")
    match detail["type"]:
        case "catcher":
            return Fault(where, context["what"], context["remedy"])
        case "extra_forbidden":
            return Fault(where, *_unknown(detail["loc"], schema))
        case "missing":
            return Fault(where, "it is missing", _example(detail["loc"], schema))
        case "string_type" | "path_type":
            return Fault(where, f"{_told(given)} is not a text", "write a text in quotes")
        case "int_type":
            return Fault(where, f"{_told(given)} is not a whole number", "write a number without quotes")
        case "bool_type":
            return Fault(where, f"{_told(given)} is not a truth value", "write true or false, without quotes")
        case "tuple_type" if isinstance(given, dict):
            return Fault(where, "it is one section, and has to be a list of them", _header((*detail["loc"], 0)))
        case "tuple_type":
            return Fault(where, f"{_told(given)} is not a list", f"write [ and ] around it: [{_told(given)}]")
        case "model_type" | "model_attributes_type":
            return Fault(where, f"{_told(given)} is not a section", _header(detail["loc"]))
        case "greater_than_equal":
            return Fault(where, f"{_told(given)} is too small", f"the least is {context['ge']}")
        case "less_than_equal":
            return Fault(where, f"{_told(given)} is too large", f"the most is {context['le']}")
        case "literal_error":
            return Fault(where, f"{_told(given)} is not a value it can have", f"write {_quoted(context['expected'])}")
        case other:
            raise AssertionError(f"no text for a schema error of type {other}") from None


def key(location: Location) -> str:
    """``("dns", "zone", 0, "file")`` → ``dns.zone[0].file``."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _told(value: Any) -> str:
    """A value in TOML's notation, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 80 else f'"{value[:77]}…"'
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list):
        return "a list"
    return str(value)


def _quoted(expected: str) -> str:
    return expected.replace("'", '"')


def _header(location: Location) -> str:
    if any(isinstance(part, int) for part in location):
        return f"write each under a line [[{'.'.join(p for p in location if isinstance(p, str))}]]"
    return f"write a line [{key(location)}] and the keys below it"


def _model(location: Location, schema: type[BaseModel]) -> type[BaseModel]:
    """The class of the section with the key at ``location``."""
    for part in location[:-1]:
        if isinstance(part, str) and part in schema.model_fields:
            schema = _section(schema.model_fields[part].annotation) or schema
    return schema


def _section(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _section(argument))), None)


def _unknown(location: Location, schema: type[BaseModel]) -> tuple[str, str]:
    name = str(location[-1])
    known = list(_model(location, schema).model_fields)
    what = "no section has this name" if len(location) == 1 else "no key has this name"
    if close := get_close_matches(name, known, n=1):
        return what, f'did you mean "{close[0]}"?'
    if len(location) == 1 and (homes := [f"[{s}]" for s in known if name in _keys(s, schema)]):
        return what, f"it is a key of {' and '.join(homes)}: write it below such a line"
    return what, f"known are {', '.join(known)}"


def _keys(section: str, schema: type[BaseModel]) -> Collection[str]:
    found = _section(schema.model_fields[section].annotation)
    return found.model_fields if found else ()


def _example(location: Location, schema: type[BaseModel]) -> str:
    from catcher.config.describe import toml

    field = _model(location, schema).model_fields[str(location[-1])]
    return f"write for example {location[-1]} = {toml((field.examples or [''])[0])}"
