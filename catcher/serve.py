"""Composition root: which processes there are and what each is wired of. Names the concrete adapters and the one clock.

Longer than others: all wiring is in one place.

::

    parent ── loads config, catalogue, zones; binds every socket; forks:
      dns-0 …     UDP and TCP on [dns] listen; demand tally, handed over to
      demand      which adds it to the store: no answer ever waits for that
      dns-notify  where there are secondaries: tells them which zones have changed
      smtp-0 …    [smtp] listen; intake; hands observations to
      store       which writes those of all workers, and answers when they are durable
      upkeep      once a day: fold, settle and destroy ended keys, purge; every five minutes the watch: alerts

A DNS worker shares nothing with the others but the catalogue's snapshot: it answers whatever happens to them.
SMTP workers overwrite what they free.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import re
import socket
import sys
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from catcher import catalogue as catalogue_room
from catcher import dns, smtp
from catcher import store as stores
from catcher.catalogue import Catalogue, Guard
from catcher.catalogue.stops import Stops
from catcher.config import Config, ListenAddress
from catcher.desk.contacts import ContactBook
from catcher.desk.delegation import Delegations
from catcher.desk.upkeep import upkeep
from catcher.desk.watch import Watch
from catcher.directory import Csirts, Listings, Suffixes, owners, party_of
from catcher.incident import fold
from catcher.intake import Intake, matcher, note_answers, organisations_of
from catcher.model.alert import AlertKind
from catcher.model.answer import PartyAnswer
from catcher.model.clock import Clock
from catcher.model.demand import DemandKey
from catcher.model.errors import EnvironmentFailure
from catcher.model.ports import Folder, Resolver, Store
from catcher.notify.find import Fetcher, Finder
from catcher.privacy import KeyRing, notice_codes
from catcher.resolve import LiveResolver
from catcher.store import PATIENCE_SECONDS, GroupWriter, StoreClient, StoreServer, handoff_sockets
from catcher.supervise import Station, Supervisor, Task
from catcher.supervise.descriptors import descriptors
from catcher.supervise.lock import lock
from catcher.supervise.memory import forbid_dumps, wipe_freed_memory
from catcher.supervise.privileges import become
from catcher.supervise.sockets import Passed, bind

log = logging.getLogger("catcher.serve")

ROLES = ("dns", "smtp")

WRITE_PATIENCE_SECONDS = 2.0
"""How long a client waits while another process holds the store; then it hears 451, and comes again."""
DRAIN_SECONDS = 30.0
"""How long running transactions may take to finish after SIGTERM."""
UPKEEP_AT = timedelta(hours=1, minutes=5)
"""When in the day (UTC) upkeep runs: a month's key goes an hour after the month. It also runs at the start."""
WATCH_EVERY = timedelta(minutes=5)
"""How often what came is folded, policies are noted and alerts looked for; also at the start and after a reload."""
UPKEEP_LOOK_SECONDS = 60.0
"""How often upkeep looks whether a new day has begun."""
SPARE_DESCRIPTORS = 64 + smtp.EVICTED_STILL_OPEN
"""Of a worker's descriptors, those that are not for connections."""
TELL_SECONDS = 60.0
"""How often what SMTP counted goes to the log."""


