"""Look-ups that are answered late: the observation is revised within five minutes, from memory that holds no text.

Longer than others: all of it happens in one room, which tells what waits.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Collection
from pathlib import Path

import pytest

from catcher.catalogue import Catalogue, Entry
from catcher.intake import completion
from catcher.intake.asking import LOOKUP_SECONDS, REPLY_SECONDS
from catcher.intake.completion import MAX_WAITING, TRIES, WITHIN, Completions, Unfinished
from catcher.intake.intake import Intake
from catcher.model.errors import StoreUnavailable
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.mail.fingerprint import AuthResult, Tier
from catcher.model.mail.lookup import LookupResult, LookupResults, Question, Status
from catcher.model.mail.observation import Observation
from catcher.model.mail.policy import Outcome, Policy
from catcher.model.mail.transaction import Transaction
from catcher.privacy import KeyRing
from tests.support.fingerprints import NOW, SUFFIXES, answer, transaction, txt
from tests.support.folding import folder
from tests.support.signing import ED25519_RECORD, signed
from tests.support.sinks import Sink
from tests.support.smtpwire import run

MAIL = signed(
    b"From: Namecanary <localcanary@contractor.example>\r\nContent-Type: text/plain;\r\n\tcharset=us-ascii\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\nMime-Version: 1.0 (Mac OS X Mail 16.0 \\(3826.200.121\\))\r\n"
    b"Subject: subjectcanary\r\nMessage-Id: <1B4E28BA-2FA1-41D2-883F-0016D3CCA427@contractor.example>\r\n"
    b"Date: Fri, 20 Nov 2026 11:00:00 +0000\r\nTo: someone@army.ml\r\nX-Mailer: Apple Mail (3826.200.121)\r\n\r\n"
    b"hello\r\n",
    tags=f"t={int(NOW.timestamp())};",
)
SENT = transaction(MAIL, client="192.0.2.1", mail_from="localcanary@contractor.example")
TABLE = {
    "s1._domainkey.contractor.example TXT": txt(ED25519_RECORD),
    "contractor.example TXT": txt("v=spf1 ip4:192.0.2.1 -all"),
    "_dmarc.contractor.example TXT": txt("v=DMARC1; p=reject"),
}
SENDER = IncidentKey("contractor.example", Role.SENDER, "army.ml")


class Recovering:
    """A resolver that fails until a moment of the loop's time, and for some names for good."""

    def __init__(self, until: float, *, dead: Collection[str] = ()) -> None:
        self._until = until
        self._dead = dead
        self.asked: list[tuple[float, str, str]] = []

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str, late: bool = False) -> LookupResults:
        now = asyncio.get_running_loop().time()
        self.asked += [(now, question.name, on_behalf_of) for question in questions]
        failed = LookupResult(Status.FAILED)
        return {q: failed if now < self._until or q.name in self._dead else answer(q, TABLE) for q in questions}


class Room:
    def __init__(self, folder: Path, resolver: Recovering | None) -> None:
        self.sink = Sink()
        self.intake = Intake(
            catalogue=Catalogue.of([Entry("army.ml", "army.mil", Policy.ACCEPT, None, Policy.OBSERVE, "", "x:2")]),
            resolver=resolver,
            sink=self.sink,
            keys=KeyRing(folder),
            organizational_domain=SUFFIXES.organizational_domain,
            organisation=lambda _: None,
        )

    async def take(self, sent: Transaction = SENT, ref: str = "AAAA-BBBB-CCCC") -> None:
        await self.intake.take(sent, ref=ref, policies={"army.ml": Policy.ACCEPT}, outcome=Outcome.ACCEPTED)

    @property
    def stored(self) -> list[Observation]:
        return list(self.sink.store.observations())

    @property
    def waiting(self) -> Completions:
        assert self.intake.completions is not None
        return self.intake.completions


def test_what_is_answered_within_five_minutes_makes_a_revision(tmp_path: Path) -> None:
    async def main() -> None:
        room = Room(tmp_path, Recovering(until=100.0))
        await room.take()
        (first,) = room.stored
        assert first.authentication.spf.result is AuthResult.TEMPERROR
        assert (first.revision, first.sender.tier, first.counts) == (0, Tier.CLAIMED, False)
        room.sink.store.fold(folder)
        await asyncio.sleep(WITHIN)
        (late,) = room.stored
        assert (late.revision, late.sender.tier, late.counts) == (1, Tier.VERIFIED, True)
        assert late.authentication.dkim[0].result is AuthResult.PASS
        assert late.signatures and late.fresh_reason == "dkim"
        room.sink.store.fold(folder)
        incident = room.sink.store.incident(SENDER.id)
        assert incident is not None and (incident.mails, incident.counted) == (1, 1)
        assert (len(room.waiting), room.waiting.finished) == (0, 1)

    run(main())


