"""``until`` is the first day, 00:00 UTC, of ``then``."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from catcher.catalogue import Entry
from catcher.model.mail.policy import Policy

MIDNIGHT = datetime(2027, 2, 1, tzinfo=UTC)


def entry(until: date | None = date(2027, 2, 1), then: Policy = Policy.RELEASE) -> Entry:
    return Entry("army.ml", "army.mil", Policy.ACCEPT, until, then, "", "catalogue.csv:2")


def test_the_last_moment_of_the_policy() -> None:
    assert entry().policy_at(MIDNIGHT - timedelta(microseconds=1)) is Policy.ACCEPT


def test_the_first_moment_of_then() -> None:
    assert entry().policy_at(MIDNIGHT) is Policy.RELEASE


@pytest.mark.parametrize("hours", [-11, 14])
def test_it_is_midnight_in_utc_wherever_the_clock_hangs(hours: int) -> None:
    there = timezone(timedelta(hours=hours))
    assert entry().policy_at(MIDNIGHT.astimezone(there)) is Policy.RELEASE
    assert entry().policy_at((MIDNIGHT - timedelta(seconds=1)).astimezone(there)) is Policy.ACCEPT


def test_without_a_date_the_policy_holds_for_good() -> None:
    assert entry(until=None).policy_at(datetime(9999, 1, 1, tzinfo=UTC)) is Policy.ACCEPT
