"""Judgements are finished while somebody floods the look-ups for minutes; in a loop with its own time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from catcher.catalogue import Catalogue, Entry
from catcher.intake.intake import Intake
from catcher.model.mail.fingerprint import AuthResult, Tier
from catcher.model.mail.lookup import LookupResult, Status
from catcher.model.mail.observation import Observation
from catcher.model.mail.policy import Outcome, Policy
from catcher.privacy import KeyRing
from catcher.resolve import LiveResolver
from catcher.resolve.message import DnsReply
from tests.support.fakedns import SERVER, FakeDns, LoopTime
from tests.support.fingerprints import NOW, SUFFIXES, transaction
from tests.support.signing import ED25519_RECORD, signed
from tests.support.sinks import Sink
from tests.support.smtpwire import run

RECORDS = {
    "s1._domainkey.contractor.example": ED25519_RECORD,
    "contractor.example": b"v=spf1 ip4:192.0.2.1 -all",
    "_dmarc.contractor.example": b"v=DMARC1; p=reject",
}
MESSAGE = (
    b"From: ada@%(author)s\r\nTo: someone@army.ml\r\nDate: Fri, 20 Nov 2026 11:00:00 +0000\r\nUser-Agent: Mozilla "
    b"Thunderbird\r\nContent-Language: en-GB\r\nMessage-ID: <%(number)d@%(author)s>\r\nSubject: plan\r\n\r\nhello\r\n"
)


def answer(name: str) -> DnsReply:
    found = RECORDS.get(name)
    result = LookupResult(Status.NXDOMAIN) if found is None else LookupResult(Status.FOUND, (found,))
    return DnsReply(result, 60)


class Attacked:
    """Intake that takes ten mails of silent domains a second beside what a test sends."""

    def __init__(self, folder: Path, names: FakeDns) -> None:
        self.sink = Sink()
        self.intake = Intake(
            catalogue=Catalogue.of([Entry("army.ml", "army.mil", Policy.ACCEPT, None, Policy.OBSERVE, "", "x:2")]),
            resolver=LiveResolver([SERVER], clock=LoopTime(), exchange=names),
            sink=self.sink,
            keys=KeyRing(folder),
            organizational_domain=SUFFIXES.organizational_domain,
            organisation=lambda _: None,
        )

    async def take(self, author: str, number: int, client: str, ref: str) -> Observation:
        message = MESSAGE % {b"author": author.encode(), b"number": number}
        message = signed(message, tags=f"t={int(NOW.timestamp()) - 60};", domain=author)
        sent = transaction(message, client=client, mail_from=f"m{number}@{author}")
        await self.intake.take(sent, ref=ref, policies={"army.ml": Policy.ACCEPT}, outcome=Outcome.ACCEPTED)
        return next(each for each in self.sink.store.observations() if each.ref == ref)

    async def flood(self, client: str) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(900):
                address = client.format(number >> 8, number & 255)
                group.create_task(self.take(f"silent{number}.example", number, address, f"R-{number}"))
                await asyncio.sleep(0.1)


@pytest.mark.parametrize("client", ["198.51.100.9", "10.{}.{}.9"], ids=["one-network", "many-networks"])
def test_a_judgement_is_finished_during_a_flood(tmp_path: Path, client: str) -> None:
    """The honest organisation's servers come back half a minute after its mail; the flood lasts a minute and a half."""

    async def main() -> None:
        names = FakeDns(answer=answer)
        attacked = Attacked(tmp_path, names)
        flood = asyncio.create_task(attacked.flood(client))
        await asyncio.sleep(30)
        silent, names.silent = names.silent, "example"
        first = await attacked.take("contractor.example", 1, "192.0.2.1", "HONEST")
        assert first.authentication.spf.result is AuthResult.TEMPERROR
        await asyncio.sleep(25)
        names.silent = silent
        await asyncio.sleep(25)
        honest = next(each for each in attacked.sink.store.observations() if each.ref == "HONEST")
        assert (honest.revision, honest.sender.tier, honest.counts) == (1, Tier.VERIFIED, True)
        flood.cancel()
        await attacked.intake.close()

    run(main())
