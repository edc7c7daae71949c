"""What the commands that look into the store share: the desk, the period option, texts that are safe on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from catcher.config import Config, load
from catcher.desk.context import Desk
from catcher.incident import Thresholds
from catcher.model.measures import Period
from catcher.model.report import Operator
from catcher.report import shown_domain

F = TypeVar("F", bound=Callable[..., Any])


@contextmanager
def at_desk(config_file: Path) -> Iterator[tuple[Config, Desk]]:
    """The configuration and a desk over its store, which is closed at the end."""
    # Imported here: the wiring loads every room, and --help must not wait for that.
    from catcher.directory import party_of
    from catcher.intake import organisations_of
    from catcher.wiring import SystemClock, folder, open_store

    config = load(config_file)
    operator = config.operator
    store = open_store(config)
    try:
        yield (
            config,
            Desk(
                store=store,
                folder=folder(config),
                party_of=party_of,
                organisation=organisations_of(config).name,
                operator=Operator(operator.name, operator.contact, operator.url, operator.postal),
                now=SystemClock().now(),
                thresholds=Thresholds(config.notify.mailboxes, config.notify.days),
            ),
        )
    finally:
        store.close()


def period_option(function: F) -> F:
    """Adds ``--period YYYY-MM`` (parameter ``period``: a Period, or None for the latest month with mail)."""
    return click.option(
        "--period",
        metavar="YYYY-MM",
        callback=lambda _context, _option, value: None if value is None else Period.parse(value),
        help="The month; without it the latest one with mail.",
    )(function)


def shown(domain: str | None, *, nothing: str = "-") -> str:
    """A domain as a terminal may show it."""
    return str(shown_domain(domain)) if domain else nothing