def test_it_is_what_an_answer_in_time_would_have_made(tmp_path: Path) -> None:
    async def main() -> None:
        late, prompt = (Room(tmp_path, Recovering(until)) for until in (1.0, 0.0))
        for room in (late, prompt):
            await room.take()
        await asyncio.sleep(WITHIN)
        (revised,), (judged,) = late.stored, prompt.stored
        assert revised.revision == 1 and judged.revision == 0
        assert revised.to_json() == judged.to_json()
        assert (revised.signatures, revised.fresh) == (judged.signatures, judged.fresh)

    run(main())


def test_what_is_never_answered_stays_temperror_and_is_forgotten_after_five_minutes(tmp_path: Path) -> None:
    async def main() -> None:
        resolver = Recovering(until=float("inf"))
        room = Room(tmp_path, resolver)
        await room.take()
        before = room.stored
        await asyncio.sleep(WITHIN)
        assert room.stored == before
        assert (len(room.waiting), room.waiting.finished, room.waiting.given_up) == (0, 0, 1)
        assert sorted({at for at, _, _ in resolver.asked}) == [*TRIES]
        assert {holder for _, _, holder in resolver.asked} == {"192.0.2.0/24"}

    run(main())


def test_a_name_that_is_dead_for_good_keeps_nothing_else_back(tmp_path: Path) -> None:
    """SPF's record can't be had; the signature still counts, once the last try is over."""

    async def main() -> None:
        room = Room(tmp_path, Recovering(until=1.0, dead=("contractor.example",)))
        await room.take()
        await asyncio.sleep(WITHIN)
        (late,) = room.stored
        assert late.authentication.spf.result is AuthResult.TEMPERROR
        assert late.authentication.dkim[0].result is AuthResult.PASS
        assert (late.revision, late.may_be_revised) == (1, False)

    run(main())


def test_what_was_judged_in_full_is_not_asked_again(tmp_path: Path) -> None:
    async def main() -> None:
        resolver = Recovering(until=0.0)
        room = Room(tmp_path, resolver)
        await room.take()
        assert len(room.waiting) == 0
        await asyncio.sleep(WITHIN)
        assert {at for at, _, _ in resolver.asked} == {0.0}

    run(main())


def test_a_retry_is_not_finished_since_it_counts_for_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        room = Room(tmp_path, Recovering(until=float("inf")))
        await room.take()
        await room.take(ref="DDDD-EEEE-FFFF")
        assert room.stored[1].retry_of is not None
        assert len(room.waiting) == 1
        await room.intake.close()

    run(main())


def test_a_mail_that_is_only_counted_is_not_finished(tmp_path: Path) -> None:
    async def main() -> None:
        room = Room(tmp_path, Recovering(until=float("inf")))
        room.sink.counts_only = True
        await room.take()
        assert (room.stored, len(room.waiting)) == ([], 0)

    run(main())


def test_closing_gives_up_at_once_and_what_is_stored_stays(tmp_path: Path) -> None:
    async def main() -> None:
        room = Room(tmp_path, Recovering(until=50.0))
        await room.take()
        before = room.stored
        await room.intake.close()
        assert asyncio.get_running_loop().time() == 0.0
        await room.take(ref="DDDD-EEEE-FFFF")
        await asyncio.sleep(WITHIN)
        assert room.stored[:1] == before
        assert (len(room.waiting), room.waiting.given_up) == (0, 1)

    run(main())


def test_a_store_that_is_away_then_leaves_the_first_judgement(tmp_path: Path) -> None:
    async def main() -> None:
        room = Room(tmp_path, Recovering(until=1.0))
        await room.take()
        room.sink.failure = StoreUnavailable("the disk is full; make room")
        await asyncio.sleep(WITHIN)
        assert [o.revision for o in room.stored] == [0]
        assert (len(room.waiting), room.waiting.given_up) == (0, 1)

    run(main())


