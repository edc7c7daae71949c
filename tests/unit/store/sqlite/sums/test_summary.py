"""Pages of summaries: each order under each filter is read from an index, and page 1,000 costs what page 1 costs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.summary import IncidentOrder, IncidentSummary, SummaryFilter
from catcher.store import SqliteStore
from catcher.store.sqlite.connection import PatientDatabase, connect
from catcher.store.sqlite.sums.summary import query

DAY = date(2026, 11, 3)
LAST = IncidentSummary(IncidentKey("party.example", Role.SENDER, "army.ml"), DAY, DAY, DAY, 5, 3, 1)
FILTERS = [
    SummaryFilter(party, None, domain)
    for party, domain in itertools.product((None, "party.example"), (None, "army.ml"))
]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[PatientDatabase]:
    path = tmp_path / "catcher.db"
    SqliteStore(path).close()
    with closing(connect(path)) as opened:
        yield opened


@pytest.mark.parametrize("order", IncidentOrder)
@pytest.mark.parametrize("only", FILTERS, ids=str)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("after", [None, LAST], ids=["first page", "later page"])
def test_a_page_is_a_search_in_an_index_without_sorting(
    db: PatientDatabase, order: IncidentOrder, only: SummaryFilter, role: Role, after: IncidentSummary | None
) -> None:
    sql, values = query(role, order, only, after, 50)
    plan = [row[-1] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert len(plan) == 1
    assert plan[0].startswith("SEARCH incident USING INDEX"), plan
    if after is not None and not (only.party and only.domain):
        assert "<" in plan[0] or ">" in plan[0], f"the page begins where the last one ended: {plan}"


@pytest.mark.parametrize(
    "days", [SummaryFilter(since=DAY), SummaryFilter(until=DAY), SummaryFilter(since=DAY, until=DAY)]
)
def test_days_are_a_range_of_the_index(db: PatientDatabase, days: SummaryFilter) -> None:
    sql, values = query(Role.SENDER, IncidentOrder.LAST_DAY, days, None, 50)
    (plan,) = [row[-1] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert plan.startswith("SEARCH incident USING INDEX") and ("last_day>" in plan or "last_day<" in plan)


@pytest.mark.parametrize("order", [order for order in IncidentOrder if order is not IncidentOrder.LAST_DAY])
def test_days_in_another_order_are_refused(db: PatientDatabase, order: IncidentOrder) -> None:
    with pytest.raises(ValueError, match="order of the last day"):
        query(Role.SENDER, order, SummaryFilter(since=DAY), None, 50)
