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
from catcher.model.leak.measures import Period
from catcher.model.telling.report import ReportOperator
from catcher.report import shown_domain

if TYPE_CHECKING:
    from catcher.catalogue import Catalogue
    from catcher.desk.contacts import ContactBook

F = TypeVar("F", bound=Callable[..., Any])


@contextmanager
def with_store(config_file: Path) -> Iterator[tuple[Config, Desk]]:
    """The configuration and a Desk over its store."""
    config = load_config(config_file)
    operator = config.operator
    store = wiring.open_store(config)
    try:
        yield (
            config,
            Desk(
                store=store,
                folder=wiring.folder(config),
                party_of=wiring.parties(config).party_of,
                organisation=wiring.organisations(config).name,
                operator=ReportOperator(operator.name, operator.contact, operator.url, operator.postal),
                now=wiring.SystemClock().now(),
                thresholds=Thresholds(config.notify.mailboxes, config.notify.days),
            ),
        )
    finally:
        store.close()


@contextmanager
def with_contacts(config_file: Path) -> Iterator[tuple[Config, Desk, ContactBook, Catalogue]]:
    """The configuration, a Desk over its store, every party's contacts, and the catalogue."""
    with with_store(config_file) as (config, desk):
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


def shown(domain: str | None, *, nothing: str = "-") -> str:
    """A domain in a form that is safe on a terminal."""
    return str(shown_domain(domain)) if domain else nothing
