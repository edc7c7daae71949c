"""Prints changes of the catalogue, reloads the running server and prints whether the reload succeeded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import click

from catcher.cli.options import print_json
from catcher.cli.waiting import loading_progress
from catcher.desk.catalogue import CatalogueChange, not_live, tell_server
from catcher.model.errors import EnvironmentFailure

_SHOWN = 100


def publish(
    changes: Sequence[CatalogueChange], state: Path, *, dry_run: bool, as_json: bool, always: bool = False
) -> None:
    """Prints ``changes``, makes the running server reload, and prints its answer.

    ``always``: the server reloads even if no file changed, because it may not have read the last change.
    Raises EnvironmentFailure when a running server couldn't reload; the files are written nevertheless.
    """
    if as_json:
        print_json(_row(change) for change in changes)
    else:
        for change in changes[:_SHOWN]:
            click.echo(_sentence(change, dry_run))
        if len(changes) > _SHOWN:
            click.echo(f"… and {len(changes) - _SHOWN} more; --json lists them all")
    if dry_run:
        _print_server("nothing was written (--dry-run)", "dry-run", as_json)
    elif not always and not any(change.rewritten for change in changes):
        _print_server("the files said so already", "unchanged", as_json)
    else:
        _take_over(state, {change.domain for change in changes}, as_json)


def _take_over(state: Path, domains: Collection[str], as_json: bool) -> None:
    with loading_progress() as waiting:
        outcome = tell_server(state, waiting=waiting)
    if outcome is None:
        _print_server("no server runs here: it holds from the next start on", "none", as_json)
    elif reason := not_live(outcome, domains):
        raise EnvironmentFailure(
            f"the files are written, but the running server stays with what it had: {reason}; "
            "mend that and run 'catcher reload'"
        )
    else:
        _print_server("the running server has taken it over", "confirmed", as_json)
        if outcome.kept:
            click.echo(f"note: {len(outcome.kept)} other parts are kept as they were; see 'catcher status'", err=True)


def _print_server(sentence: str, word: str, as_json: bool) -> None:
    if as_json:
        print_json([{"server": word}])
    else:
        click.echo(sentence)


def _row(change: CatalogueChange) -> dict[str, object]:
    return {
        "domain": change.domain,
        "where": change.where,
        "before": change.before,
        "after": change.after,
        "rewritten": change.rewritten,
    }


def _sentence(change: CatalogueChange, dry_run: bool) -> str:
    would = "would be " if dry_run else ""
    if change.before is None:
        return f"{change.domain}: {would}added with policy {change.after}"
    if change.after is None:
        return f"{change.domain}: {would}removed ({change.where}, policy {change.before})"
    if not change.rewritten:
        return f"{change.domain}: takes no mail already ({change.where}, policy {change.before})"
    return f"{change.domain}: {would}{change.before} → {change.after} ({change.where})"
