"""Every policy does over SMTP what its row says: a new one that is wired nowhere fails here."""

from __future__ import annotations

from typing import assert_never

import pytest

from catcher.model.mail.policy import DnsMail, Outcome, Policy, RcptReply
from tests.support.smtpwire import Wire, catalogue, conversation


@pytest.mark.parametrize("policy", Policy)
def test_a_recipient_hears_what_the_row_says(policy: Policy) -> None:
    rules = policy.rules
    match rules.rcpt:
        case RcptReply.TAKE:
            expected = "250 2.1.5"
        case RcptReply.EXPLAIN:
            expected = "550 5.1.2"
        case RcptReply.TURN_AWAY:
            expected = "550 5.1.10" if rules.dns is DnsMail.NULL else "550 5.1.2"
        case RcptReply.RELEASED:
            expected = "451 4.4.4"
        case _:
            assert_never(rules.rcpt)

    async def play(wire: Wire) -> None:
        replies = await wire.ask("EHLO client.example", "MAIL FROM:<writer@sender.example>", "RCPT TO:<a@army.ml>")
        assert replies[-1].startswith(expected), replies
        await wire.ask("RSET")

    intake, _ = conversation(play, rows=catalogue(("army.ml", "army.mil", policy)))
    assert [taken.outcome for taken in intake.taken] == ([Outcome.REFUSED] if rules.rcpt is RcptReply.EXPLAIN else [])


@pytest.mark.parametrize("policy", [policy for policy in Policy if policy.takes_data])
def test_the_data_end_as_the_row_says(policy: Policy) -> None:
    outcome = policy.rules.outcome
    assert outcome is not None
    match outcome:
        case Outcome.ACCEPTED:
            expected = "250 2.0.0"
        case Outcome.EXPLAINED:
            expected = "550 5.1.2"
        case Outcome.REFUSED:
            raise AssertionError("a recipient refused at RCPT has no data")
        case _:
            assert_never(outcome)

    async def play(wire: Wire) -> None:
        await wire.ask("EHLO client.example", "MAIL FROM:<writer@sender.example>", "RCPT TO:<a@army.ml>", "DATA")
        await wire.send(b"Subject: x\r\n\r\nx\r\n.\r\n")
        assert (await wire.reply()).startswith(expected)

    intake, server = conversation(play, rows=catalogue(("army.ml", "army.mil", policy)))
    assert [taken.outcome for taken in intake.taken] == [outcome]
    assert {o: getattr(server.counters, o) for o in Outcome} == {o: int(o is outcome) for o in Outcome}


@pytest.mark.parametrize("policy", Policy)
def test_a_row_agrees_with_itself(policy: Policy) -> None:
    """Only what is answered with an outcome is observed."""
    rules = policy.rules
    assert policy.observes == (rules.outcome is not None)
    assert (rules.outcome is Outcome.REFUSED) == (rules.rcpt is RcptReply.EXPLAIN)
    assert (rules.rcpt is RcptReply.RELEASED) == (rules.dns is DnsMail.REFUSED)
    assert rules.above_null == policy.observes
