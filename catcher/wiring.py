"""Makes the adapters of commands, web and servers from the configuration. It starts no server.

::

    config ─▶ open_store · open_store_to_read · key_ring · load_catalogue · organisations · folder · contact_book ·
               finder · tenant_discovery · resolver
    the one clock: SystemClock

Each adapter is imported in the function that makes it, so that a command loads only the modules it uses.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catcher.catalogue import Catalogue, Guard
    from catcher.config import Config
    from catcher.desk.contacts import ContactBook
    from catcher.desk.vouching import Voucher
    from catcher.directory import ImportedLists, Organisations, Parties
    from catcher.model.clock import Clock
    from catcher.model.diskroom import DiskRoom
    from catcher.model.mail.marking import OwnMarkings
    from catcher.model.ports import Folder, Resolver, Store
    from catcher.notices.find import Fetcher, Finder
    from catcher.notices.tenants import TenantClaim
    from catcher.privacy import KeyRing
    from catcher.resolve import LiveResolver
    from catcher.resolve.transfer import InboundTransfer
    from catcher.smtp import Explanations

log = logging.getLogger("catcher")

_SERVER = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f:.%\w]++)\]|(?P<host>[^:\[\]]++))(?::(?P<port>\d{1,5}))?\Z|(?P<bare>[0-9A-Fa-f:]++)\Z"
)
"""``host``, ``host:port``, an IPv6 address, or ``[address]:port``."""


class SystemClock:
    """The real time in UTC. Only this class reads the system's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def open_store(config: Config, *, patience: float | None = None, checkpointed: bool = False) -> Store:
    """The store at ``store.url``; it is created and migrated if needed. Raises EnvironmentFailure.

    ``patience``: seconds that a write waits for a write of another process; None: the store's default.
    ``checkpointed``: whether the process runs the store's checkpointer.
    """
    from catcher.store import PATIENCE_SECONDS, store_at

    patience = PATIENCE_SECONDS if patience is None else patience
    return store_at(config.store.url, patience=patience, checkpointed=checkpointed)


def room_for_store(config: Config) -> DiskRoom | None:
    """The room that the disk has for the store; None when it can't be asked."""
    from catcher.store import folder_of_store
    from catcher.store.diskfloor import disk_room

    return disk_room(folder_of_store(config.store.url), config.store.reserve_mb)


def open_store_to_read(config: Config) -> Store:
    """The store at ``store.url`` for a command that reads alone: nothing is made, migrated or changed. A missing store
    is an empty one. Raises EnvironmentFailure."""
    from catcher.store import store_to_read

    return store_to_read(config.store.url)


def key_ring(config: Config) -> KeyRing:
    """The period keys in the state folder."""
    from catcher.privacy import KeyRing

    return KeyRing(config.node.state / "keys")


def organisations(config: Config, lists: ImportedLists | None = None) -> Organisations:
    """The known organisations: the watch-list, then the imported directories. ``lists`` None: those in the state
    folder.

    Raises ConfigurationError with a fault for every wrong row.
    """
    from catcher.directory import ImportedLists, Organisations

    lists = lists or ImportedLists.of(config.node.state)
    return Organisations.load(config.fingerprint.watchlist, lists.directories)


def watch_list(file: Path) -> Organisations:
    """The organisations of one watch-list. Raises ConfigurationError with a fault for every wrong row."""
    from catcher.directory import Organisations

    return Organisations.load(file)


def own_markings(config: Config) -> OwnMarkings:
    """The operator's own list of markings. Raises ConfigurationError with a fault for every wrong row."""
    from catcher.directory.csvfiles import read_csv_text
    from catcher.fingerprint import read_own_markings
    from catcher.model.mail.marking import NO_OWN_MARKINGS

    file = config.fingerprint.markings
    return NO_OWN_MARKINGS if file is None else read_own_markings(read_csv_text(file), file.name)


def parties(config: Config, lists: ImportedLists | None = None) -> Parties:
    """The parties, with the operator's own list of mailbox providers. ``lists`` None: those in the state folder.

    Raises ConfigurationError with every fault.
    """
    from catcher.directory import ImportedLists, Parties, Suffixes, own_mailbox_providers

    lists = lists or ImportedLists.of(config.node.state)
    return Parties(Suffixes(), own_mailbox_providers(lists.mailboxes))


def folder(config: Config, lists: ImportedLists | None = None) -> Folder:
    """Folds observations into incidents, by organisation. ``lists``: as ``parties``."""
    from catcher.incident import MailFolder

    return MailFolder(parties(config, lists).party_of)


def guard_of(config: Config) -> Guard:
    """The recorded guard. A damaged record is logged as an error, and its copy is in force then."""
    from catcher.catalogue.guardrecord import load_or_keep

    section = config.catalogue
    found = load_or_keep(config.node.state, required=section.guard == "required", hours=section.guard_hours)
    if found.fault is not None:
        log.error("%s", found.fault)
    return found.guard


