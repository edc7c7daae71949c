"""Evidence rows: only the organisation's own mail, proven, recent, at most ten, in one bounded pass."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catcher.desk import evidence as room
from catcher.desk import incidents
from catcher.desk.context import Desk
from catcher.desk.evidence import evidence
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.measures import Measures, Period
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import MailClass, Tier
from catcher.model.mail.observation import Observation
from tests.support.desks import desk, mail
from tests.support.observations import sender

JUNE = Period.parse("2026-06")


def senders(table: Desk, *roles: Role) -> dict[IncidentKey, Measures]:
    roles = roles or (Role.SENDER,)
    listed = incidents.listing(table, period=JUNE)
    return {
        a.incident.key: a.measures
        for a in listed
        if a.incident.key.role in roles and a.incident.key.domain == "army.ml"
    }


def found(*mails: Observation, now: datetime = datetime(2026, 7, 1, tzinfo=UTC)) -> dict[str, list[int]]:
    table = desk(mails, now=now)
    rows = evidence(table, "army.ml", JUNE, senders(table))
    return {key.party: [o.observed_at.day for o in own] for key, own in rows.items()}


def test_each_sender_gets_its_own_latest_ten() -> None:
    mails = [mail(day, party) for day in range(3, 29) for party in ("contractor.example", "travel.example")]
    latest = list(range(28, 18, -1))
    assert found(*mails) == {"contractor.example": latest, "travel.example": latest}


def test_a_claimed_sender_has_no_evidence() -> None:
    forged = mail(20, sender=sender(tier=Tier.CLAIMED))
    assert found(mail(10), forged) == {"contractor.example": [10]}


def test_where_mail_counts_only_such_is_evidence() -> None:
    bulk = mail(20, mail_class=MailClass.BULK)
    assert found(mail(10), bulk) == {"contractor.example": [10]}
    assert found(bulk) == {"contractor.example": [20]}


def test_retries_and_other_domains_are_left_out() -> None:
    first = mail(10, retry_tag="abcdef")
    again = mail(11, retry_tag="abcdef")
    assert found(first, again, mail(12, domain="navy.ml")) == {"contractor.example": [10]}


def test_nothing_older_than_thirty_days_or_later_than_the_month_is_found() -> None:
    now = datetime(2026, 7, 12, tzinfo=UTC)
    assert found(mail(2), mail(20), mail(3, month=7), now=now) == {"contractor.example": [20]}
    assert found(mail(2), mail(20), now=datetime(2026, 8, 12, tzinfo=UTC)) == {"contractor.example": []}


def test_the_pass_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SCAN_ROWS", 5)
    assert found(mail(2), *(mail(20, "travel.example") for _ in range(9)))["contractor.example"] == []


def test_a_forwarders_evidence_is_what_a_rule_passed_on_and_a_senders_is_not() -> None:
    forwards = [mail(day, fresh_reason=CountReason.FORWARD.value) for day in (8, 9)]
    table = desk([mail(7), *forwards], now=datetime(2026, 7, 1, tzinfo=UTC))
    rows = evidence(table, "army.ml", JUNE, senders(table, Role.SENDER, Role.FORWARDER))
    days = {key.role: [o.observed_at.day for o in own] for key, own in rows.items()}
    assert days == {Role.SENDER: [7], Role.FORWARDER: [9, 8]}


def test_mail_of_a_tenant_that_turned_out_to_be_bound_is_evidence() -> None:
    unbound = mail(8, fresh=False, fresh_reason=CountReason.UNBOUND_TENANT.value)
    table = desk([mail(7), unbound], now=datetime(2026, 7, 1, tzinfo=UTC))
    for bound, expected in ((False, [7]), (True, [8, 7])):
        (own,) = evidence(table, "army.ml", JUNE, senders(table), bound=bound).values()
        assert [o.observed_at.day for o in own] == expected
