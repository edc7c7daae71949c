"""Mail that attacks the look-ups, beside an honest one: real datagrams to a name server that is silent, lying or
amplifying. The loop's time runs at a tenth, so that a busy machine makes nobody late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from catcher.catalogue import Catalogue
from catcher.intake.intake import Intake
from catcher.model.mail.fingerprint import AuthResult, Tier
from catcher.model.mail.observation import Observation
from catcher.model.mail.policy import Outcome, Policy
from catcher.model.mail.transaction import Transaction
from catcher.privacy import KeyRing
from catcher.resolve import LiveResolver
from tests.support.catalogues import row
from tests.support.fingerprints import NOW, SUFFIXES, transaction
from tests.support.nameserver import Behaviour, NameServer, name_server, reply
from tests.support.signing import ED25519_RECORD, signed
from tests.support.sinks import Sink

SELECTORS = tuple(f"x{number}" for number in range(8))
MESSAGE = (
    b"From: Ada <ada@%(author)s>\r\nTo: someone@army.ml\r\nSubject: plan\r\n"
    b"Date: Fri, 20 Nov 2026 11:00:00 +0000\r\n"
    b"Message-ID: <%(number)d@%(author)s>\r\nUser-Agent: Mozilla Thunderbird\r\n"
    b"Content-Language: en-GB\r\n\r\nhello\r\n"
)
RECORDS = {
    "s1._domainkey.contractor.example TXT": ED25519_RECORD.decode(),
    "contractor.example TXT": "v=spf1 ip4:192.0.2.0/24 -all",
    "_dmarc.contractor.example TXT": "v=DMARC1; p=reject",
}
HONEST, OTHERS = "192.0.2.1", "198.51.100.1"


class SlowLoop(asyncio.SelectorEventLoop):
    """A loop whose time runs at a tenth of the real one, and can be set forward."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() / 10 + self.ahead


class LoopClock:
    """The time of day, moved with the loop's; NOW when it is made."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._begun = self._loop.time()

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self._loop.time() - self._begun)

    def move(self, seconds: float) -> None:
        assert isinstance(self._loop, SlowLoop)
        self._loop.ahead += seconds


def records(query: dns.message.Message, ttl: int = 1) -> Sequence[bytes]:
    """What contractor.example's servers say; no other name exists."""
    name, rrtype = query.question[0].name.to_text(True), dns.rdatatype.to_text(query.question[0].rdtype)
    found = RECORDS.get(f"{name} {rrtype}")
    if found is None:
        return [reply(query, rcode=dns.rcode.NXDOMAIN)]
    return [reply(query, f'{name}. {ttl} IN {rrtype} "{found}"')]


def mail(
    author: str, number: int, *, signer: str = "", selectors: Sequence[str] = SELECTORS, client: str
) -> Transaction:
    message = MESSAGE % {b"author": author.encode(), b"number": number}
    for selector in selectors:
        message = signed(message, domain=signer or author, selector=selector, tags=f"t={int(NOW.timestamp()) - 60};")
    return transaction(message, client=client, mail_from=f"m{number}@{author}", now=NOW)


class MailSide:
    """Intake with a live resolver, and what it has stored."""

    def __init__(self, folder: Path, names: NameServer) -> None:
        self.clock = LoopClock()
        self.names = names
        self.sink = Sink()
        self.intake = Intake(
            catalogue=Catalogue.of([row("army.ml")]),
            resolver=LiveResolver([names.address], clock=self.clock),
            sink=self.sink,
            keys=KeyRing(folder / "keys"),
            organizational_domain=SUFFIXES.organizational_domain,
            organisation=lambda _: None,
        )

    async def take(self, sent: Transaction, ref: str) -> None:
        await self.intake.take(sent, ref=ref, policies={"army.ml": Policy.ACCEPT}, outcome=Outcome.ACCEPTED)

    async def honest(self, number: int, client: str = HONEST) -> Observation:
        """The observation of an honest mail as it was committed with the reply, not as it was revised."""
        await self.take(mail("contractor.example", number, selectors=("s1",), client=client), f"HONEST-{number}")
        return next(each for batch in self.sink.committed for each in batch if each.ref == f"HONEST-{number}")

    def asked_below(self, organisation: str) -> int:
        return sum(asked.split()[0].endswith(organisation) for asked in self.names.asked)


