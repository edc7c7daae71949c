"""Notices: thresholds count mailboxes and days, and the verdict says what was missed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catcher.incident import NoticeDecision, fold, judge_notice, measure_incident
from catcher.model.leak.measures import Period
from catcher.model.mail.fingerprint import MailClass, Tier
from catcher.model.mail.observation import Observation
from tests.support.observations import observation, sender


def seen(day: int, mailbox: str, **changes: object) -> Observation:
    moment = datetime(2026, 6, day, 8, 0, tzinfo=UTC)
    return observation(observed_at=moment, reverse_path_token=mailbox, **changes)


def verdict(*mails: Observation, month: str = "2026-06") -> NoticeDecision:
    (intended,) = [i for i in fold(mails, party_of=lambda domain: domain).values() if i.key.role == "intended"]
    return judge_notice(measure_incident(intended, Period.parse(month)))


def test_three_mailboxes_on_three_days_are_due() -> None:
    found = verdict(seen(1, "a"), seen(2, "b"), seen(3, "c"))
    assert found.due
    assert str(found).startswith(
        "would notify: 3 sending mailboxes that answer nothing (at least 3); "
        "3 days with mail that answers nothing (at least 3); 3 mails"
    )


def test_a_flood_of_one_mailbox_is_not() -> None:
    found = verdict(*(seen(day, "a") for day in range(1, 29) for _ in range(5)))
    assert str(found) == "would not notify: 1 sending mailbox that answers nothing (needs 3)"


def test_a_flood_of_one_day_is_not() -> None:
    found = verdict(*(seen(5, f"box{n}") for n in range(50)))
    assert not found.due
    assert "50 mails are of senders with mail on fewer than 2 days" in str(found)


@pytest.mark.parametrize(
    "changes",
    [
        {"replayed": True},
        {"fresh": False},
        {"mail_class": MailClass.AUTOMATIC},
        {"sender": sender(tier=Tier.CLAIMED)},
    ],
    ids=["replayed", "not fresh", "provoked automatic mail", "forged name"],
)
def test_what_an_attacker_can_make_never_counts(changes: dict[str, object]) -> None:
    found = verdict(*(seen(day, f"box{day}", **changes) for day in range(1, 20)))
    assert str(found) == "would not notify: none of 19 mails in 2026-06 counts"


def test_another_month_has_its_own_verdict() -> None:
    found = verdict(seen(1, "a"), seen(2, "b"), seen(3, "c"), month="2026-07")
    assert str(found) == "would not notify: no mail in 2026-07"
    assert found.to_json() == {
        "due": False,
        "kind": "leak",
        "second_approver": False,
        "residuals": [],
        "reasons": ["no mail in 2026-07"],
    }
