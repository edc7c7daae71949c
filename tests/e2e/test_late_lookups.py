"""A mail whose look-ups fail is judged later, through real sockets and a real database; only the time is moved.

::

    smtplib ─▶ SmtpServer ─▶ Intake ─▶ StoreClient ─▶ StoreServer ─▶ SqliteStore
                               └─▶ LiveResolver ─▶ UDP ─▶ a name server that fails until it is told to answer
"""

from __future__ import annotations

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator, Collection, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype

from catcher.catalogue import Catalogue
from catcher.intake.completion import TRIES
from catcher.intake.intake import Intake
from catcher.model.leak.incident import Incident, IncidentKey, Role
from catcher.model.mail.fingerprint import AuthResult, Tier
from catcher.model.mail.lookup import LookupResults, Question
from catcher.model.mail.observation import Observation, Stored
from catcher.privacy import KeyRing
from catcher.resolve import LiveResolver
from catcher.smtp import SmtpServer
from catcher.store import SqliteStore
from catcher.store.remote.client import StoreClient
from tests.support.catalogues import row
from tests.support.fingerprints import NOW, SUFFIXES
from tests.support.folding import folder as fold
from tests.support.nameserver import NameServer, name_server, reply
from tests.support.signing import ED25519_RECORD, signed
from tests.support.smtpwire import SETTINGS
from tests.support.storing import storing

SECONDS = 30.0
"""How long anything may take."""
SENDER = "localcanary@contractor.example"
MAIL = signed(
    b"From: Namecanary <localcanary@contractor.example>\r\nTo: someone@army.ml\r\nSubject: subjectcanary\r\n"
    b"Date: Fri, 20 Nov 2026 11:00:00 +0000\r\nMessage-ID: <canary@contractor.example>\r\n"
    b"User-Agent: Mozilla Thunderbird\r\nContent-Language: en-GB\r\n\r\nbodycanary\r\n",
    tags=f"t={int(NOW.timestamp())};",
)
RECORDS = {
    "s1._domainkey.contractor.example TXT": ED25519_RECORD.decode(),
    "contractor.example TXT": "v=spf1 ip4:127.0.0.1 -all",
    "_dmarc.contractor.example TXT": "v=DMARC1; p=reject",
}


def failing(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    return [reply(query, rcode=dns.rcode.SERVFAIL)]


def answering(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    name, rrtype = query.question[0].name.to_text(True), dns.rdatatype.to_text(query.question[0].rdtype)
    found = RECORDS.get(f"{name} {rrtype}")
    if found is None:
        return [reply(query, rcode=dns.rcode.NXDOMAIN)]
    return [reply(query, f'{name}. 60 IN {rrtype} "{found}"')]


class MovedLoop(asyncio.SelectorEventLoop):
    """A loop whose time can be set forward; what comes through sockets takes the time that it takes."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead


class LoopClock:
    """The time of day, moved with the loop's; NOW when it is made."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._begun = loop.time()

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self._loop.time() - self._begun)


class Occurrences:
    """Counts occurrences, and wakes the tests that wait for a number of them."""

    def __init__(self) -> None:
        self.count = 0
        self._more = asyncio.Event()

    def one(self) -> None:
        self.count += 1
        self._more.set()

    async def reaches(self, count: int) -> None:
        async with asyncio.timeout(SECONDS):
            while self.count < count:
                self._more.clear()
                await self._more.wait()


class Watched:
    """A resolver, and a store's way in, that tell when they are done; the work is that of the real ones."""

    def __init__(self, resolver: LiveResolver, link: StoreClient) -> None:
        self._resolver = resolver
        self._link = link
        self.asked, self.asked_late, self.revised = Occurrences(), Occurrences(), Occurrences()

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str, late: bool = False) -> LookupResults:
        answers = await self._resolver.ask(questions, on_behalf_of=on_behalf_of, late=late)
        (self.asked_late if late else self.asked).one()
        return answers

    async def commit(self, observations: Sequence[Observation]) -> tuple[Stored, ...]:
        return await self._link.commit(observations)

    async def revise(self, observations: Sequence[Observation]) -> int:
        changed = await self._link.revise(observations)
        self.revised.one()
        return changed