async def abandoned(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Ends the tasks that still wait."""
    for each in tasks:
        each.cancel()
    if tasks:
        await asyncio.wait(tasks)


Scenario = Callable[[MailSide], Coroutine[Any, Any, None]]


def run(folder: Path, behaviour: Behaviour, scenario: Scenario) -> None:
    async def main() -> None:
        async with name_server(behaviour) as names:
            side = MailSide(folder, names)
            try:
                await scenario(side)
            finally:
                await side.intake.close()
                await abandoned([task for task in asyncio.all_tasks() if task is not asyncio.current_task()])

    with asyncio.Runner(loop_factory=SlowLoop) as runner:
        runner.run(main())


def is_judged_in_full(observation: Observation) -> bool:
    return (
        observation.sender.tier is Tier.VERIFIED
        and observation.authentication.spf.result is AuthResult.PASS
        and observation.authentication.dkim[0].result is AuthResult.PASS
        and observation.revision == 0
        and observation.counts
    )


def silent(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    return [] if b"silent" in query.question[0].name.to_text().encode() else records(query)


@pytest.mark.parametrize("client", [HONEST, OTHERS], ids=["same-network", "other-network"])
def test_mails_from_silent_domains_delay_no_honest_mail_beside_them(tmp_path: Path, client: str) -> None:
    """120 at once, with eight signatures each. Before, the honest mail waited twenty seconds and was ``claimed``."""

    async def scenario(side: MailSide) -> None:
        sent = [mail(f"silent{number}.example", number, client=client) for number in range(120)]
        attack = [asyncio.create_task(side.take(each, f"R-{number}")) for number, each in enumerate(sent)]
        await asyncio.sleep(0)
        assert is_judged_in_full(await side.honest(1))
        assert not any(each.done() for each in attack)
        await abandoned(attack)

    run(tmp_path, silent, scenario)


def test_forged_mails_use_up_nothing_of_the_named_organisations_own_mail(tmp_path: Path) -> None:
    """Seventy in an hour; the organisation's records expire in a second. Before, its own mail was ``claimed`` then."""

    async def scenario(side: MailSide) -> None:
        assert is_judged_in_full(await side.honest(1))
        for number in range(70):
            selectors = [f"x{number}y{each}" for each in range(8)]
            forged = mail("contractor.example", number, selectors=selectors, client=OTHERS)
            await side.take(forged, f"R-{number}")
        side.clock.move(40)  # all that was cached has expired
        assert is_judged_in_full(await side.honest(2))
        assert is_judged_in_full(await side.honest(3, client="192.0.2.130"))

    run(tmp_path, lambda query, _: records(query), scenario)


def test_mails_of_made_up_senders_ask_little_below_a_third_party(tmp_path: Path) -> None:
    """A hundred with eight signatures of victim.example each. Before, they sent 800 queries below it."""

    async def scenario(side: MailSide) -> None:
        for number in range(100):
            selectors = [f"x{number}y{each}" for each in range(8)]
            forged = mail(f"made{number}.example", number, signer="victim.example", selectors=selectors, client=OTHERS)
            await side.take(forged, f"R-{number}")
        assert 0 < side.asked_below("victim.example") <= 60 + 16  # and what no mail can vary: its own name and DMARC

    run(tmp_path, lambda query, _: records(query), scenario)


HUGE = {
    dns.rdatatype.TXT: dns.rrset.from_text(
        ".", 0, "IN", "TXT", *[f'"v=spf1 {"a" * 200} {each}"' for each in range(60)]
    ),
    dns.rdatatype.MX: dns.rrset.from_text(".", 0, "IN", "MX", *[f"{each} mx{each}.x.example." for each in range(400)]),
    dns.rdatatype.A: dns.rrset.from_text(".", 0, "IN", "A", *[f"192.0.2.{each}" for each in range(256)]),
}
"""Hundreds of records: up to 15 kB."""


def amplifying(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    """Hundreds of records for each question, over TCP only, or an alias that leads to another one."""
    asked = query.question[0]
    name = asked.name.to_text(True)
    if "x1._domainkey" in name:
        return [reply(query, f"{name}. 0 IN CNAME x.{name}.")] if len(name) < 200 else []
    if "amplifying" in name and asked.rdtype in HUGE:
        response = dns.message.make_response(query)
        if transport == "udp":
            response.flags |= dns.flags.TC
        else:
            records_of_all = HUGE[asked.rdtype].copy()
            records_of_all.name = asked.name
            response.answer.append(records_of_all)
        return [response.to_wire(max_size=65_535)]
    return records(query)


def lying(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    """Replies with another ID, to another question, for another name; then, for the honest mail alone, the truth."""
    name = query.question[0].name.to_text(True)
    lie = dns.message.make_query("another.example", "TXT")
    lie.id = query.id
    wrong_id = bytearray(reply(query, f'{name}. 60 IN TXT "v=spf1 +all"'))
    wrong_id[0] ^= 0xFF
    lies = [bytes(wrong_id), reply(lie, 'contractor.example. 60 IN TXT "v=spf1 +all"'), b"", b"\0" * 11]
    if "lying" in name:
        return [*lies, reply(query, 'contractor.example. 60 IN TXT "v=spf1 +all"')]
    return [*lies, *records(query)]


@pytest.mark.parametrize("behaviour", [amplifying, lying], ids=["amplifying", "lying"])
def test_an_amplifying_and_a_lying_dns_delay_and_deceive_nobody(tmp_path: Path, behaviour: Behaviour) -> None:
    async def scenario(side: MailSide) -> None:
        domains = [f"amplifying{number}.lying{number}.example" for number in range(30)]
        sent = [mail(domain, number, client=OTHERS) for number, domain in enumerate(domains)]
        attack = [asyncio.create_task(side.take(each, f"R-{number}")) for number, each in enumerate(sent)]
        await asyncio.sleep(0)
        honest = await side.honest(1)
        assert is_judged_in_full(honest)
        await abandoned(attack)
        forged = await side.honest(2, client="203.0.113.9")
        assert forged.authentication.spf.result is AuthResult.FAIL, "no lie about contractor.example was taken"
        # Sixty questions an hour that find nothing, six hundred that find something; a truncated reply is asked twice.
        for number in range(30):
            assert side.asked_below(f"lying{number}.example") <= 2 * (8 + 60)

    run(tmp_path, behaviour, scenario)
