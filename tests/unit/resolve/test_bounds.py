"""Cache and budgets: time is the clock's, and nothing grows without bound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from catcher.model.mail.lookup import LookupResult, LookupType, Question, Status
from catcher.resolve.budget import MAX_HOLDERS, Budgets
from catcher.resolve.cache import MAX_ENTRIES, Cache

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FOUND = LookupResult(Status.FOUND, (b"text",))


def question(number: int = 0) -> Question:
    return Question(f"n{number}.example", LookupType.TXT)


@pytest.mark.parametrize(
    ("answer", "ttl", "kept"),
    [
        (FOUND, 60, 60),
        (FOUND, 999_999, 3600),
        (LookupResult(Status.NXDOMAIN), 999_999, 900),
        (LookupResult(Status.NODATA), 10, 10),
        (LookupResult(Status.FAILED), 999_999, 30),
    ],
)
def test_an_answer_is_kept_for_its_ttl_and_no_longer_than_its_kind(answer: LookupResult, ttl: int, kept: int) -> None:
    cache = Cache()
    cache.put(question(), answer, ttl, NOW)
    assert cache.get(question(), NOW + timedelta(seconds=kept - 1)) is answer
    assert cache.get(question(), NOW + timedelta(seconds=kept)) is None


@pytest.mark.parametrize("ttl", [0, -5])
def test_an_answer_for_no_time_is_not_kept(ttl: int) -> None:
    cache = Cache()
    cache.put(question(), FOUND, ttl, NOW)
    assert len(cache) == 0


def test_the_oldest_use_goes_first() -> None:
    cache = Cache()
    for number in range(MAX_ENTRIES):
        cache.put(question(number), FOUND, 60, NOW)
    cache.get(question(0), NOW)
    cache.put(question(MAX_ENTRIES), FOUND, 60, NOW)
    assert len(cache) == MAX_ENTRIES
    assert cache.get(question(0), NOW) is FOUND
    assert cache.get(question(1), NOW) is None


def test_a_large_answer_is_not_kept() -> None:
    cache = Cache()
    cache.put(question(), LookupResult(Status.FOUND, (b"x" * 60_000,)), 60, NOW)
    assert len(cache) == 0


def test_a_budget_ends_and_comes_back_with_the_hour() -> None:
    budgets = Budgets(per_hour=3)
    assert [budgets.spend("contractor.example", NOW) for _ in range(4)] == [True, True, True, False]
    assert budgets.spend("other.example", NOW)
    assert not budgets.spend("contractor.example", NOW + timedelta(minutes=59))
    assert budgets.spend("contractor.example", NOW + timedelta(minutes=60))


def test_the_table_of_budgets_is_bounded() -> None:
    budgets = Budgets(per_hour=1)
    for number in range(MAX_HOLDERS + 10):
        assert budgets.spend(f"n{number}.example", NOW)
    assert len(budgets) == MAX_HOLDERS
