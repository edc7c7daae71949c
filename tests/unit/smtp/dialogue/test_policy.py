"""The reply to a recipient under the policy in force (DESIGN §3 "Policies")."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from catcher.catalogue import Catalogue, Entry
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.policy import DnsMail, Outcome, Policy
from catcher.smtp import SmtpSettings
from catcher.smtp.dialogue.policy import OperatorMailbox, RcptDecision, RcptResult, at_rcpt
from tests.support.smtpwire import NOW, ONE_OF_EACH, SETTINGS, catalogue


def judge(
    address: str,
    *,
    rows: Catalogue = ONE_OF_EACH,
    outcome: Outcome | None = None,
    now: datetime = NOW,
    settings: SmtpSettings = SETTINGS,
) -> RcptDecision:
    local_part, _, domain = address.rpartition("@")
    return at_rcpt(
        Mailbox(local_part, domain), catalogue=rows, settings=settings, now=now, outcome=outcome, ref=lambda: "REF-1"
    )


@pytest.mark.parametrize(
    ("domain", "code", "status", "kind"),
    [
        ("army.ml", 250, b"2.1.5", RcptResult.TAKEN),
        ("navy.ml", 250, b"2.1.5", RcptResult.TAKEN),
        ("refuse.test", 550, b"5.1.2", RcptResult.REFUSED),
        ("null.test", 550, b"5.1.10", RcptResult.TURNED_AWAY),
        ("observe.test", 550, b"5.1.2", RcptResult.TURNED_AWAY),
        ("release.test", 451, b"4.4.4", RcptResult.TURNED_AWAY),
        ("elsewhere.example", 550, b"5.7.1", RcptResult.TURNED_AWAY),
        ("ml", 550, b"5.7.1", RcptResult.TURNED_AWAY),
        ("notarmy.ml", 550, b"5.7.1", RcptResult.TURNED_AWAY),
        ("[192.0.2.1]", 550, b"5.7.1", RcptResult.TURNED_AWAY),
        ("mail.army.ml", 250, b"2.1.5", RcptResult.TAKEN),
        ("a.b.refuse.test", 550, b"5.1.2", RcptResult.REFUSED),
    ],
)
def test_each_policy_has_its_reply(domain: str, code: int, status: bytes, kind: RcptResult) -> None:
    verdict = judge(f"reader@{domain}")
    assert (verdict.reply.code, verdict.kind) == (code, kind)
    assert verdict.reply.wire[4:].startswith(status + b" ")


def test_the_nearest_row_rules_and_is_the_one_that_is_named() -> None:
    rows = catalogue(("army.ml", "army.mil", "accept"), ("old.army.ml", "old.army.mil", "refuse"))
    verdict = judge("reader@mx.old.army.ml", rows=rows)
    assert verdict.entry is not None
    assert verdict.entry.domain == "old.army.ml"
    assert b"old.army.ml is not old.army.mil" in verdict.reply.wire
    assert b"mx." not in verdict.reply.wire


def test_until_and_then_hold_from_midnight_utc() -> None:
    rows = Catalogue.of([Entry("army.ml", None, Policy.ACCEPT, date(2026, 5, 5), Policy.RELEASE, "", "x:2")])
    assert judge("a@army.ml", rows=rows, now=datetime(2026, 5, 4, 23, 59, 59, tzinfo=UTC)).reply.code == 250
    assert judge("a@army.ml", rows=rows, now=datetime(2026, 5, 5, tzinfo=UTC)).reply.code == 451


@pytest.mark.parametrize(
    ("outcome", "domain", "code"),
    [
        (Outcome.ACCEPTED, "army.ml", 250),
        (Outcome.ACCEPTED, "navy.ml", 452),
        (Outcome.EXPLAINED, "navy.ml", 250),
        (Outcome.EXPLAINED, "army.ml", 452),
        (Outcome.ACCEPTED, "refuse.test", 550),
        (Outcome.EXPLAINED, "release.test", 451),
    ],
)
def test_a_recipient_with_another_outcome_after_the_data_is_put_off(outcome: Outcome, domain: str, code: int) -> None:
    assert judge(f"a@{domain}", outcome=outcome).reply.code == code


@pytest.mark.parametrize("address", ["postmaster@", "PostMaster@mx.sink.example", "abuse@mx.sink.example", "abuse@"])
def test_who_writes_to_the_operator_is_told_where(address: str) -> None:
    verdict = judge(address)
    assert verdict.reply.code == 550
    assert b"hostmaster@operator.example" in verdict.reply.wire


def test_other_names_of_the_sink_point_to_the_operator_too() -> None:
    settings = SmtpSettings("mx.sink.example", "", "https://operator.example/", frozenset({"notices.sink.example"}))
    assert b"https://operator.example/" in judge("abuse@notices.sink.example", settings=settings).reply.wire


@pytest.mark.parametrize("address", ["notices@notices.sink.example", "Notices@notices.sink.example"])
def test_who_writes_to_the_address_in_from_is_told_where(address: str) -> None:
    settings = SmtpSettings(
        "mx.sink.example",
        "desk@operator.example",
        sender="notices@notices.sink.example",
        own_names=frozenset({"notices.sink.example"}),
        notices="notices.sink.example",
    )
    verdict = judge(address, settings=settings)
    assert verdict.reply.code == 550 and verdict.kind is RcptResult.TURNED_AWAY
    assert b"desk@operator.example" in verdict.reply.wire
    assert b"desk@operator.example" not in judge("notices@mx.sink.example", settings=settings).reply.wire


@pytest.mark.parametrize("policy", [policy for policy in Policy if policy.rules.dns is DnsMail.SINK])
@pytest.mark.parametrize(
    ("address", "operator"),
    [
        ("postmaster@army.ml", OperatorMailbox.POSTMASTER),
        ("PostMaster@sub.army.ml", OperatorMailbox.POSTMASTER),
        ("ABUSE@army.ml", OperatorMailbox.ABUSE),
    ],
)
@pytest.mark.parametrize("outcome", [None, Outcome.ACCEPTED, Outcome.EXPLAINED])
def test_who_writes_to_the_operator_of_a_held_domain_is_told_where(
    policy: Policy, address: str, operator: OperatorMailbox, outcome: Outcome | None
) -> None:
    verdict = judge(address, rows=catalogue(("army.ml", "army.mil", policy)), outcome=outcome)
    assert (verdict.reply.code, verdict.kind, verdict.operator) == (550, RcptResult.TURNED_AWAY, operator)
    assert verdict.entry is not None and verdict.entry.domain == "army.ml"
    assert b"hostmaster@operator.example" in verdict.reply.wire


@pytest.mark.parametrize(("domain", "code"), [("null.test", b"5.1.10"), ("observe.test", b"5.1.2")])
def test_a_domain_without_an_mx_has_no_operator_s_address(domain: str, code: bytes) -> None:
    verdict = judge(f"postmaster@{domain}")
    assert verdict.reply.wire[4:].startswith(code + b" ") and verdict.operator is None


def test_a_bare_local_part_is_no_recipient() -> None:
    assert judge("reader@").reply.code == 553


def test_no_reply_says_what_the_client_said() -> None:
    for domain in ("army.ml", "navy.ml", "refuse.test", "null.test", "observe.test", "release.test", "x.example"):
        assert b"canary" not in judge(f"canary@canary.{domain}").reply.wire
