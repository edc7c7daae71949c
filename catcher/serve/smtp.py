"""An SMTP worker: its sockets, intake, and the way to the process that stores."""

from __future__ import annotations

import asyncio
import functools
import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from catcher import smtp
from catcher.catalogue import Catalogue
from catcher.config import Config
from catcher.directory import Suffixes, owners
from catcher.intake import Intake, matcher, note_answers, organisations_of
from catcher.model.answer import Answer
from catcher.model.clock import Clock
from catcher.privacy import notice_codes
from catcher.serve.store import WRITE_PATIENCE_SECONDS
from catcher.store import StoreLink
from catcher.supervise import Station
from catcher.supervise.descriptors import descriptors
from catcher.supervise.memory import forbid_dumps, wipe_freed_memory
from catcher.wiring import key_ring, open_store, resolver

log = logging.getLogger("catcher.serve")

DRAIN_SECONDS = 30.0
"""How long running transactions may take to finish after SIGTERM."""
SPARE_DESCRIPTORS = 64 + smtp.LEAVING
"""Of a worker's descriptors, those that are not for connections."""
TELL_SECONDS = 60.0
"""How often what SMTP counted goes to the log."""


async def run(
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
    sink = StoreLink(store_door)
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
    settings = smtp.Settings(
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
        limits=smtp.Limits(
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


def certificate_files(config: Config, now: datetime) -> tuple[tuple[Path, Path], ...]:
    """Certificate and key files for STARTTLS; those that sign themselves are made where the operator has none."""
    if config.smtp.certificate is not None and config.smtp.key is not None:
        return ((config.smtp.certificate, config.smtp.key),)
    return tuple((file, file) for file in smtp.self_signed(config.node.state / "tls", config.smtp.hostname, now))


def answers_of(config: Config) -> Callable[[str], Answer | None]:
    """What a local-part at ``notify.domain`` says of which notice. Raises EnvironmentFailure without its key."""
    codes = notice_codes(config.node.state / "keys")

    def answer_of(local_part: str) -> Answer | None:
        found = codes.answer(local_part)
        return None if found is None else Answer(*found)

    return answer_of


def _note_answers(config: Config, answers: Sequence[Answer], at: datetime) -> None:
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
