"""Writes the generated pages: commands from click, keys from the schema, fields from their dictionary.

::

    root ─▶ every noun and verb: usage, help text, options ─▶ markdown() ─▶ docs/running/commands.md
    python -m catcher.cli.reference .              writes the generated pages of docs/  (``make docs``)
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from inspect import cleandoc
from pathlib import Path

import click

from catcher.cli import root
from catcher.config import reference as configuration
from catcher.model.mail.delivery import delivery_dictionary
from catcher.model.mail.observation import field_dictionary

_HEAD = """\
# Commands

<!-- Generated from the commands' own help texts by `make docs`. Change the texts in catcher/cli. -->

`catcher NOUN VERB --help` shows the same on a terminal. Results go to stdout, logs to stderr. Exit status: 0 all is
well, 1 a finding, 2 usage or configuration, 3 the environment (a file, a port, a server), 70 a fault of catcher's own,
told in one line; `python -X dev -m catcher` shows where.
"""
_EVERYWHERE = {
    "config_file": "`-c`, `--config F`: the configuration file, by default `catcher.toml`; also before the noun.",
    "as_json": "`--json`: results as JSON, one object a line.",
}
"""Parameter → sentence, for the options of most commands, which the page explains only once."""


def markdown() -> str:
    """The page; it ends with a newline."""
    shared = ["Options of most commands:", "", *(f"- {sentence}" for sentence in _EVERYWHERE.values()), ""]
    return "\n".join([_HEAD, *shared, *_all()]).rstrip("\n") + "\n"


def commands() -> Iterator[tuple[str, click.Command]]:
    """``noun`` or ``noun verb``, each with its command, in the order of ``--help``."""
    context = click.Context(root)
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            for verb in command.list_commands(context):
                yield f"{name} {verb}", command.commands[verb]


def _all() -> Iterator[str]:
    for name, command in commands():
        first, *rest = [" ".join(part.split()) for part in cleandoc(command.help or "").split("\n\n")]
        yield f"{'##' if ' ' not in name else '###'} catcher {name}\n"
        yield "\n\n".join([first, *rest]) + "\n"
        if not isinstance(command, click.Group):
            context = click.Context(command, info_name=f"catcher {name}")
            yield f"```\n{' '.join([context.command_path, *command.collect_usage_pieces(context)])}\n```\n"
            yield from _options(command, context)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    rows = []
    shared = []
    for parameter in command.get_params(context):
        if parameter.name in _EVERYWHERE and isinstance(parameter, click.Option):
            shared.append(f"`{parameter.opts[0]}`")
        elif isinstance(parameter, click.Option) and "--help" not in parameter.opts:
            record = parameter.get_help_record(context)
            assert record is not None
            rows.append("| " + " | ".join(_cell(cell, number) for number, cell in enumerate(record)) + " |")
    if rows:
        yield "| option | meaning |\n|---|---|"
        yield from rows
        yield ""
    if shared:
        yield f"Also {' and '.join(shared)}.\n"


def _cell(text: str, column: int) -> str:
    """An option in backquotes, or its sentence, with single blanks and escaped bars, which would end the cell."""
    plain = re.sub(r"\s+", " ", text).replace("|", "\\|")
    return f"`{plain}`" if column == 0 else plain


_FIELDS_HEAD = """\
# Fields that are stored of a mail

<!-- Generated from the field dictionary by `make docs`. Change the fields in catcher/model. -->

One row of the store is one observation: a transaction as it concerned one catalogued domain. The columns of the store
are these fields, and no others. `keep_days` is `[store] keep_days`. Operational: says nothing of a person or an
organisation. Organisation: names one, or its equipment. Personal: could be tied to a person, alone or with other data.

| field | meaning | sensitivity | kept |
|---|---|---|---|
"""


_DELIVERIES_HEAD = """
## Fields of the delivery log

With `[log] deliveries = true`, which is off by default, each transaction leaves a line in the file of its day, under
`deliveries` in the state folder. It is never on stderr, so no journal keeps it. A line has these fields, and no others:

| field | meaning | sensitivity | kept |
|---|---|---|---|
"""


def fields_markdown() -> str:
    """The page of stored fields; it ends with a newline."""
    stored, logged = (_field_rows(entries) for entries in (field_dictionary(), delivery_dictionary()))
    return f"{_FIELDS_HEAD}{stored}{_DELIVERIES_HEAD}{logged}"


def _field_rows(dictionary: Mapping[str, Mapping[str, str]]) -> str:
    rows = (
        f"| `{name}` | {entry['meaning']} | {entry['sensitivity']} | {entry['retention']} |\n"
        for name, entry in dictionary.items()
    )
    return "".join(rows)


PAGES = {
    "docs/running/commands.md": markdown,
    "docs/running/configuration.md": configuration.markdown,
    "docs/reference/fields.md": fields_markdown,
}
"""Generated page → the function that makes it."""


def main(folder: Path) -> None:
    """Writes the generated pages into the source tree at ``folder``."""
    for name, make in PAGES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
