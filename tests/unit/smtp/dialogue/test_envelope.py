"""The envelope's bounds: recipients, octets, and the room for all envelopes of a worker."""

from __future__ import annotations

import tracemalloc

import pytest

from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.policy import Outcome, Policy
from catcher.model.mail.transaction import BodyFacts, Header
from catcher.smtp import EnvelopePool, SmtpLimits
from catcher.smtp.dialogue.envelope import PATH_OCTETS, Client, Envelope, PathResult
from catcher.smtp.dialogue.policy import RcptDecision, RcptResult
from catcher.smtp.dialogue.pool import UNCOUNTED_OCTETS
from catcher.smtp.wire import replies
from tests.support.smtpwire import NOW, OPENING, RecordingIntake, Wire, conversation, entry, new_server, run, settle

ARMY = RcptDecision(replies.RECIPIENT_OK, RcptResult.TAKEN, entry("army.ml", "army.mil", Policy.ACCEPT), Policy.ACCEPT)
REFUSED = RcptDecision(replies.NO_RELAY, RcptResult.REFUSED, entry("refuse.test", None, Policy.REFUSE), Policy.REFUSE)
WIDE = "\U0001f600" + "x" * 252
"""The dearest local-part: 256 octets on the wire, and four octets for each of its characters in memory."""


def envelope(limits: SmtpLimits | None = None, pool: EnvelopePool | None = None) -> Envelope:
    limits = limits or SmtpLimits()
    return Envelope(
        Client("192.0.2.7", "client.example", esmtp=True, tls=False),
        Mailbox("writer", "sender.example"),
        smtputf8=False,
        limits=limits,
        pool=pool or EnvelopePool(limits.envelopes_octets),
        new_ref=iter(f"REF-{n}" for n in range(1, 100)).__next__,
    )


def test_a_hundred_recipients_with_the_longest_names_of_the_rfc_have_room() -> None:
    """RFC 5321 §4.5.3.1: 64 octets of local-part, 255 of domain, 100 recipients."""
    open_envelope = envelope()
    for number in range(100):
        mailbox = Mailbox(f"{number:064}", f"{number:03}." + "d" * 243 + ".army.ml")
        assert open_envelope.keep(mailbox, ARMY, NOW) is PathResult.KEPT
    assert open_envelope.is_full


def test_the_octets_of_an_envelope_are_bounded() -> None:
    limits = SmtpLimits(recipients=10_000)
    open_envelope = envelope(limits)
    results = [open_envelope.keep(Mailbox(f"{n:04}" + "x" * 252, "army.ml"), ARMY, NOW) for n in range(1000)]
    kept = results.count(PathResult.KEPT)
    assert kept == limits.envelope_octets // (256 + len("\0army.ml") + PATH_OCTETS)
    assert set(results[kept:]) == {PathResult.ENVELOPE_FULL}


@pytest.mark.parametrize("decision", [ARMY, REFUSED], ids=["taken", "refused"])
def test_the_memory_of_the_largest_envelope_is_bounded_with_wide_characters_too(decision: RcptDecision) -> None:
    limits = SmtpLimits(recipients=10_000)
    open_envelope = envelope(limits)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for n in range(2000):
        open_envelope.keep(Mailbox(f"{n:04}" + WIDE[4:], f"{n}.army.ml"), decision, NOW)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 1.25 * limits.envelope_octets


def test_what_is_kept_is_what_was_given() -> None:
    open_envelope = envelope()
    mailboxes = [Mailbox(WIDE, "army.ml"), Mailbox("a\x80b é", "x.army.ml"), Mailbox('q"uo@ted', "army.ml")]
    for mailbox in mailboxes * 2:
        open_envelope.keep(mailbox, ARMY, NOW)
    ended = open_envelope.ended(NOW, Header(), BodyFacts())
    assert ended.transaction.forward_paths == tuple(mailboxes)
    assert (ended.outcome, dict(ended.policies)) == (Outcome.ACCEPTED, {"army.ml": Policy.ACCEPT})


def test_the_pool_counts_what_is_above_the_free_octets_until_it_is_recorded_or_dropped() -> None:
    pool = EnvelopePool(100_000)
    one, other = envelope(pool=pool), envelope(pool=pool)
    for n in range(50):
        one.keep(Mailbox(f"{n:064}", "army.ml"), ARMY, NOW)
        other.keep(Mailbox(f"{n:064}", "refuse.test"), REFUSED, NOW)
    each = 50 * (64 + len("\0army.ml") + PATH_OCTETS)
    assert pool.octets == 2 * (each - UNCOUNTED_OCTETS) + 50 * 4
    ended = one.ended(NOW, Header(), BodyFacts())
    one.close()
    assert pool.octets > ended.charged > 0
    pool.give_back(ended.charged)
    refused = other.take_refused()
    assert refused is not None and pool.octets == refused.charged
    pool.give_back(refused.charged)
    other.close()
    assert pool.octets == 0


def test_a_pool_that_is_used_up_leaves_room_for_a_mail_with_one_recipient() -> None:
    limits = SmtpLimits(envelopes_octets=10_000)

    async def main() -> None:
        server = new_server(intake := RecordingIntake(), limits=limits)
        greedy, honest = Wire(server, ("192.0.2.1", 1)), Wire(server, ("198.51.100.1", 1))
        await greedy.reply(), await honest.reply()
        await greedy.ask(*OPENING[:2])
        replies_to_greedy = await greedy.ask(*(f"RCPT TO:<{n:064}@army.ml>" for n in range(100)))
        assert replies_to_greedy[-1] == "452 4.3.1 no room for this now; try again later"
        assert [reply[:3] for reply in await honest.ask(*OPENING)] == ["250", "250", "250", "354"]
        await honest.send(b".\r\n")
        assert (await honest.reply())[:3] == "250"
        await greedy.ask("RSET")
        assert (await honest.ask(*OPENING[1:2], *(f"RCPT TO:<{n:064}@army.ml>" for n in range(40))))[-1][:3] == "250"
        honest.reset()
        await server.close(1.0)
        assert len(intake.taken) == 1

    run(main())


@pytest.mark.parametrize("end", ["RSET", "QUIT", "EHLO again.example", "reset", "data"])
def test_every_end_of_a_transaction_gives_its_octets_back(end: str) -> None:
    pool = EnvelopePool(1_000_000)

    async def play(wire: Wire) -> None:
        await wire.ask(*OPENING[:2], *(f"RCPT TO:<{n:064}@army.ml>" for n in range(30)))
        await wire.ask(*(f"RCPT TO:<{n:064}@refuse.test>" for n in range(30)))
        assert pool.octets > 10_000
        if end == "reset":
            wire.reset()
        elif end == "data":
            await wire.ask("DATA")
            await wire.send(b".\r\n")
            await wire.reply()
        else:
            await wire.ask(end)
        await settle()
        assert pool.octets == 0

    conversation(play, pool=pool)
