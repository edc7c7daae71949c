"""Whatever is done to them in whatever order, SqliteStore and MemoryStore answer alike.

With ``CATCHER_SHRINK=1`` a failure is reduced to the fewest steps that show it, for as long as that takes.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from catcher.model.leak.demand import DemandKey
from catcher.model.mail.observation import Observation
from catcher.model.mail.policy import Policy
from catcher.model.ports import Purged
from catcher.model.telling.alert import AlertDelivery, Channel
from catcher.model.telling.contact import Contact, Source, merged
from catcher.model.telling.notice import LedgerEntry, Notice, OutOfOrder
from catcher.model.telling.suppression import Suppression
from catcher.store import MemoryStore, SqliteStore
from tests.support.alerts import alert, deliveries
from tests.support.contacts import contacts, outcomes
from tests.support.folding import folder
from tests.support.notices import another, steps, suppressions
from tests.support.observations import NOON, moments, observations
from tests.support.shrinking import PHASES

_DOMAINS = st.sampled_from(("army.ml", "navy.ml"))
_ALERTS = st.sampled_from(("spike", "marking", "new-party"))
_BATCHES = st.lists(st.lists(observations(), max_size=3), max_size=4)
_HOURS = st.integers(0, 75 * 24).map(lambda hours: NOON + timedelta(hours=hours))
_KEYS = st.builds(
    DemandKey,
    _DOMAINS,
    st.sampled_from(("MX", "A")),
    st.just("NOERROR"),
    _HOURS,
    st.sampled_from(("192.0.2.0/24", "2001:db8::/48")),
)


class TwoStores(RuleBasedStateMachine):
    """Each rule does the same to both and compares what they say."""

    def __init__(self) -> None:
        super().__init__()
        self._few_wait = pytest.MonkeyPatch()  # some rows are found in the indexes, and some aren't there yet
        self._few_wait.setattr("catcher.store.sqlite.observation.MOST_WAITING", 4)
        self._folder = Path(tempfile.mkdtemp())
        self._open()
        self._memory = MemoryStore()

    def _open(self) -> None:
        self._sqlite = SqliteStore(self._folder / "catcher.db")

    def teardown(self) -> None:
        self._few_wait.undo()
        self._sqlite.close()
        shutil.rmtree(self._folder)

    @rule(batches=_BATCHES)
    def add(self, batches: list[list[Observation]]) -> None:
        assert self._sqlite.add(batches) == self._memory.add(batches)

    @rule(sample=observations(retry_tag=st.just("000001")), later=st.integers(0, 7 * 24 * 60))
    def retry(self, sample: Observation, later: int) -> None:
        """The same mail again under another transaction, up to seven days later."""
        at = sample.observed_at + timedelta(minutes=later)
        again = replace(sample, transaction="t-again", observed_at=at)
        assert self._sqlite.add([[sample], [again]]) == self._memory.add([[sample], [again]])

    @rule(data=st.data(), known=observations())
    def revise(self, data: st.DataObject, known: Observation) -> None:
        ids = [o.id for o in self._memory.observations()]
        revised = [replace(known, id=id) for id in data.draw(st.lists(st.sampled_from([0, *ids]), max_size=3))]
        assert self._sqlite.revise(revised) == self._memory.revise(revised)

    @rule()
    def fold(self) -> None:
        assert self._sqlite.fold(folder) == self._memory.fold(folder)

    @rule(sample=observations(), minutes=st.integers(-20, 20), month=st.booleans())
    def add_around_midnight(self, sample: Observation, minutes: int, month: bool) -> None:
        """Two mails of one signature and tag, on both sides of a midnight, or of a month's end."""
        midnight = NOON.replace(day=1 if month else 9, month=12, hour=0)
        mails = [
            replace(sample, transaction=f"t-{n}", observed_at=midnight + timedelta(minutes=minutes * n))
            for n in range(-1, 2)
        ]
        batches = [[mail] for mail in mails]
        assert self._sqlite.add(batches) == self._memory.add(batches)

    @rule(now=moments(days=120), keep_days=st.integers(1, 60), steps=st.integers(0, 30))
    def forget(self, now: datetime, keep_days: int, steps: int) -> None:
        """First some steps alone, as if the process ended then, and then all."""
        begun = list(islice(self._sqlite.forget(now, keep_days=keep_days), steps))
        done = sum([*begun, *self._sqlite.forget(now, keep_days=keep_days)], Purged())
        assert done == sum(self._memory.forget(now, keep_days=keep_days), Purged())
        assert list(self._sqlite.forget(now, keep_days=keep_days)) == []

    @rule(period=st.sampled_from(("2026-11", "2026-12")), now=moments(), key=st.booleans())
    def note_period(self, period: str, now: datetime, key: bool) -> None:
        for store in (self._sqlite, self._memory):
            store.note_period(period, **{"key_destroyed_at" if key else "settled_at": now})

    @rule(now=moments(days=120), keep_days=st.integers(1, 60), dry_run=st.booleans())
    def purge(self, now: datetime, keep_days: int, dry_run: bool) -> None:
        purged = self._sqlite.purge(now, keep_days=keep_days, folder=folder, dry_run=dry_run)
        assert purged == self._memory.purge(now, keep_days=keep_days, folder=folder, dry_run=dry_run)

    @rule(period=st.sampled_from(("2026-11", "2026-12", "2027-01")))
    def settle(self, period: str) -> None:
        assert self._sqlite.settle(period) == self._memory.settle(period)

    @rule(tally=st.dictionaries(_KEYS, st.integers(1, 1000), max_size=4))
    def add_demand(self, tally: dict[DemandKey, int]) -> None:
        self._sqlite.add_demand(tally)
        self._memory.add_demand(tally)

    @rule(
        party=st.sampled_from(("contractor.example", "agency.example")),
        data=st.data(),
        looked=st.sets(st.sampled_from(Source)),
    )
    def find_contacts(self, party: str, data: st.DataObject, looked: set[Source]) -> None:
        found = data.draw(st.lists(contacts(party), max_size=3))
        came = data.draw(st.lists(outcomes(party), max_size=2, unique_by=lambda outcome: outcome.step))
        looked |= {contact.source for contact in found}

        def change(known: Sequence[Contact]) -> Sequence[Contact]:
            return merged(known, found, looked=looked)

        sqlite = self._sqlite.change_contacts(party, change, outcomes=came)
        assert sqlite == self._memory.change_contacts(party, change, outcomes=came)

    @rule(number=st.integers(0, 2), text=st.binary(max_size=4))
    def add_notice(self, number: int, text: bytes) -> None:
        drafted = another(number)
        assert self._sqlite.add_notice(drafted, text) == self._memory.add_notice(drafted, text)

    @rule(number=st.integers(0, 3), step=steps())
    def add_step(self, number: int, step: LedgerEntry) -> None:
        assert _stepped(self._sqlite, number, step) == _stepped(self._memory, number, step)

    @rule(suppression=suppressions())
    def suppress(self, suppression: Suppression) -> None:
        self._sqlite.suppress(suppression)
        self._memory.suppress(suppression)

    @rule(
        day=st.dates(date(2026, 11, 1), date(2026, 12, 31)),
        policies=st.dictionaries(_DOMAINS, st.sampled_from(Policy), max_size=2),
    )
    def note_policies(self, day: date, policies: dict[str, Policy]) -> None:
        assert self._sqlite.note_policies(day, policies) == self._memory.note_policies(day, policies)

    @rule(keys=st.lists(_ALERTS, max_size=3), ways=st.lists(deliveries, max_size=2, unique_by=lambda d: d.channel))
    def raise_alerts(self, keys: list[str], ways: list[AlertDelivery]) -> None:
        in_order = tuple(sorted(ways, key=lambda delivery: list(Channel).index(delivery.channel)))
        alerts = [alert(key=key, deliveries=in_order) for key in keys]
        assert self._sqlite.raise_alerts(alerts) == self._memory.raise_alerts(alerts)

    @rule(noted=st.dictionaries(_ALERTS, deliveries, max_size=3))
    def note_deliveries(self, noted: dict[str, AlertDelivery]) -> None:
        self._sqlite.note_deliveries(noted)
        self._memory.note_deliveries(noted)

    @rule(since=st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 31)))
    def incidents_by_day(self, since: date | None) -> None:
        assert list(self._sqlite.incidents(since=since)) == list(self._memory.incidents(since=since))

    @rule()
    def open_again(self) -> None:
        self._sqlite.close()
        self._open()

    @rule(
        domain=st.none() | _DOMAINS,
        since=st.none() | moments(),
        until=st.none() | moments(),
        ref=st.none() | st.just("REF00001"),
        limit=st.none() | st.integers(0, 5),
        newest_first=st.booleans(),
    )
    def read(
        self,
        domain: str | None,
        since: datetime | None,
        until: datetime | None,
        ref: str | None,
        limit: int | None,
        newest_first: bool,
    ) -> None:
        sqlite, memory = (
            list(
                store.observations(
                    domain=domain, since=since, until=until, ref=ref, limit=limit, newest_first=newest_first
                )
            )
            for store in (self._sqlite, self._memory)
        )
        assert sqlite == memory

    @rule(since=st.none() | _HOURS, qtype=st.sampled_from((None, "MX", "TXT")))
    def demand(self, since: datetime | None, qtype: str | None) -> None:
        sqlite = dict(self._sqlite.demand(since=since, qtype=qtype))
        assert sqlite == dict(self._memory.demand(since=since, qtype=qtype))

    @invariant()
    def they_hold_the_same(self) -> None:
        assert list(self._sqlite.observations()) == list(self._memory.observations())
        assert list(self._sqlite.incidents()) == list(self._memory.incidents())
        assert list(self._sqlite.contacts()) == list(self._memory.contacts())
        assert list(self._sqlite.incident_keys()) == list(self._memory.incident_keys())
        for open_only in (False, True):
            assert list(self._sqlite.alerts(open_only=open_only)) == list(self._memory.alerts(open_only=open_only))
        for domain in ("army.ml", "navy.ml"):
            assert self._sqlite.policies(domain) == self._memory.policies(domain)
        for party in ("contractor.example", "agency.example"):
            assert self._sqlite.contact_outcomes(party) == self._memory.contact_outcomes(party)
        notices = list(self._memory.notices())
        assert list(self._sqlite.notices()) == notices
        assert [self._sqlite.notice_text(n.id) for n in notices] == [self._memory.notice_text(n.id) for n in notices]
        assert list(self._sqlite.suppressions()) == list(self._memory.suppressions())
        assert self._sqlite.periods() == self._memory.periods()
        ids = [o.id for o in self._memory.observations()]
        assert [self._sqlite.observation(id) for id in ids] == [self._memory.observation(id) for id in ids]


def _stepped(store: MemoryStore | SqliteStore, number: int, step: LedgerEntry) -> Notice | type[Exception]:
    try:
        return store.add_step(f"ntc-{number:012x}", step)
    except (OutOfOrder, KeyError) as error:
        return type(error)


TestTwoStores = TwoStores.TestCase
TestTwoStores.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, derandomize=True, phases=PHASES
)
