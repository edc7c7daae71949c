"""The options of all commands, and the printing of results."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


DEFAULT_CONFIG = Path("catcher.toml")


def _config_file(context: click.Context, option: click.Parameter, value: Path | None) -> Path:
    """The file from ``-c`` after the command, else from ``-c`` before it (``catcher -c F …``), else ./catcher.toml."""
    return value or context.find_root().params.get("config_file") or DEFAULT_CONFIG


def config_option(function: F) -> F:
    """Adds ``-c FILE`` (parameter ``config_file``)."""
    return click.option(
        "-c",
        "--config",
        "config_file",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=_config_file,
        show_default=str(DEFAULT_CONFIG),
        metavar="F",
        help="The configuration file.",
    )(function)


def json_option(function: F) -> F:
    """Adds ``--json`` (parameter ``as_json``)."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")(function)


def print_json(rows: Iterable[Any]) -> None:
    """Prints one JSON object per line."""
    for row in rows:
        click.echo(json.dumps(row, ensure_ascii=False))


def print_table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Prints an aligned table for people."""
    from tabulate import tabulate

    click.echo(tabulate(list(rows), headers=list(headers), tablefmt="simple", disable_numparse=True))
