"""Writes the schema as a Markdown page: each key's type, default and sentence, and when a change takes effect.

::

    schema ─▶ sections, keys, sentences ─▶ markdown() ─▶ docs/running/configuration.md  (``make docs``)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from catcher.config.describe import sentences, toml
from catcher.config.schema import RESTART_KEYS, Config

COMMANDS_ONLY = frozenset(
    f"notify.{key}"
    for key in ("contacts", "mailboxes", "days", "quiet_days", "escalate_days", "second_approver", "retry_hours")
) | {"operator.postal"}
"""Keys that the server never reads. Commands read catcher.toml at every run."""

_WORDS = {
    "str": "text",
    "Line": "text",
    "AnyPath": "path",
    "Listen": "address with port",
    "SmtpListen": "address with port",
}
"""Type's name in the schema → its name on the page, where it isn't made from the schema's name."""

WATCHED = frozenset({"smtp.certificate", "smtp.key"})
"""Keys of files that the server reads again by itself when they change."""

_HEAD = """\
# Configuration

<!-- Generated from catcher/config/schema.py by `make docs`. Change the sentences there. -->

catcher reads one TOML file: `-c FILE`, else `./catcher.toml`. Paths in it are relative to it. `catcher init DIR` writes
one with every key and its default; `catcher check` names every fault in it.

The last column says when a running server acts on a change:

- *reload*: at `catcher reload` or SIGHUP, which also read the files that keys name;
- *reload; content: at once*: another file at a reload, new content of the same file by itself;
- *restart*: when it is started anew; a reload says that the key was changed;
- *next command*: the server doesn't use the key; the next `catcher` command does.

A command reads the file each time it is run.
"""


def markdown() -> str:
    """The page; it ends with a newline."""
    return "\n".join([_HEAD, *_sections(Config, "")]).rstrip("\n") + "\n"


def takes_effect(name: str) -> str:
    """When a change of the key ``name`` takes effect."""
    if name in COMMANDS_ONLY:
        return "next command"
    if name in RESTART_KEYS:
        return "restart"
    return "reload; content: at once" if name in WATCHED else "reload"


def _sections(model: type[BaseModel], above: str) -> Iterator[str]:
    """The sections of ``model``, each as a table followed by the tables of its own sections."""
    for name, field in model.model_fields.items():
        section = section_of(field)
        if section is None:
            continue
        title = f"[[{above}{name}]]" if get_origin(field.annotation) is tuple else f"[{name}]"
        yield f"## {title}\n\n{' '.join((section.__doc__ or '').split())}\n"
        yield "| key | type | default | meaning | a change takes effect |"
        yield "|---|---|---|---|---|"
        for key, about in section.model_fields.items():
            if section_of(about) is None:
                yield _row(section, f"{above}{name}.", key, about)
        yield ""
        yield from _sections(section, f"{above}{name}.")


def section_of(field: FieldInfo) -> type[BaseModel] | None:
    """The section's class, if the key is a section, single or repeated; None for a plain key."""
    for candidate in (field.annotation, *get_args(field.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _row(section: type[BaseModel], above: str, key: str, about: FieldInfo) -> str:
    annotation = str(section.__annotations__[key])
    if about.default is PydanticUndefined:
        default = "needed"
    elif about.default is None:
        default = "not set"
    else:
        default = f"`{toml(about.default.as_posix() if isinstance(about.default, Path) else about.default)}`"
    meaning = " ".join(sentences(section)[key].split())
    cells = (f"`{key}`", _type(about, annotation), default, meaning, takes_effect(above + key))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _type(about: FieldInfo, annotation: str) -> str:
    """The key's type in words: a range, a choice, a list, or the name of the type in the schema."""
    kind = about.annotation
    bounds = {name: getattr(rule, name) for rule in about.metadata for name in ("ge", "le") if hasattr(rule, name)}
    if bounds:
        return f"{bounds['ge']:,} to {bounds['le']:,}"
    if kind is bool:
        return "true or false"
    if choices := [word for word in _flat(kind) if isinstance(word, str)]:
        return "any of " * annotation.startswith("tuple") + ", ".join(f"`{word}`" for word in choices)
    of_many = "list of " * ("tuple[" in annotation)
    name = next(word for word in re.findall(r"\w+", annotation) if word not in ("Annotated", "tuple"))
    return of_many + _WORDS.get(name, _words(name))


def _flat(kind: Any) -> Iterator[Any]:
    """The arguments of a type and, recursively, the arguments of these arguments."""
    for argument in get_args(kind):
        yield argument
        if not isinstance(kind, UnionType):
            yield from _flat(argument)


def _words(name: str) -> str:
    """``MailAddress`` → mail address; ``ExistingFile`` → file."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removeprefix("Existing")).lower()
