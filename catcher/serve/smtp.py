"""An SMTP worker: takes mail on its sockets and sends the observations to the storing process."""

from __future__ import annotations

import asyncio
import functools
import logging
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from catcher import smtp, wiring
from catcher.catalogue import Catalogue
from catcher.config import Config
from catcher.directory import ImportedLists, Suffixes, owners
from catcher.intake import matcher
from catcher.intake.answers import note_answers
from catcher.intake.deliverylog import DeliveryLog
from catcher.intake.intake import Intake
from catcher.intake.operatorcounts import note_operator_mail
from catcher.model.clock import Clock
from catcher.model.errors import CatcherError, EnvironmentFailure
from catcher.model.leak.unstored import UnstoredKey
from catcher.model.telling.answer import PartyAnswer
from catcher.privacy import KeyRing, notice_codes
from catcher.serve.store import DRAIN_SECONDS, WRITE_PATIENCE_SECONDS
from catcher.store.remote.client import StoreClient
from catcher.supervise import Station
from catcher.supervise.descriptors import connections_within
from catcher.supervise.memory import forbid_dumps, wipe_freed_memory

log = logging.getLogger("catcher.serve")

SPARE_DESCRIPTORS = 64 + 256 + smtp.EVICTED_STILL_OPEN
"""Descriptors not used for open connections: 64 are kept for files and pipes, 256 for the resolver's queries in flight,
the rest for evicted connections that are still being closed."""
LOG_COUNTERS_SECONDS = 60.0
"""Seconds between two lines of counters in the log."""
FORGET_KEYS_SECONDS = 60.0
"""Seconds between two looks at whether the keys in memory still hold."""


async def run(
    config: Config,
    clock: Clock,
    catalogue: Catalogue,
    lists: ImportedLists,
    certificates: smtp.Certificates,
    explanations: smtp.Explanations,
    sockets: Sequence[socket.socket],
    store_socket: socket.socket,
    station: Station,
) -> None:
    """Takes mail until the parent stops the process; then running transactions have ``DRAIN_SECONDS`` to end."""
    forbid_dumps()
    wipe_freed_memory()
    sink = StoreClient(store_socket)
    await sink.start()
    keys = wiring.key_ring(config)
    intake = _intake(config, clock, catalogue, lists, sink, keys)
    settings = _settings(config, explanations)
    counters, gate, buffer = smtp.Counters(), smtp.Gate(settings.limits), smtp.ReadBuffer()
    pool, operator_mail = smtp.EnvelopePool(settings.limits.envelopes_octets), smtp.OperatorMail()
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
            pool=pool,
            operator_mail=operator_mail,
            is_recording=lambda: sink.is_up,
        )
        for s in sockets
    ]
    for server in servers:
        await server.start()
    station.ready()
    logging_counters = asyncio.create_task(_log_counters(counters, operator_mail, config))
    forgetting_keys = asyncio.create_task(forget_ended_keys(keys, clock))
    await station.stopping.wait()
    closing = [asyncio.create_task(server.close(DRAIN_SECONDS)) for server in servers]
    await asyncio.sleep(0)  # lets each server close its listener before the parent gets the report ``draining``
    station.draining()
    await asyncio.gather(*closing)
    await intake.close()
    await sink.close()
    logging_counters.cancel()
    forgetting_keys.cancel()
    await _note_operator_mail(operator_mail, config)
    log.info("SMTP so far: %s", _nonzero(counters))


def _intake(
    config: Config, clock: Clock, catalogue: Catalogue, lists: ImportedLists, sink: StoreClient, keys: KeyRing
) -> Intake:
    suffixes = Suffixes()
    organisations = wiring.organisations(config, lists)
    return Intake(
        catalogue=catalogue,
        resolver=wiring.resolver(config, clock),
        sink=sink,
        keys=keys,
        organizational_domain=suffixes.organizational_domain,
        organisation=organisations.name,
        network_owner=owners(config.fingerprint.networks) if config.fingerprint.networks else lambda _: None,
        match=matcher(organisations, suffixes),
        note_answers=functools.partial(_note_answers, config),
        own_markings=wiring.own_markings(config),
        platform=wiring.parties(config, lists).platform_of,
        note_delivery=DeliveryLog(config.node.state).note if config.log.deliveries else None,
    )


