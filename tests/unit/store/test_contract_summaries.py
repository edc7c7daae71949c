"""The contract of summaries: those of the cells, in each order, page by page."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from catcher.model.leak.incident import Role
from catcher.model.leak.summary import IncidentOrder, IncidentSummary, SummaryFilter, summary_of
from catcher.model.ports import Store
from tests.support.folding import folder
from tests.support.observations import NOON, intended, observation, sender

DAY = timedelta(days=1)


def fill(store: Store) -> None:
    """Incidents of all roles, at two domains, several with equal numbers."""
    for n in range(60):
        domain = ("army.ml", "navy.ml")[n % 2]
        one = observation(
            transaction=f"t{n}",
            retry_tag=None,
            domain=domain,
            intended=(intended(domain, ("army.mil", "navy.mil", None)[n % 3]),),
            observed_at=NOON + (n * 7 % 40) * DAY,
            sender=sender(f"o{n % 9}.example" if n % 4 else "freemail.example"),
            fresh=n % 3 != 0,
            fresh_reason="forward" if n % 5 == 0 else "dkim",
        )
        store.add([[one]])
        if n % 20 == 0:
            store.fold(folder)
    store.fold(folder)


def pages(store: Store, order: IncidentOrder, only: SummaryFilter, size: int) -> list[IncidentSummary]:
    found: list[IncidentSummary] = []
    while page := store.summaries(order=order, only=only, after=found[-1] if found else None, limit=size):
        assert len(page) <= size
        found += page
    return found


FILTERS = [
    SummaryFilter(party, role, domain)
    for party, role, domain in itertools.product((None, "o1.example", "army.mil"), (None, *Role), (None, "army.ml"))
]


@pytest.mark.parametrize("order", IncidentOrder)
def test_pages_have_each_incident_once_in_order(store: Store, order: IncidentOrder) -> None:
    fill(store)
    whole = [summary_of(incident) for incident in store.incidents()]
    assert len(whole) > 20
    for only in FILTERS:
        expected = sorted(filter(only.has, whole), key=lambda s: s.place[order], reverse=order.descending)
        for size in (1, 3, 100):
            assert pages(store, order, only, size) == expected


def test_days_are_a_filter(store: Store) -> None:
    fill(store)
    first, last = (NOON + 10 * DAY).date(), (NOON + 35 * DAY).date()
    for only in (SummaryFilter(since=last), SummaryFilter(until=first), SummaryFilter(since=first, until=last)):
        found = pages(store, IncidentOrder.LAST_DAY, only, 2)
        assert {s.key for s in found} == {i.key for i in store.incidents() if only.has(summary_of(i))}
        with pytest.raises(ValueError, match="order of the last day"):
            store.summaries(only=only, limit=1)


def test_one_summary_is_found_by_its_id(store: Store) -> None:
    fill(store)
    for incident in store.incidents():
        assert store.summary(incident.key.id) == summary_of(incident)
    assert store.summary("inc-000000000000") is None


def test_it_follows_when_a_mail_stops_counting(store: Store) -> None:
    """Another organisation's mail comes from the same address: the earlier mail is taken out and added again."""
    first = observation(retry_tag=None, fresh_reason="spf", observed_at=NOON + DAY)
    store.add(
        [[observation(transaction="t0", retry_tag=None, client="192.0.2.99", sender=sender("a.example"))], [first]]
    )
    store.fold(folder)
    second = observation(transaction="t2", retry_tag=None, sender=sender("b.example"), fresh_reason="dkim")
    store.add([[second]])
    store.fold(folder)
    for incident in store.incidents():
        assert store.summary(incident.key.id) == summary_of(incident)
    assert {s.key.party: s.counted for s in store.summaries(limit=9)} == {
        "a.example": 1,
        "army.mil": 2,
        "b.example": 1,
        "contractor.example": 0,
    }
