"""SqliteStore: the store's contract on one SQLite file, which several processes may open at once.

Longer than others: it has the whole contract, a few lines a method.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from catcher.model.errors import StoreUnavailable
from catcher.model.leak.demand import DemandKey
from catcher.model.leak.incident import Crowd, Incident, IncidentKey
from catcher.model.leak.sight import DelegationSince, Uptime
from catcher.model.leak.summary import IncidentOrder, IncidentSummary, SummaryFilter
from catcher.model.leak.unstored import NOTHING_UNSTORED, UnstoredKey
from catcher.model.mail.observation import Observation, Stored
from catcher.model.mail.policy import Policy, PolicySince
from catcher.model.ports import (
    ContactChange,
    Folded,
    Folder,
    FoldState,
    ObservationRow,
    PeriodRecord,
    Purged,
    StoredShare,
    UpkeepState,
)
from catcher.model.telling.alert import Alert, AlertDelivery
from catcher.model.telling.contact import Contact, StepOutcome
from catcher.model.telling.notice import LedgerEntry, Notice
from catcher.model.telling.suppression import Suppression
from catcher.privacy.retention import RetentionCutoffs, cutoffs
from catcher.store.codec import moment_to_text, to_row
from catcher.store.rules import to_the_minute
from catcher.store.sqlite import alert, contact, demand, observation, policy, retention, sight
from catcher.store.sqlite import notice as notices
from catcher.store.sqlite.byday import unstored
from catcher.store.sqlite.byday.scrubbing import MOST_LOG_OCTETS, log_octets, scrub
from catcher.store.sqlite.connection import (
    BUSY_SECONDS,
    PatientDatabase,
    connect,
    create_file,
    identity_of,
    is_at,
    medium,
    write_transaction,
)
from catcher.store.sqlite.readonly import connect_to_read
from catcher.store.sqlite.schema import migrations
from catcher.store.sqlite.sums import correcting, folding, incident, mailboxes, summary
from catcher.store.sqlite.wal.checkpointer import BACKSTOP_PAGES

PAGE = 1_000
"""Observations read at once. The number bounds memory."""


class SqliteStore:
    """A database file; opening makes it or brings it to the present schema. It belongs to the thread that opens it."""

    def __init__(
        self,
        path: Path,
        *,
        busy_seconds: float = BUSY_SECONDS,
        read_only: bool = False,
        checkpointed: bool = False,
    ) -> None:
        """Opens the file. Raises StoreUnavailable when it can't be opened or is damaged, EnvironmentFailure when a
        newer version made it.

        ``read_only``: opening changes nothing, so an earlier version's file isn't opened either; writing fails.
        ``checkpointed``: whether a Checkpointer copies the log, so that no commit has to.
        """
        self._path = path
        with medium(path):
            if read_only:
                self._db: PatientDatabase = connect_to_read(path, busy_seconds=busy_seconds)
                self._identity = identity_of(path)
                return
            create_file(path)
            self._db = connect(path, busy_seconds=busy_seconds)
            try:
                if checkpointed:
                    self._db.execute(f"PRAGMA wal_autocheckpoint = {BACKSTOP_PAGES}")
                migrations.migrate(self._db)
                self._identity = identity_of(path)
            except BaseException:
                self._db.close()
                raise

    def __repr__(self) -> str:
        return f"SqliteStore({str(self._path)!r})"

    def add(self, batches: Sequence[Sequence[Observation]]) -> list[tuple[Observation, ...]]:
        finest = [tuple(map(to_the_minute, batch)) for batch in batches]
        stored = self.add_rows([tuple(map(to_row, batch)) for batch in finest])
        return [tuple(map(Observation.stored_as, *each)) for each in zip(finest, stored, strict=True)]

    def add_rows(
        self, batches: Sequence[Sequence[ObservationRow]], *, unstored: Mapping[UnstoredKey, int] = NOTHING_UNSTORED
    ) -> list[tuple[Stored, ...]]:
        with medium(self._path):
            if not is_at(self._path, self._identity):
                raise StoreUnavailable(f"{self._path}: the file was removed or replaced; it is made again")
            stored = iter(observation.add(self._db, [row for batch in batches for row in batch], unstored))
        return [tuple(islice(stored, len(batch))) for batch in batches]

    def revise(self, observations: Sequence[Observation]) -> tuple[Observation, ...]:
        with medium(self._path), write_transaction(self._db):
            return observation.revise(self._db, observations)

    def observations(
        self,
        *,
        domain: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        ref: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Observation]:
        after, left = None, limit
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            with medium(self._path):
                page = observation.page(
                    self._db,
                    after=after,
                    domain=domain,
                    since=since,
                    until=until,
                    ref=ref,
                    newest_first=newest_first,
                    size=size,
                )
            yield from page
            if len(page) < size:
                return
            after, left = page[-1].id, None if left is None else left - len(page)

    def observation(self, id: int) -> Observation | None:
        with medium(self._path):
            return observation.one(self._db, id)

    def fold(self, folder: Folder, *, now: datetime | None = None) -> Folded:
        at = moment_to_text(now.replace(microsecond=0)) if now else ""
        self._fold_again(folder, at)
        reader, total = folding.FoldReader(folder), Folded()
        while True:
            with medium(self._path):
                start = folding.folded_up_to(self._db)
                batch = reader.batch(self._db, start)
                if batch is None:
                    break
                late = folding.write(self._db, batch, start, at)
                if late is None:
                    continue
            total += Folded(batch.observations, len(batch.set_apart), late)
        return total + self._close_judgements(now)

    def _fold_again(self, folder: Folder, at: str) -> None:
        """Corrects the sums for observations that were revised, or stopped counting, after they had been folded."""
        with medium(self._path):
            while ids := correcting.to_fold_again(self._db):
                with write_transaction(self._db):
                    correcting.fold_again(self._db, folder, ids, at)

    def _close_judgements(self, now: datetime | None) -> Folded:
        closed = 0
        with medium(self._path):
            while now is not None and (ids := correcting.unchangeable(self._db, now)):
                with write_transaction(self._db):
                    closed += correcting.close_judgements(self._db, ids)
        return Folded(final=closed)

    def fold_state(self) -> FoldState:
        with medium(self._path):
            return folding.state(self._db)

    def summaries(
        self,
        *,
        order: IncidentOrder = IncidentOrder.KEY,
        only: SummaryFilter | None = None,
        after: IncidentSummary | None = None,
        limit: int,
    ) -> list[IncidentSummary]:
        with medium(self._path):
            return summary.page(self._db, order, only or SummaryFilter(), after, limit)

    def summary(self, id: str) -> IncidentSummary | None:
        with medium(self._path):
            return summary.one(self._db, id)

    def incidents(self, *, mailboxes: bool = True, since: date | None = None) -> Iterator[Incident]:
        with medium(self._path):
            yield from incident.read(self._db, with_mailboxes=mailboxes, since=since)

    def incident_keys(self) -> Iterator[IncidentKey]:
        with medium(self._path):
            yield from incident.keys(self._db)

    def incident(self, id: str, *, mailboxes: bool = True) -> Incident | None:
        with medium(self._path):
            return next(incident.read(self._db, id, with_mailboxes=mailboxes), None)

    def crowd(self, id: str, period: str) -> Crowd:
        with medium(self._path):
            return mailboxes.crowd(self._db, id, period)

    def add_demand(self, tally: Mapping[DemandKey, int]) -> None:
        with medium(self._path), write_transaction(self._db):
            demand.add(self._db, tally)

    def demand(self, *, since: datetime | None = None, qtype: str | None = None) -> Mapping[str, int]:
        with medium(self._path):
            return demand.by_domain(self._db, since, qtype)

    def unstored(self, *, first: date | None = None, last: date | None = None) -> Mapping[UnstoredKey, int]:
        with medium(self._path):
            return unstored.read(self._db, first, last)

    def stored_shares(self, day: date) -> Sequence[StoredShare]:
        with medium(self._path):
            return unstored.stored_shares(self._db, day)

    def note_policies(self, day: date, policies: Mapping[str, Policy]) -> int:
        with medium(self._path):
            news = {domain: p for domain, p in policies.items() if policy.differs(self._db, domain, p)}
            if not news:  # called often: without changed policies there is no write, so no other writer waits
                return 0
            with write_transaction(self._db):
                return policy.note(self._db, day, news)

    def policies(self, domain: str) -> tuple[PolicySince, ...]:
        with medium(self._path):
            return policy.read(self._db, domain)

    def beat(self, now: datetime) -> None:
        with medium(self._path), write_transaction(self._db):
            sight.beat(self._db, now)

    def uptimes(self) -> tuple[Uptime, ...]:
        with medium(self._path):
            return sight.uptimes(self._db)

    def note_delegations(self, day: date, ours: Mapping[str, bool]) -> int:
        with medium(self._path):
            news = sight.changed(self._db, ours)
            if not news:  # called often: without a change there is no write, so no other writer waits
                return 0
            with write_transaction(self._db):
                return sight.note(self._db, day, news)

    def delegations(self, domain: str) -> tuple[DelegationSince, ...]:
        with medium(self._path):
            return sight.delegations(self._db, domain)

    def upkeep_state(self) -> UpkeepState:
        with medium(self._path):
            return sight.upkeep_state(self._db)

    def note_sure_moment(self, now: datetime, *, accepted_by: str | None = None) -> None:
        with medium(self._path), write_transaction(self._db):
            sight.note_sure_moment(self._db, now, accepted_by)

    def note_upkeep(self, day: date) -> None:
        with medium(self._path), write_transaction(self._db):
            sight.note_upkeep(self._db, day)

    def raise_alerts(self, alerts: Sequence[Alert]) -> tuple[Alert, ...]:
        with medium(self._path), write_transaction(self._db):
            return alert.add(self._db, alerts)

    def alerts(self, *, open_only: bool = False, limit: int | None = None) -> Iterator[Alert]:
        with medium(self._path):
            yield from alert.read(self._db, open_only=open_only, limit=limit)

    def note_deliveries(self, deliveries: Mapping[str, AlertDelivery]) -> None:
        with medium(self._path), write_transaction(self._db):
            alert.note(self._db, deliveries)

    def change_contacts(
        self, party: str, change: ContactChange, *, outcomes: Sequence[StepOutcome] = ()
    ) -> tuple[Contact, ...]:
        with medium(self._path), write_transaction(self._db):
            return contact.change(self._db, party, change, outcomes)

    def contacts(self, party: str | None = None) -> Iterator[Contact]:
        with medium(self._path):
            yield from contact.read(self._db, party)

    def contact_outcomes(self, party: str) -> tuple[StepOutcome, ...]:
        with medium(self._path):
            return contact.outcomes(self._db, party)

    def add_notice(self, notice: Notice, text: bytes) -> bool:
        with medium(self._path), write_transaction(self._db):
            return notices.add(self._db, notice, text)

    def add_step(self, id: str, step: LedgerEntry, *, once: bool = False) -> Notice:
        with medium(self._path), write_transaction(self._db):
            return notices.add_step(self._db, id, step, once=once)

    def notice(self, id: str) -> Notice | None:
        with medium(self._path):
            return next(iter(notices.read(self._db, id)), None)

    def notices(self) -> Iterator[Notice]:
        with medium(self._path):
            return iter(notices.read(self._db))

    def notice_text(self, id: str) -> bytes | None:
        with medium(self._path):
            return notices.text(self._db, id)

    def suppress(self, suppression: Suppression) -> None:
        with medium(self._path), write_transaction(self._db):
            notices.suppress(self._db, suppression)

    def suppressions(self) -> Iterator[Suppression]:
        with medium(self._path):
            return iter(notices.suppressions(self._db))

    def forget(self, now: datetime, *, keep_days: int) -> Iterator[Purged]:
        due = cutoffs(now, keep_days)
        return self._steps(due)

    def _steps(self, due: RetentionCutoffs) -> Iterator[Purged]:
        with medium(self._path):
            for purged in retention.forget(self._db, due):
                yield purged
                if log_octets(self._path) > MOST_LOG_OCTETS and not scrub(self._db):
                    return

    def purge(self, now: datetime, *, keep_days: int, folder: Folder, dry_run: bool = False) -> Purged:
        before = cutoffs(now, keep_days).ended_before
        self.fold(folder, now=now)
        with medium(self._path):
            ended = {p: lines for p, lines in mailboxes.waiting(self._db, before).items() if lines}
            if dry_run:
                due = retention.count(self._db, cutoffs(now, keep_days))
                return due + Purged(mailbox_days_settled=sum(ended.values()))
            ended |= dict.fromkeys(retention.token_periods(self._db, before) - set(ended), 0)
        purged = Purged()
        for period in sorted(ended):
            purged += Purged(mailbox_days_settled=self.settle(period))
            self.note_period(period, settled_at=now)
        return sum(self.forget(now, keep_days=keep_days), purged)

    def note_period(
        self, period: str, *, settled_at: datetime | None = None, key_destroyed_at: datetime | None = None
    ) -> None:
        with medium(self._path), write_transaction(self._db):
            retention.note_period(self._db, period, settled_at, key_destroyed_at)

    def periods(self) -> tuple[PeriodRecord, ...]:
        with medium(self._path):
            return retention.periods(self._db)

    def end_log(self) -> None:
        with medium(self._path):
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def settle(self, period: str) -> int:
        with medium(self._path):
            return mailboxes.settle(self._db, period)

    def close(self) -> None:
        with medium(self._path):
            self._db.close()