class SystemClock:
    """The one place where the time is read."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def system_clock() -> Clock:
    """The one clock."""
    return SystemClock()


def open_store(config: Config, *, patience: float = PATIENCE_SECONDS) -> Store:
    """The store that ``store.url`` names, made and migrated when it is new. Raises EnvironmentFailure.

    ``patience``: seconds that a write waits for another process's.
    """
    return stores.store_at(config.store.url, patience=patience)


def key_ring(config: Config) -> KeyRing:
    """The period keys in the state folder."""
    return KeyRing(config.node.state / "keys")


def certificate_files(config: Config, now: datetime) -> tuple[tuple[Path, Path], ...]:
    """Certificate and key files for STARTTLS; those that sign themselves are made where the operator has none."""
    if config.smtp.certificate is not None and config.smtp.key is not None:
        return ((config.smtp.certificate, config.smtp.key),)
    return tuple((file, file) for file in smtp.self_signed(config.node.state / "tls", config.smtp.hostname, now))


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


@dataclass(frozen=True, slots=True)
class _Bound:
    """The sockets of all roles, bound once and shared by every generation. One tuple a worker."""

    dns: tuple[tuple[socket.socket, ...], ...]
    smtp: tuple[tuple[socket.socket, ...], ...]

    def all(self) -> list[socket.socket]:
        return [s for worker in (*self.dns, *self.smtp) for s in worker]


def _bind(config: Config, roles: Collection[str]) -> _Bound:
    passed = Passed.receive(os.environ, os.getpid())

    def sockets(
        listen: Sequence[ListenAddress], kinds: Sequence[socket.SocketKind], workers: int, key: str
    ) -> tuple[tuple[socket.socket, ...], ...]:
        places = [(address.host, address.port, kind) for address in listen for kind in kinds]
        of_workers = []
        for number in range(workers):
            own = []
            for place in places:
                sock = passed.take(*place)
                if sock is None and number == 0 and workers > 1:
                    bind(*place, key).close()  # what is to be shared must be nobody else's
                own.append(sock or bind(*place, key, shared=workers > 1))
            of_workers.append(tuple(own))
        return tuple(of_workers)

    udp_and_tcp = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
    bound = _Bound(
        sockets(config.dns.listen, udp_and_tcp, config.dns.workers, "dns.listen") if "dns" in roles else (),
        sockets(config.smtp.listen, (socket.SOCK_STREAM,), config.smtp.workers, "smtp.listen")
        if "smtp" in roles
        else (),
    )
    passed.close_rest()
    return bound


def launch(config: Config, *, clock: Clock, roles: Collection[str] = ROLES) -> Running:
    """Binds every socket, forks the workers, and returns once all serve.

    ``clock`` is inherited by the workers. Raises ConfigurationError or EnvironmentFailure; then nothing runs.
    """
    return Running(config, clock, roles)


class Running:
    """A server that runs: its supervisor, and the lock on its state folder."""

    def __init__(self, config: Config, clock: Clock, roles: Collection[str]) -> None:
        if "smtp" in roles:
            smtp.refuse_key_log()
        self._bound = _bind(config, roles)
        become(config.node.user, state=config.node.state, where=f"{config.path.name}: node.user")
        self._locks = [lock(config.node.state, role) for role in roles]
        self._authority: dns.Authority | None = None
        self.private_fds: tuple[int, ...] = ()
        """More descriptors that no worker may keep."""
        self._store_door = handoff_sockets()
        self._demand = dns.demand_pipe()
        self._store_demand = functools.partial(_add_demand, config)
        self.supervisor = Supervisor(
            build=lambda: self._tasks(config, clock),
            sockets=(*self._bound.all(), *self._demand, *self._store_door),
            private_fds=lambda: (*self._locks, *self.private_fds),
        )
        self.supervisor.start()

    def reload(self) -> None:
        """Loads catalogue and zones anew and puts them in force. Raises ConfigurationError; the old stay then."""
        self.supervisor.reload()

    def stop(self) -> None:
        """Drains and ends every worker; then the ports and the state folder are free again."""
        self.supervisor.stop(DRAIN_SECONDS)
        self.finish()
        for held in (*self._bound.all(), *self._demand, *self._store_door):
            held.close()
        for fd in self._locks:
            os.close(fd)

    def finish(self) -> None:
        """Stores the demand that the workers counted last. To be called when they have ended."""
        dns.DemandWriter(self._demand[1], self._store_demand).store()

    def _tasks(self, config: Config, clock: Clock) -> list[Task]:
        """Loads what a generation serves and says what its workers do. A zone with faults stays as it was."""
        tasks, self._authority = _tasks(config, clock, self._bound, self._demand, self._store_door, self._authority)
        return tasks


def _tasks(
    config: Config,
    clock: Clock,
    bound: _Bound,
    demand: tuple[socket.socket, socket.socket],
    store_door: tuple[socket.socket, socket.socket],
    before: dns.Authority | None,
) -> tuple[list[Task], dns.Authority | None]:
    catalogue = load_catalogue(config)
    log.info("%s: %d domains in the catalogue", config.node.name, len(catalogue))
    tasks: list[Task] = []
    if bound.dns:
        authority = dns.load(config, catalogue, now=clock.now(), tolerant=True, before=before)
        writing, reading = demand
        tasks.append(Task("demand", functools.partial(_demand, config, reading), (reading,), last=True))
        for number, sockets in enumerate(bound.dns):
            main = functools.partial(_dns, config, clock, authority, sockets, writing)
            tasks.append(Task(f"dns-{number}", main, (*sockets, writing), last=True))
        if config.dns.secondary:
            tasks.append(Task("dns-notify", functools.partial(_announce, config, clock, authority, before)))
        before = authority
    if bound.smtp:
        stops = Stops(config.node.state)
        stops.settle(catalogue, clock.now())
        certificates = smtp.Certificates(certificate_files(config, clock.now()))
        words = explanations(config, catalogue)
        writing, reading = store_door
        tasks.append(Task("store", functools.partial(_store, config, reading), (reading,), last=True))
        for number, sockets in enumerate(bound.smtp):
            tasks.append(
                Task(
                    f"smtp-{number}",
                    functools.partial(
                        _smtp, config, clock, catalogue.under(stops), certificates, words, sockets, writing
                    ),
                    (*sockets, writing),
                )
            )
        tasks.append(Task("upkeep", functools.partial(_upkeep, config, clock, catalogue.under(stops))))
    return tasks, before


async def _dns(
    config: Config,
    clock: Clock,
    authority: dns.Authority,
    sockets: Sequence[socket.socket],
    demand: socket.socket,
    station: Station,
) -> None:
    limits = dns.RateLimits(config.dns.rate_limit, config.dns.slip, config.dns.rate_limit_exempt)
    await dns.serve(
        sockets,
        authority,
        clock,
        limits,
        demand,
        ready=station.ready,
        stopping=station.stopping,
        draining=station.draining,
    )


async def _demand(config: Config, reading: socket.socket, station: Station) -> None:
    station.ready()
    await dns.DemandWriter(reading, functools.partial(_add_demand, config)).run(station.stopping)
    station.draining()


def _add_demand(config: Config, counts: Mapping[DemandKey, int]) -> None:
    store = open_store(config)
    try:
        store.add_demand(counts)
    finally:
        store.close()


async def _announce(
    config: Config, clock: Clock, authority: dns.Authority, before: dns.Authority | None, station: Station
) -> None:
    """Tells secondaries what has changed."""
    sources = tuple(address.host for address in config.dns.listen if address.host not in ("0.0.0.0", "::"))
    announcing = asyncio.create_task(dns.Announcer(authority, before, clock, config.node.state, sources).run())
    station.ready()
    stopping = asyncio.create_task(station.stopping.wait())
    await asyncio.wait((announcing, stopping), return_when=asyncio.FIRST_COMPLETED)
    if announcing.done():
        announcing.result()
    announcing.cancel()
    station.draining()


async def _store(config: Config, reading: socket.socket, station: Station) -> None:
    forbid_dumps()
    opening = functools.partial(open_store, config, patience=WRITE_PATIENCE_SECONDS)
    writer = GroupWriter(opening, asyncio.get_running_loop().time)
    await StoreServer(writer, reading).run(station.stopping, ready=station.ready, draining=station.draining)


async def _smtp(
    config: Config,
    clock: Clock,
    catalogue: Catalogue,
    certificates: smtp.Certificates,
    words: smtp.Explanations,
    sockets: Sequence[socket.socket],
    store_door: socket.socket,
    station: Station,
) -> None:
    forbid_dumps()
    wipe_freed_memory()
    sink = StoreClient(store_door)
    await sink.start()
    suffixes = Suffixes()
    organisations = organisations_of(config)
    intake = Intake(
        catalogue=catalogue,
        resolver=resolver(config, clock),
        sink=sink,
        keys=key_ring(config),
        organizational_domain=suffixes.organizational_domain,
        organisation=organisations.name,
        network_owner=owners(config.fingerprint.networks) if config.fingerprint.networks else lambda _: None,
        match=matcher(organisations, suffixes),
        note_answers=functools.partial(_note_answers, config),
    )
    settings = smtp.SmtpSettings(
        hostname=config.smtp.hostname,
        contact=config.operator.contact,
        url=config.operator.url,
        own_names=frozenset({config.notify.domain} if config.notify.domain else ()),
        sender=config.notify.from_address,
        notices=config.notify.domain or "",
        answer_of=answers_of(config),
        refuse_bare_newline=config.smtp.bare_newline == "refuse",
        proxies=config.smtp.proxy_from,
        explanations=words,
        limits=smtp.SmtpLimits(
            connections=min(config.smtp.connections, descriptors() - SPARE_DESCRIPTORS),
            connection_rate=config.smtp.connection_rate,
            connection_rate_per_prefix=config.smtp.connection_rate_per_prefix,
            connection_rate_exempt=config.smtp.connection_rate_exempt,
        ),
    )
    counters, gate, buffer = smtp.Counters(), smtp.Gate(settings.limits), smtp.ReadBuffer()
    servers = [
        smtp.SmtpServer(
            s,
            intake=intake,
            catalogue=catalogue,
            settings=settings,
            clock=clock,
            counters=counters,
            certificates=certificates,
            buffer=buffer,
            gate=gate,
        )
        for s in sockets
    ]
    for server in servers:
        await server.start()
    station.ready()
    telling = asyncio.create_task(_tell(counters))
    await station.stopping.wait()
    closing = [asyncio.create_task(server.close(DRAIN_SECONDS)) for server in servers]
    await asyncio.sleep(0)
    station.draining()
    await asyncio.gather(*closing)
    await intake.close()
    await sink.close()
    telling.cancel()
    log.info("SMTP so far: %s", _counted(counters))


def answers_of(config: Config) -> Callable[[str], PartyAnswer | None]:
    """What a local-part at ``notify.domain`` says of which notice. Raises EnvironmentFailure without its key."""
    codes = notice_codes(config.node.state / "keys")

    def answer_of(local_part: str) -> PartyAnswer | None:
        found = codes.answer(local_part)
        return None if found is None else PartyAnswer(*found)

    return answer_of


def _note_answers(config: Config, answers: Sequence[PartyAnswer], at: datetime) -> None:
    """In a thread of its own, on the database itself: answers are rare, and the store's process takes mails alone."""
    store = open_store(config, patience=WRITE_PATIENCE_SECONDS)
    try:
        note_answers(store, answers, at)
    finally:
        store.close()


