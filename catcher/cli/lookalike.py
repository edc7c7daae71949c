"""``catcher lookalike``: finds the intended names of typed names, and lists names worth holding."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from catcher import config, wiring
from catcher.cli.options import config_option, json_option, print_json, print_table
from catcher.directory import Organisations, Suffixes
from catcher.model.domain import DomainError, to_alabel

if TYPE_CHECKING:
    from catcher.directory import Organisations

F = TypeVar("F", bound=Callable[..., Any])

LONGEST_LINE = 4_096
"""Most octets of a line of stdin that are read as a name; the rest of the line is ignored."""


def watch_option(function: F) -> F:
    """Adds ``--watch FILE`` (parameter ``watch``)."""
    return click.option(
        "--watch",
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="CSV file domain,organisation: the names to protect.  [default: the configuration's]",
    )(function)


def watched_organisations(watch: Path | None, config_file: Path) -> Organisations:
    """The names in the file of ``--watch``, else in the configuration's watch-list and imported directories.

    Raises ConfigurationError, or a usage error if there is neither file nor configuration.
    """
    if watch is not None:
        return Organisations.load(watch)
    given = click.get_current_context().get_parameter_source("config_file")
    if not config_file.exists() and given is click.core.ParameterSource.DEFAULT:
        raise click.UsageError("which names are protected? Give --watch FILE (CSV domain,organisation) or -c FILE")
    settings = config.load_config(config_file)
    return wiring.organisations(settings)


def _protected(function: F) -> F:
    """Adds --watch, -c and --json. ``function`` gets the organisations instead of the values of --watch and -c."""

    @wraps(function)
    def run(*, watch: Path | None, config_file: Path, **others: Any) -> None:
        function(organisations=watched_organisations(watch, config_file), **others)

    decorated: Any = watch_option(config_option(json_option(run)))
    return decorated  # type: ignore[no-any-return]


@click.group()
def command() -> None:
    """Match typed names; list names worth holding."""


@command.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME… | -")
@_protected
def match(names: tuple[str, ...], organisations: Organisations, as_json: bool) -> None:
    """Rank the names that each NAME may stand for.

    '-' reads names from stdin, one a line. The score is the probability that this protected name was meant.
    Candidates are listed even where none is claimed (abstained); a protected name itself has none.
    """
    from catcher.intake import matcher

    find = matcher(organisations, Suffixes())
    for text in _read(sys.stdin.buffer) if names == ("-",) else names:
        found = find(typed_name(text))
        if as_json:
            print_json([found.to_json()])
            continue
        listed = ", ".join(f"{c.domain} {c.score:.2f} ({c.edit})" for c in found.candidates)
        meant = found.candidates[0].domain if not found.abstained else "not known for whom"
        click.echo(f"{found.typed or '(no name)'} → {meant}{f'  [{listed}]' if listed else ''}")


@command.command()
@click.option(
    "--tld", "tlds", multiple=True, required=True, metavar="TLD", help="Where names could be held; repeatable."
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Names for each protected one."
)
@_protected
def generate(tlds: tuple[str, ...], limit: int, organisations: Organisations, as_json: bool) -> None:
    """List the names under TLD worth holding.

    The names that most mail will come to are first. The score is the share of a protected name's strayed mail under
    this TLD that goes there.
    """
    from catcher.lookalike import generate as generated

    try:
        under = [to_alabel(tld.removeprefix(".")) for tld in tlds]
    except DomainError as error:
        raise click.BadParameter(f"--tld: {error}") from error
    worth = generated(organisations.names, under, Suffixes().registrable, limit=limit)
    if as_json:
        print_json(one.to_json() for one in worth)
    else:
        print_table(
            ("protected", "worth holding", "share", "edit"),
            [(one.protected, one.domain, f"{one.score:.5f}", one.edit) for one in worth],
        )


def typed_name(text: str) -> str:
    """``text`` as A-labels. If it is no domain name, only the characters permitted in a domain name are kept.

    A person typed the text: a comma, a space or two dots in a row mean one dot. The result may be empty.
    """
    shortened = text.strip()[:LONGEST_LINE]
    try:
        return to_alabel(shortened)
    except DomainError:
        kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "." for c in shortened.lower())
        return ".".join(label.strip("-")[:63] for label in kept.split(".") if label.strip("-"))[:253].strip(".-")


def _read(stream: BinaryIO) -> Iterator[str]:
    """The non-empty lines of ``stream``; octets that aren't UTF-8 are replaced."""
    while line := stream.readline(LONGEST_LINE):
        rest = line
        while not rest.endswith(b"\n") and (rest := stream.readline(LONGEST_LINE)):
            pass
        text = line.decode("utf-8", errors="replace").strip()
        if text:
            yield text
