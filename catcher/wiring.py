"""Configuration → concrete adapters: what commands, web and servers all need. No server in it.

::

    config ─▶ open_store · key_ring · load_catalogue · folder · contact_book · finder · resolver · explanations
    the one clock: SystemClock
"""

from __future__ import annotations

import functools
import re
import sys
from datetime import UTC, datetime

from catcher import catalogue as catalogue_room
from catcher import smtp
from catcher.catalogue import Catalogue, Guard
from catcher.config import Config
from catcher.desk.contacts import ContactBook
from catcher.directory import Csirts, Listings, Suffixes, party_of
from catcher.incident import fold
from catcher.model.clock import Clock
from catcher.model.ports import Folder, Resolver, Store
from catcher.notify.find import Fetcher, Finder
from catcher.privacy import KeyRing
from catcher.resolve import LiveResolver
from catcher.store import BUSY_SECONDS, SqliteStore


class SystemClock:
    """The one place where the time is read."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def system_clock() -> Clock:
    """The one clock."""
    return SystemClock()


def open_store(config: Config, *, patience: float = BUSY_SECONDS) -> SqliteStore:
    """The store that ``store.url`` names, made and migrated when it is new. Raises EnvironmentFailure.

    ``patience``: seconds that a write waits for another process's.
    """
    return SqliteStore(config.store.path, busy_seconds=patience)


def key_ring(config: Config) -> KeyRing:
    """The period keys in the state folder."""
    return KeyRing(config.node.state / "keys")


def explanations(config: Config, catalogue: Catalogue) -> smtp.Explanations:
    """What ``explain`` and ``refuse`` say, in every language that is asked for. Raises ConfigurationError."""
    return smtp.load_explanations(
        config.smtp.explanations,
        language=config.smtp.language,
        operator=config.operator.name,
        page=config.operator.url,
        needed={config.smtp.language: f"{config.path.name}: smtp.language", **catalogue.languages()},
    )


def folder(config: Config) -> Folder:
    """How observations are folded into incidents, with the organisations that ``config`` knows."""
    return functools.partial(fold, party_of=party_of, period_of=lambda moment: moment.strftime("%Y-%m"))


def load_catalogue(config: Config) -> Catalogue:
    """The catalogue under its guard. Raises ConfigurationError with every fault."""
    guard = Guard.load(config.node.state, required=config.catalogue.guard == "required")
    watched = sys.stderr.isatty()
    loaded = catalogue_room.load(config.catalogue.files, guard=guard, tell=_tell_person if watched else None)
    if watched:
        _tell_person("")
    return loaded


def contact_book(config: Config, store: Store, catalogue: Catalogue) -> ContactBook:
    """Whom to tell: the operator's files, merged with what ``store`` knows. Raises ConfigurationError."""
    listings = Listings.load(config.notify.contacts, config.node.state)
    return ContactBook(store, listings, lambda domain: catalogue.find(domain) is not None)


def finder(config: Config, book: ContactBook, clock: Clock) -> Finder:
    """What looks for contacts, in the DNS and over HTTPS. Raises ConfigurationError, EnvironmentFailure."""
    asking = LiveResolver(config.fingerprint.resolvers, clock=clock)
    url = config.operator.url
    agent = f"catcher (+{url})" if re.fullmatch("[!-'*-~]{1,200}", url) else "catcher"
    return Finder(
        listings=book.listings,
        csirts=Csirts.load(config.node.state),
        fetcher=Fetcher(asking, agent=agent),
        resolver=asking,
        organizational_domain=Suffixes().organizational_domain,
        is_typo=book.is_typo,
    )


def _tell_person(step: str) -> None:
    """Shows a step of something long, in place of the one before, to whoever watches."""
    sys.stderr.write(f"\r\x1b[K{step}")
    sys.stderr.flush()


def resolver(config: Config, clock: Clock) -> Resolver | None:
    """The resolver for look-ups; None when they are off."""
    return LiveResolver(config.fingerprint.resolvers, clock=clock) if config.fingerprint.lookups else None
