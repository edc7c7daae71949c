"""What is forgotten, corrected and settled, in whatever order and by whichever process, leaves the sums alike in both
stores.

Few domains, organisations, addresses and tokens, so that mails meet each other; a clock that only goes forward; two
connections, of which each step takes one. With ``CATCHER_SHRINK=1`` a failure is reduced to the fewest steps.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from catcher.model.leak.incident import Role
from catcher.model.leak.summary import IncidentOrder, IncidentSummary, SummaryFilter, summary_of
from catcher.model.mail.fingerprint import Authentication, AuthResult, EvidenceKind, MailClass, Nature, Tier
from catcher.model.mail.marking import Marking, Scheme
from catcher.model.mail.observation import Observation
from catcher.model.ports import Folded, Purged, Store
from catcher.privacy.tokens import period_of
from catcher.store import MemoryStore, SqliteStore
from catcher.store.sqlite.byday import registry
from catcher.store.sqlite.sums import correcting, folding, mailboxes
from tests.support.folding import folder
from tests.support.observations import NOON, intended, observation, observations, sender
from tests.support.shrinking import PHASES

_TOKENS = tuple(f"{n:016x}" for n in range(3))
_OPEN = Authentication(
    replace(observation().authentication.spf, result=AuthResult.TEMPERROR), (), observation().authentication.dmarc
)
_SIGNED = observation().authentication
_tokens = st.sampled_from(_TOKENS)
_SENDERS = [
    sender(domain, tier, kind=EvidenceKind.SPF)
    for domain in ("contractor.example", "hospital.example", "freemail.example")
    for tier in (Tier.VERIFIED, Tier.AUTHENTICATED, Tier.CLAIMED)
]
_MAILS = observations(
    domain=st.sampled_from(("army.ml", "navy.ml")),
    transaction=st.integers(0, 10**9).map(str),
    client=st.sampled_from(("192.0.2.25", "198.51.100.9")),
    reverse_path_token=_tokens,
    author_token=_tokens,
    recipients=st.lists(_tokens, max_size=2, unique=True).map(tuple),
    retry_tag=st.none() | st.just("000001"),
    retry_tag_before=st.none(),
    signatures=st.lists(_tokens, max_size=1).map(tuple),
    signatures_before=st.just(()),
    fresh=st.booleans(),
    fresh_reason=st.sampled_from(("dkim", "spf", "spf", "forward", "unbound-tenant")),
    sender=st.sampled_from(_SENDERS),
    intended=st.sampled_from(((), (intended("army.ml"),), (intended("army.ml", "navy.mil"),))),
    nature=st.sampled_from(MailClass).map(lambda mail_class: Nature(mail_class, 0.5, None, ())),
    markings=st.sampled_from(((), (Marking(Scheme.MSIP, "secret", True),))),
    authentication=st.sampled_from((_OPEN, _SIGNED)),
)
_NOTHING = {"sender": sender(None, Tier.CLAIMED), "intended": (), "retry_tag": None, "fresh": False}
"""A mail that is in no sum and no comparison."""
_AHEAD = st.sampled_from([timedelta(hours=n) for n in (0, 1, 3, 12, 24, 48, 6 * 24, 20 * 24, 33 * 24)])
_FILTERS = st.builds(
    SummaryFilter,
    st.sampled_from((None, "contractor.example", "army.mil")),
    st.none() | st.sampled_from(Role),
    st.sampled_from((None, "army.ml")),
)


class Sums(RuleBasedStateMachine):
    """Each rule does the same to both stores and compares what they say."""

    def __init__(self) -> None:
        super().__init__()
        self._patch = pytest.MonkeyPatch()
        for module, name, few in (
            *((registry, "MOST_ROWS", 4), (folding, "BATCH_ROWS", 5), (folding, "BATCH_CELLS", 6)),
            *((folding, "BATCH_MAILBOXES", 12), (mailboxes, "LINES_AT_ONCE", 2), (correcting, "CORRECTED_AT_ONCE", 2)),
        ):
            self._patch.setattr(module, name, few)
        self._folder = Path(tempfile.mkdtemp())
        self._file = self._folder / "catcher.db"
        self._both = [SqliteStore(self._file), SqliteStore(self._file)]
        self._memory = MemoryStore()
        self._now = NOON + timedelta(days=20)
        self._spoiled: set[int] = set()

    def teardown(self) -> None:
        for store in self._both:
            store.close()
        self._patch.undo()
        shutil.rmtree(self._folder)

    def _one(self, which: bool) -> SqliteStore:
        return self._both[which]

    @rule(ahead=_AHEAD)
    def time_passes(self, ahead: timedelta) -> None:
        self._now += ahead

    @rule(which=st.booleans(), mails=st.lists(_MAILS, min_size=1, max_size=4), ago=st.integers(0, 30 * 60))
    def add(self, which: bool, mails: list[Observation], ago: int) -> None:
        """Each mail in a transaction of its own, the last one the oldest."""
        batches = [
            [replace(mail, observed_at=self._now - timedelta(minutes=ago * n // len(mails)))]
            for n, mail in enumerate(mails)
        ]
        assert self._one(which).add(batches) == self._memory.add(batches)

    @rule(which=st.booleans(), data=st.data(), known=_MAILS)
    def revise(self, which: bool, data: st.DataObject, known: Observation) -> None:
        open_ = [o.id for o in self._memory.observations() if o.may_be_revised and o.id not in self._spoiled]
        ids = data.draw(st.lists(st.sampled_from(open_[-6:]), max_size=2, unique=True)) if open_ else []
        revised = [replace(known, id=id) for id in ids]
        assert self._one(which).revise(revised) == self._memory.revise(revised)

    @rule(which=st.booleans(), sure=st.booleans())
    def fold(self, which: bool, sure: bool) -> None:
        now = self._now if sure else None
        folded, expected = self._one(which).fold(folder, now=now), self._memory.fold(folder, now=now)
        assert replace(folded, observations=folded.observations + folded.set_apart, set_apart=0) == expected
        assert self._one(not which).fold(folder) == Folded()

    @rule(which=st.booleans())
    def spoil(self, which: bool) -> None:
        """A row that can't be decoded comes amid the others."""
        mail = replace(observation(), **_NOTHING, transaction=f"spoiled{len(self._spoiled)}", observed_at=self._now)
        ((stored,),) = self._one(which).add([[mail]])
        assert [(stored,)] == self._memory.add([[mail]])
        self._spoiled.add(stored.id)
        with closing(sqlite3.connect(self._file)) as other, other:
            for (number,) in other.execute("SELECT number FROM part").fetchall():
                other.execute(f"UPDATE mail_{number} SET policy = 'acceptt' WHERE id = ?", [stored.id])

    @rule(which=st.booleans(), recorded=st.booleans())
    def settle(self, which: bool, recorded: bool) -> None:
        """The last period, as upkeep does it."""
        period = period_of(self._now.replace(day=1) - timedelta(days=1))
        self._settle(which, period)
        if recorded:
            for store in (self._one(which), self._memory):
                store.note_period(period, settled_at=self._now)

    @rule(which=st.booleans())
    def settle_early(self, which: bool) -> None:
        self._settle(which, period_of(self._now))

    def _settle(self, which: bool, period: str) -> None:
        assert self._one(which).settle(period) == self._memory.settle(period)

    @rule(which=st.booleans(), keep_days=st.integers(1, 60), steps=st.integers(0, 12), others=st.integers(0, 6))
    def forget(self, which: bool, keep_days: int, steps: int, others: int) -> None:
        """Some steps, as if the process ended then; some by another one; the rest by a process that starts anew."""
        begun = islice(self._one(which).forget(self._now, keep_days=keep_days), steps)
        other = islice(self._one(not which).forget(self._now, keep_days=keep_days), others)
        done = sum(chain(list(begun), list(other)), Purged())
        self.open_again(which)
        done = sum(self._one(which).forget(self._now, keep_days=keep_days), done)
        assert done == sum(self._memory.forget(self._now, keep_days=keep_days), Purged())

    @rule(which=st.booleans(), keep_days=st.integers(1, 60), dry_run=st.booleans())
    def purge(self, which: bool, keep_days: int, dry_run: bool) -> None:
        purged = self._one(which).purge(self._now, keep_days=keep_days, folder=folder, dry_run=dry_run)
        assert purged == self._memory.purge(self._now, keep_days=keep_days, folder=folder, dry_run=dry_run)

    @rule(which=st.booleans())
    def open_again(self, which: bool) -> None:
        self._one(which).close()
        self._both[which] = SqliteStore(self._file)

    @rule(
        which=st.booleans(),
        order=st.sampled_from(IncidentOrder),
        only=_FILTERS,
        size=st.integers(1, 3),
        days=st.tuples(st.integers(0, 60), st.integers(0, 60)),
    )
    def page(self, which: bool, order: IncidentOrder, only: SummaryFilter, size: int, days: tuple[int, int]) -> None:
        if order is IncidentOrder.LAST_DAY:
            since, until = (self._now.date() - timedelta(days=ago) for ago in days)
            only = replace(only, since=since if days[0] else None, until=until if days[1] else None)
        assert _pages(self._one(which), order, only, size) == _pages(self._memory, order, only, size)

    @rule(which=st.booleans(), newest_first=st.booleans(), back=st.integers(0, 40 * 24))
    def read(self, which: bool, newest_first: bool, back: int) -> None:
        since = self._now - timedelta(hours=back)
        assert self._seen(self._one(which), newest_first, since) == self._seen(self._memory, newest_first, since)

    def _seen(self, store: Store, newest_first: bool = False, since: datetime | None = None) -> list[Observation]:
        found = store.observations(newest_first=newest_first, since=since)
        return [o for o in found if o.id not in self._spoiled]

    @invariant()
    def they_hold_the_same(self) -> None:
        incidents = list(self._memory.incidents())
        assert self._memory.fold_state().waiting == self._both[0].fold_state().waiting
        for store in self._both:
            assert list(store.incidents()) == incidents
            assert [store.summary(i.key.id) for i in incidents] == list(map(summary_of, incidents))
        assert self._seen(self._both[0]) == self._seen(self._memory)
        assert self._both[1].periods() == self._memory.periods()
        period = period_of(self._now)
        for key in (i.key for i in incidents):
            assert self._both[1].crowd(key.id, period) == self._memory.crowd(key.id, period)


def _pages(store: Store, order: IncidentOrder, only: SummaryFilter, size: int) -> Sequence[IncidentSummary]:
    found: list[IncidentSummary] = []
    while page := store.summaries(order=order, only=only, after=found[-1] if found else None, limit=size):
        found += page
    return found


TestSums = Sums.TestCase
TestSums.settings = settings(max_examples=30, stateful_step_count=30, deadline=None, derandomize=True, phases=PHASES)