async def _tell(counters: smtp.Counters) -> None:
    """Logs what SMTP counted, once an interval in which something happened."""
    told = ""
    while True:
        await asyncio.sleep(TELL_SECONDS)
        counted = _counted(counters)
        if counted != told:
            told = counted
            log.info("SMTP so far: %s", counted)


def _counted(counters: smtp.Counters) -> str:
    return ", ".join(f"{name} {number}" for name, number in asdict(counters).items() if number) or "nothing"


async def _upkeep(config: Config, clock: Clock, catalogue: Catalogue, station: Station) -> None:
    station.ready()
    done: date | None = None
    watched: datetime | None = None
    watch = _watch(config, clock, catalogue)
    while not station.stopping.is_set():
        now = clock.now()
        try:
            if (now - UPKEEP_AT).date() != done:
                await asyncio.to_thread(_upkeep_once, config, clock)
                done = (now - UPKEEP_AT).date()
        except EnvironmentFailure as error:
            log.warning("upkeep waits for the store: %s", error)
        if watched is None or now - watched >= WATCH_EVERY:
            watched = now
            await _unless(station.stopping, watch.look(now))
        with suppress(TimeoutError):
            await asyncio.wait_for(station.stopping.wait(), UPKEEP_LOOK_SECONDS)
    station.draining()


def _watch(config: Config, clock: Clock, catalogue: Catalogue) -> Watch:
    """A way of alerts that can't be set up is told in the log; the watch goes on."""
    from catcher.notify import configured  # only this process needs what it loads

    try:
        couriers = configured.couriers(config)
    except EnvironmentFailure as error:
        log.error("no alerts are sent: %s", error)
        couriers = []
    asking = resolver(config, clock)
    return Watch(
        open_store=functools.partial(open_store, config),
        folder=folder(config),
        catalogue=catalogue,
        couriers=couriers,
        kinds=frozenset(map(AlertKind, config.alerts.kinds)),
        delegations=None if asking is None else Delegations(catalogue, asking, config.dns.nameservers),
    )


async def _unless(stopping: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Does ``work``, or leaves it when the server is to stop."""
    working, told = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    await asyncio.wait((working, told), return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if not working.done():
        working.cancel()
    with suppress(asyncio.CancelledError):
        await working


def _upkeep_once(config: Config, clock: Clock) -> None:
    store = open_store(config)
    try:
        upkeep(store, key_ring(config), clock.now(), keep_days=config.store.keep_days, folder=folder(config))
    finally:
        store.close()