def test_a_fault_of_ours_is_logged_without_its_text(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        room = Room(tmp_path, Recovering(until=1.0))
        await room.take()
        room.sink.failure = ValueError("subjectcanary")
        await asyncio.sleep(WITHIN)
        assert room.waiting.given_up == 1

    run(main())
    assert "a judgement could not be finished: ValueError" in caplog.text
    assert "canary" not in caplog.text


def test_what_waits_is_bounded_in_number(tmp_path: Path) -> None:
    async def main() -> None:
        room = Room(tmp_path, Recovering(until=float("inf")))
        for n in range(MAX_WAITING + 3):
            mail_from = f"{n}@contractor.example"  # of one sender, the 24 bits of two retry tags may be the same
            await room.take(transaction(MAIL, client="192.0.2.1", mail_from=mail_from), ref=f"R{n}")
        assert (len(room.waiting), room.waiting.given_up) == (MAX_WAITING, 3)
        await asyncio.sleep(WITHIN)
        await room.take(transaction(MAIL, client="192.0.2.1"), ref="LATER")
        assert len(room.waiting) == 1
        await room.intake.close()

    run(main())


def test_the_network_with_most_that_waits_makes_room_for_others(tmp_path: Path) -> None:
    """A flood of mails whose look-ups fail takes no other network's place, and among its own the newest stay."""

    async def main() -> None:
        room = Room(tmp_path, Recovering(until=20.0))
        await room.take(transaction(MAIL, client="198.51.100.1", mail_from="first@contractor.example"), ref="FIRST")
        for n in range(MAX_WAITING + 100):
            mail_from = f"{n}@contractor.example"
            await room.take(transaction(MAIL, client="192.0.2.1", mail_from=mail_from), ref=f"R{n}")
        await room.take(transaction(MAIL, client="203.0.113.1", mail_from="last@contractor.example"), ref="LAST")
        assert (len(room.waiting), room.waiting.given_up) == (MAX_WAITING, 102)
        await asyncio.sleep(WITHIN)
        revised = {each.ref for each in room.stored if each.revision}
        assert {"FIRST", "LAST", f"R{MAX_WAITING + 99}"} <= revised and "R0" not in revised
        assert (len(room.waiting), room.waiting.finished) == (0, MAX_WAITING)

    run(main())


def test_a_reply_waits_two_seconds_and_what_is_answered_later_makes_a_revision(tmp_path: Path) -> None:
    """RFC 7208 §4.6.4 asks for twenty seconds: the completion has them."""

    asked: list[tuple[float, bool]] = []
    """When, and whether as a late question, which has slots of its own."""

    class Slow(Recovering):
        async def ask(self, questions: Collection[Question], *, on_behalf_of: str, late: bool = False) -> LookupResults:
            asked.append((asyncio.get_running_loop().time(), late))
            await asyncio.sleep(LOOKUP_SECONDS - 1)
            return {q: answer(q, TABLE) for q in questions}

    async def main() -> None:
        loop = asyncio.get_running_loop()
        room = Room(tmp_path, Slow(until=0.0))
        await room.take()
        assert loop.time() == REPLY_SECONDS == 2
        (first,) = room.stored
        assert first.authentication.spf.result is AuthResult.TEMPERROR
        await asyncio.sleep(LOOKUP_SECONDS)
        (late,) = room.stored
        assert (late.revision, late.sender.tier) == (1, Tier.VERIFIED)
        assert asked == [(0, False), (REPLY_SECONDS, True)]

    run(main())


def test_what_waits_is_bounded_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Unfinished] = []
    add = Completions.add
    monkeypatch.setattr(Completions, "add", lambda self, each: (kept.append(each), add(self, each))[1])

    async def main() -> None:
        room = Room(tmp_path, Recovering(until=float("inf")))
        await room.take()
        octets = kept[0].octets
        waiting = Completions(Recovering(until=float("inf")), room.sink, most_octets=3 * octets - 1)
        for _ in range(3):
            waiting.add(kept[0])
        assert (len(waiting), waiting.given_up) == (2, 1)
        await asyncio.sleep(WITHIN)
        waiting.add(kept[0])
        assert len(waiting) == 1
        await waiting.close()
        await room.intake.close()

    run(main())


def test_one_that_has_no_room_alone_is_given_up_and_takes_nobody_s_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Unfinished] = []
    with monkeypatch.context() as patched:
        patched.setattr(Completions, "add", lambda self, each: kept.append(each))
        run(Room(tmp_path, Recovering(until=float("inf"))).take())
    octets = kept[0].octets

    async def main() -> None:
        for most_octets, most, waiting, given_up in (
            (2 * octets, 9, 2, 1),
            (octets - 1, 9, 0, 3),
            (9 * octets, 0, 0, 3),
        ):
            few = Completions(Recovering(until=float("inf")), Sink(), most=most, most_octets=most_octets)
            for _ in range(3):
                few.add(kept[0])
            assert (len(few), few.given_up) == (waiting, given_up)
            await few.close()
            before = few.given_up
            few.add(kept[0])
            assert (len(few), few.given_up) == (0, before + 1)
        whole = Completions(Recovering(until=float("inf")), Sink(), most_octets=octets)
        whole.add(kept[0])
        assert (len(whole), whole.given_up) == (1, 0)
        await whole.close()

    run(main())


def test_what_waits_holds_no_text_of_the_header_and_no_local_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Unfinished] = []
    monkeypatch.setattr(Completions, "add", lambda self, each: kept.append(each))

    async def main() -> None:
        await Room(tmp_path, Recovering(until=float("inf"))).take()

    run(main())
    (unfinished,) = kept
    octets = pickle.dumps((unfinished.facts, unfinished.observations, unfinished.on_behalf_of)).lower()
    assert b"contractor.example" in octets
    assert b"canary" not in octets
    assert completion.WITHIN == 300


def test_without_look_ups_nothing_waits(tmp_path: Path) -> None:
    async def main() -> None:
        room = Room(tmp_path, None)
        await room.take()
        assert room.intake.completions is None
        await room.intake.close()

    run(main())