def _settings(config: Config, explanations: smtp.Explanations) -> smtp.SmtpSettings:
    return smtp.SmtpSettings(
        hostname=config.smtp.hostname,
        contact=config.operator.contact,
        url=config.operator.url,
        own_names=frozenset({config.notify.domain} if config.notify.domain else ()),
        sender=config.notify.from_address,
        notices=config.notify.domain or "",
        answer_of=_answers_or_none(config),
        refuse_bare_newline=config.smtp.bare_newline == "refuse",
        lenient=tuple(network for clients in config.smtp.lenient for network in clients.networks),
        proxies=config.smtp.proxy_from,
        explanations=explanations,
        limits=smtp.SmtpLimits(
            connections=connections_within(config.smtp.connections, SPARE_DESCRIPTORS),
            connection_rate=config.smtp.connection_rate,
            connection_rate_per_prefix=config.smtp.connection_rate_per_prefix,
            connection_rate_exempt=config.smtp.connection_rate_exempt,
        ),
    )


def certificate_files(config: Config, now: datetime) -> tuple[tuple[Path, Path], ...]:
    """Certificate and key files for STARTTLS: the operator's files, else self-signed ones made in the state folder."""
    if config.smtp.certificate is not None and config.smtp.key is not None:
        return ((config.smtp.certificate, config.smtp.key),)
    return tuple((file, file) for file in smtp.self_signed(config.node.state / "tls", config.smtp.hostname, now))


def answers_of(config: Config) -> Callable[[str], PartyAnswer | None]:
    """Parses a local-part at ``notify.domain``: which notice, which answer. Raises EnvironmentFailure."""
    codes = notice_codes(config.node.state / "keys")

    def answer_of(local_part: str) -> PartyAnswer | None:
        parsed = codes.answer(local_part)
        return None if parsed is None else PartyAnswer(*parsed)

    return answer_of


def _answers_or_none(config: Config) -> Callable[[str], PartyAnswer | None] | None:
    """``answers_of``; None without the key of codes, which status tells as a kept part."""
    try:
        return answers_of(config)
    except EnvironmentFailure as error:
        log.error("answers to notices are put off: %s", error)
        return None


def _note_answers(config: Config, answers: Sequence[PartyAnswer], at: datetime) -> None:
    """Stores answers over a separate connection to the store, because the storing process takes observations only."""
    store = wiring.open_store(config, patience=WRITE_PATIENCE_SECONDS)
    try:
        note_answers(store, answers, at)
    finally:
        store.close()


def _store_operator_mail(config: Config, counts: Mapping[UnstoredKey, int]) -> None:
    """As ``_note_answers``, for the counts of mail for the operator."""
    store = wiring.open_store(config, patience=WRITE_PATIENCE_SECONDS)
    try:
        note_operator_mail(store, counts)
    finally:
        store.close()


async def forget_ended_keys(keys: KeyRing, clock: Clock) -> None:
    """Drops the keys of an ended month or epoch from this process's memory, also when no mail comes."""
    while True:
        await asyncio.sleep(FORGET_KEYS_SECONDS)
        keys.forget_ended(clock.now())


async def _log_counters(counters: smtp.Counters, operator_mail: smtp.OperatorMail, config: Config) -> None:
    """Once a minute logs the counters, if they have changed, and stores the counts of mail for the operator."""
    logged = ""
    while True:
        await asyncio.sleep(LOG_COUNTERS_SECONDS)
        counted = _nonzero(counters)
        if counted != logged:
            logged = counted
            log.info("SMTP so far: %s", counted)
        await _note_operator_mail(operator_mail, config)


async def _note_operator_mail(operator_mail: smtp.OperatorMail, config: Config) -> None:
    """Stores and logs the mail for postmaster@ and abuse@ held domains since the last call, by day, mailbox and domain.
    Counts that can't be stored now are kept for the next call."""
    counts = operator_mail.take()
    if not counts:
        return
    try:
        await asyncio.to_thread(_store_operator_mail, config, counts)
    except CatcherError as error:
        log.warning("the numbers of mail for the operator aren't stored yet: %s", error)
        for key, mails in counts.items():
            operator_mail.add(key, mails)
        return
    for line in smtp.operator_mail_lines(counts):
        log.info("mail for the operator, answered with the pointer, on %s", line)


def _nonzero(counters: smtp.Counters) -> str:
    return ", ".join(f"{name} {number}" for name, number in asdict(counters).items() if number) or "nothing"
