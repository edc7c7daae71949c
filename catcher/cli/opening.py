"""Opens and closes the store for a command, with or without contacts; adds the period option.

::

    with_store(F) ─▶ configuration, Desk over the store ─▶ … ─▶ the store is closed
    with_contacts(F) ─▶ the same, contacts, catalogue
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from catcher import wiring
from catcher.config import Config, load_config
from catcher.desk.context import Desk
from catcher.incident import Thresholds
from catcher.model.domain import DomainError, to_alabel
from catcher.model.leak.measures import Period
from catcher.model.moments import second
from catcher.model.ports import FoldState
from catcher.model.telling.report import ReportOperator
from catcher.report import shown_domain

if TYPE_CHECKING:
    from catcher.catalogue import Catalogue
    from catcher.desk.contacts import ContactBook

F = TypeVar("F", bound=Callable[..., Any])


@contextmanager
def with_store(config_file: Path, *, read_only: bool = False) -> Iterator[tuple[Config, Desk]]:
    """The configuration and a Desk over its store.

    ``read_only``: the store isn't changed; stderr says if observations wait to be folded.
    """
    config = load_config(config_file)
    operator = config.operator
    store = wiring.open_store_to_read(config) if read_only else wiring.open_store(config)
    try:
        if read_only:
            _print_waiting(store.fold_state())
        yield (
            config,
            Desk(
                store=store,
                folder=None if read_only else wiring.folder(config),
                party_of=wiring.parties(config).party_of,
                organisation=wiring.organisations(config).name,
                operator=ReportOperator(operator.name, operator.contact, operator.url, operator.postal),
                now=wiring.SystemClock().now(),
                thresholds=Thresholds(config.notify.mailboxes, config.notify.days),
            ),
        )
    finally:
        store.close()


def _print_waiting(state: FoldState) -> None:
    """Says on stderr how far the sums go, if observations wait."""
    if state.waiting:
        folded_to = "nothing is folded yet" if state.folded_to is None else f"folded to {second(state.folded_to)}"
        click.echo(
            f"{folded_to}, {state.waiting} waiting: the server folds them within minutes, and so does "
            "`catcher report build`",
            err=True,
        )


@contextmanager
def with_contacts(
    config_file: Path, *, read_only: bool = False
) -> Iterator[tuple[Config, Desk, ContactBook, Catalogue]]:
    """The configuration, a Desk over its store, every party's contacts, and the catalogue. ``read_only`` as in
    ``with_store``."""
    with with_store(config_file, read_only=read_only) as (config, desk):
        catalogue = wiring.load_catalogue(config)
        yield config, desk, wiring.contact_book(config, desk.store, catalogue), catalogue


def period_option(function: F) -> F:
    """Adds ``--period YYYY-MM`` (parameter ``period``: a Period, or None for the latest month with mail)."""
    return click.option(
        "--period",
        metavar="YYYY-MM",
        callback=lambda _context, _option, value: None if value is None else Period.parse(value),
        help="The month; without it the latest one with mail.",
    )(function)


def domain_value(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """The A-label form of an option's domain; for ``callback``."""
    try:
        return None if value is None else to_alabel(value)
    except DomainError as error:
        raise click.BadParameter(str(error)) from error


def shown(domain: str | None, *, nothing: str = "-") -> str:
    """A domain in a form that is safe on a terminal."""
    return str(shown_domain(domain)) if domain else nothing