def transfer_of(server: str, origin: str, key_file: Path | None) -> InboundTransfer:
    """A transfer of the zone ``origin`` from ``server``, a host or address with or without a port.

    Raises ConfigurationError for a wrong name, address or key file.
    """
    import dns.name
    import dns.tsig

    from catcher.dns.loading.keyfile import tsig_keys
    from catcher.model.domain import DomainError, to_alabel
    from catcher.model.errors import ConfigurationError, Fault
    from catcher.resolve.transfer import InboundTransfer

    found = _SERVER.match(server)
    host = found and (found["v6"] or found["host"] or found["bare"])
    port = int(found["port"] or 53) if found else 0
    if not host or not 0 < port < 65536:
        raise ConfigurationError([Fault("--axfr", f"{server[:80]} is no server", "write an address like 192.0.2.1:53")])
    try:
        zone = to_alabel(origin)
    except DomainError as error:
        raise ConfigurationError([Fault("--zone", f"this is no zone: {error}", "write a name like ml")]) from None
    key = None
    if key_file is not None:
        keys, faults = tsig_keys(key_file)
        if not faults and len(keys) != 1:
            faults = [Fault(str(key_file), f"it holds {len(keys)} keys", "leave the key of this transfer alone in it")]
        if faults:
            raise ConfigurationError(faults)
        (one,) = keys.values()
        key = dns.tsig.Key(dns.name.from_wire(one.name, 0)[0], one.secret, one.algorithm)
    return InboundTransfer(host, port, zone, clock=SystemClock(), key=key)


def voucher(config: Config, clock: Clock) -> Voucher | None:
    """What asks the TLDs' servers about held names; None if the guard isn't required, or look-ups are off."""
    from functools import partial

    from catcher.desk.catalogue import tell_server
    from catcher.desk.vouching import Voucher
    from catcher.resolve.parent import ParentServers

    asking = resolver(config, clock) if config.catalogue.guard == "required" else None
    if asking is None:
        return None
    reload = partial(tell_server, config.node.state)
    servers = ParentServers(asking)
    return Voucher(config.node.state, config.catalogue.guard_hours, servers, config.dns.nameservers, reload)


def load_catalogue(config: Config) -> Catalogue:
    """The catalogue with its guard. Shows its progress if stderr is a terminal. Raises ConfigurationError."""
    from catcher import catalogue

    guard = guard_of(config)
    watched = sys.stderr.isatty()
    loaded = catalogue.read_catalogue(config.catalogue.files, guard=guard, tell=_show_step if watched else None)
    if watched:
        _show_step("")
    return loaded


def _show_step(step: str) -> None:
    """Writes a step over the step before it on the terminal."""
    sys.stderr.write(f"\r\x1b[K{step}")
    sys.stderr.flush()


def contact_book(config: Config, store: Store, catalogue: Catalogue) -> ContactBook:
    """The parties' contacts: the operator's files, merged with the contacts in ``store``. Raises ConfigurationError."""
    from catcher.desk.contacts import ContactBook
    from catcher.directory import Listings

    listings = Listings.load(config.notify.contacts, config.node.state)
    return ContactBook(store, listings, lambda domain: catalogue.find(domain) is not None)


def finder(config: Config, book: ContactBook, clock: Clock) -> Finder:
    """The finder of contacts, which uses DNS and HTTPS. Raises ConfigurationError, EnvironmentFailure."""
    from catcher.directory import Csirts, Suffixes
    from catcher.notices.find import Finder

    live, fetcher = _open_internet(config, clock)
    return Finder(
        listings=book.listings,
        csirts=Csirts.load(config.node.state),
        fetcher=fetcher,
        resolver=live,
        organizational_domain=Suffixes().organizational_domain,
        is_typo=book.is_typo,
    )


def tenant_discovery(
    config: Config, clock: Clock
) -> Callable[[Collection[TenantClaim]], frozenset[TenantClaim]] | None:
    """The function from claims about tenants to those that are true; None if ``notify.tenant_discovery`` is off. It
    blocks while it asks."""
    if not config.notify.tenant_discovery:
        return None

    def bound(claims: Collection[TenantClaim]) -> frozenset[TenantClaim]:
        import asyncio

        from catcher.notices.tenants import bound_tenants

        async def ask() -> frozenset[TenantClaim]:
            _, fetcher = _open_internet(config, clock)
            return await bound_tenants(fetcher, claims)

        return asyncio.run(ask())

    return bound


def _open_internet(config: Config, clock: Clock) -> tuple[LiveResolver, Fetcher]:
    """A resolver and a fetcher of pages that uses it, for one event loop."""
    import re

    from catcher.notices.find import Fetcher
    from catcher.resolve import LiveResolver

    live = LiveResolver(config.fingerprint.resolvers, clock=clock)
    url = config.operator.url
    agent = f"catcher (+{url})" if re.fullmatch("[!-'*-~]{1,200}", url) else "catcher"
    return live, Fetcher(live, agent=agent)


def resolver(config: Config, clock: Clock) -> Resolver | None:
    """The resolver for look-ups; None if look-ups are switched off."""
    if not config.fingerprint.lookups:
        return None
    from catcher.resolve import LiveResolver

    return LiveResolver(config.fingerprint.resolvers, clock=clock)


def explanations(config: Config, catalogue: Catalogue) -> Explanations:
    """The texts of the policies ``explain`` and ``refuse``, in every language that the configuration or a row names.

    Raises ConfigurationError.
    """
    from catcher.smtp import load_explanations

    return load_explanations(
        config.smtp.explanations,
        language=config.smtp.language,
        operator=config.operator.name,
        page=config.operator.url,
        needed={config.smtp.language: f"{config.path.name}: smtp.language", **catalogue.languages()},
    )