class Sink:
    """A running sink that took one mail while its name server failed."""

    def __init__(self, database: Path, names: NameServer, watched: Watched) -> None:
        self._database = database
        self.names = names
        self._watched = watched
        self.reply: tuple[int, bytes] = (0, b"")
        self._a_judgement = 0

    async def take(self, port: int) -> None:
        def deliver() -> tuple[int, bytes]:
            with smtplib.SMTP("127.0.0.1", port, "mail.contractor.example", SECONDS) as client:
                client.ehlo()
                client.mail(SENDER)
                client.rcpt("someone@army.ml")
                return client.data(MAIL)

        self.reply = await asyncio.to_thread(deliver)
        self._a_judgement = self._watched.asked.count
        await self._watched.asked_late.reaches(self._a_judgement)

    async def try_again(self, number: int) -> None:
        """Moves the time to a try (0 is the one that goes on at once), and returns when that has been answered."""
        _move(TRIES[number] - TRIES[number - 1])
        await self._watched.asked_late.reaches(self._a_judgement * (number + 1))

    async def revised(self) -> None:
        await self._watched.revised.reaches(1)

    def stored(self) -> Observation:
        """The one observation, as another process reads it."""
        store = SqliteStore(self._database)
        try:
            (observation,) = store.observations()
            return observation
        finally:
            store.close()

    def incident(self) -> Incident | None:
        """What is known of the sender, with all that is stored."""
        store = SqliteStore(self._database)
        try:
            store.fold(fold)
            return store.incident(IncidentKey("contractor.example", Role.SENDER, "army.ml").id)
        finally:
            store.close()


def _move(seconds: float) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, MovedLoop)
    loop.ahead += seconds


@asynccontextmanager
async def sink_with_a_mail(folder: Path) -> AsyncIterator[Sink]:
    """A sink whose name server has failed so far."""
    clock, catalogue, database = LoopClock(asyncio.get_running_loop()), Catalogue.of([row("army.ml")]), folder / "db"
    async with name_server(failing) as names, storing(lambda: SqliteStore(database)) as link:
        watched = Watched(LiveResolver([names.address], clock=clock), link)
        intake = Intake(
            catalogue=catalogue,
            resolver=watched,
            sink=watched,
            keys=KeyRing(folder / "keys"),
            organizational_domain=SUFFIXES.organizational_domain,
            organisation=lambda _: None,
        )
        listening = socket.create_server(("127.0.0.1", 0))
        server = SmtpServer(listening, intake=intake, catalogue=catalogue, settings=SETTINGS, clock=clock)
        await server.start()
        sink = Sink(database, names, watched)
        try:
            await sink.take(listening.getsockname()[1])
            yield sink
        finally:
            await server.close(SECONDS)
            await intake.close()


def run(main: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=MovedLoop) as runner:
        runner.run(main)


def test_a_mail_is_judged_in_full_once_its_look_ups_are_answered(tmp_path: Path) -> None:
    """The client heard 250 long before; the first try fails as well, the second makes the revision."""

    async def main() -> None:
        async with sink_with_a_mail(tmp_path) as sink:
            assert sink.reply[0] == 250
            first = sink.stored()
            assert first.ref.encode() in sink.reply[1]
            assert first.authentication.spf.result is AuthResult.TEMPERROR
            assert (first.revision, first.sender.tier, first.counts) == (0, Tier.CLAIMED, False)
            before = sink.incident()
            assert before is None or before.counted == 0

            await sink.try_again(1)
            assert sink.stored() == first

            sink.names.behaviour = answering
            await sink.try_again(2)
            await sink.revised()
            late = sink.stored()
            assert (late.id, late.ref, late.observed_at) == (first.id, first.ref, first.observed_at)
            assert (late.revision, late.sender.tier, late.counts) == (1, Tier.VERIFIED, True)
            assert late.authentication.spf.result is AuthResult.PASS
            assert late.authentication.dkim[0].result is AuthResult.PASS
            assert late.authentication.dmarc.result is AuthResult.PASS
            after = sink.incident()
            assert after is not None and (after.mails, after.counted) == (1, 1)
            assert {asked.rpartition(" ")[2] for asked in sink.names.asked} == {"udp"}

    run(main())
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"contractor.example" in written and b"canary" not in written.lower()


def test_a_name_server_that_never_answers_is_asked_at_each_try_and_then_no_more(tmp_path: Path) -> None:
    """What is stored stays ``temperror``: nothing is made up."""

    async def main() -> None:
        async with sink_with_a_mail(tmp_path) as sink:
            first, asked = sink.stored(), [len(sink.names.asked)]
            for number in range(1, len(TRIES)):
                await sink.try_again(number)
                asked.append(len(sink.names.asked))
            assert asked == [asked[0] * (number + 1) for number in range(len(asked))]
            sink.names.behaviour = answering
            _move(TRIES[-1])
            await asyncio.to_thread(sink.stored)  # some turns of the loop, in which another try would begin
            assert len(sink.names.asked) == asked[-1]
            assert sink.stored() == first

    run(main())
