"""SqliteStore: the store's contract on one SQLite file, which several processes may open at once.

Longer than others: it has a method for each of the contract, most of them a few lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from catcher.model.errors import StoreUnavailable
from catcher.model.leak.demand import DemandKey
from catcher.model.leak.incident import Crowd, Incident, IncidentKey
from catcher.model.leak.sight import DelegationSince, Uptime
from catcher.model.mail.observation import Observation, Stored
from catcher.model.mail.policy import Policy, PolicySince
from catcher.model.ports import ContactChange, Folder, ObservationRow, PeriodRecord, Purged
from catcher.model.telling.alert import Alert, AlertDelivery
from catcher.model.telling.contact import Contact, StepOutcome
from catcher.model.telling.notice import LedgerEntry, Notice
from catcher.model.telling.suppression import Suppression
from catcher.privacy.retention import RetentionCutoffs, cutoffs
from catcher.store.codec import Undecodable, to_row
from catcher.store.rules import to_the_minute
from catcher.store.sqlite import alert, contact, demand, incident, mailboxes, observation, policy, retention, sight
from catcher.store.sqlite import notice as notices
from catcher.store.sqlite.byday.dropping import note_rewrite
from catcher.store.sqlite.byday.scrubbing import MOST_LOG_OCTETS, empty_log, log_octets
from catcher.store.sqlite.connection import (
    BUSY_SECONDS,
    connect,
    create_file,
    identity_of,
    is_at,
    medium,
    write_transaction,
)
from catcher.store.sqlite.schema import migrations

PAGE = 1_000
"""Observations read or folded at once. The number bounds memory, and the time for which other writers wait."""


class SqliteStore:
    """A database file; opening makes it or brings it to the present schema. It belongs to the thread that opens it."""

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        """Opens the file. Raises StoreUnavailable when it can't be opened or is damaged, EnvironmentFailure when a
        newer version made it."""
        self._path = path
        with medium(path):
            create_file(path)
            self._db = connect(path, busy_seconds=busy_seconds)
            try:
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

    def add_rows(self, batches: Sequence[Sequence[ObservationRow]]) -> list[tuple[Stored, ...]]:
        with medium(self._path):
            if not is_at(self._path, self._identity):
                raise StoreUnavailable(f"{self._path}: the file was removed or replaced; it is made again")
            stored = iter(observation.add(self._db, [row for batch in batches for row in batch]))
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
        with medium(self._path), suppress(Undecodable):
            return observation.one(self._db, id)
        return None

    def fold(self, folder: Folder) -> int:
        self._fold_again(folder)
        total = 0
        while True:
            with medium(self._path):
                start = incident.folded_up_to(self._db)
                page = observation.page(self._db, after=start, size=PAGE)
            if not page:
                return total
            final = folder([o for o in page if not o.is_open])
            still_open = {o.id: folder([o]) for o in page if o.is_open}
            last, state = page[-1].id, (sum(o.revision for o in page), sum(o.fresh for o in page))
            with medium(self._path), write_transaction(self._db):
                if incident.folded_up_to(self._db) != start or observation.changes(self._db, start, last) != state:
                    continue
                incident.add(self._db, final)
                for id, increments in still_open.items():
                    incident.add(self._db, increments, observation=id)
                incident.mark_folded(self._db, last)
            total += len(page)

    def _fold_again(self, folder: Folder) -> None:
        """Corrects the sums for observations that were revised, or stopped counting, after they had been folded."""
        with medium(self._path):
            ids = incident.to_fold_again(self._db)
        for id in ids:
            with medium(self._path), write_transaction(self._db):
                found = observation.one(self._db, id)
                if incident.folded_again(self._db, id) and found is not None:
                    incident.take_out(self._db, id)
                    incident.add(self._db, folder([found]), observation=found.id if found.is_open else 0)
        if ids:
            with medium(self._path), write_transaction(self._db):
                incident.drop_empty(self._db)

    def incidents(self, *, mailboxes: bool = True, since: date | None = None) -> Iterator[Incident]:
        with medium(self._path):
            yield from incident.read(self._db, mailboxes=mailboxes, since=since)

    def incident_keys(self) -> Iterator[IncidentKey]:
        with medium(self._path):
            yield from incident.keys(self._db)

    def incident(self, id: str, *, mailboxes: bool = True) -> Incident | None:
        with medium(self._path):
            return next(incident.read(self._db, id, mailboxes=mailboxes), None)

    def crowd(self, id: str, period: str) -> Crowd:
        with medium(self._path):
            return mailboxes.crowd(self._db, id, period)

    def add_demand(self, tally: Mapping[DemandKey, int]) -> None:
        with medium(self._path), write_transaction(self._db):
            demand.add(self._db, tally)

    def demand(self, *, since: datetime | None = None, qtype: str | None = None) -> Mapping[str, int]:
        with medium(self._path):
            return demand.by_domain(self._db, since, qtype)

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
                if log_octets(self._path) > MOST_LOG_OCTETS:
                    empty_log(self._db)

    def purge(self, now: datetime, *, keep_days: int, folder: Folder, dry_run: bool = False) -> Purged:
        before = cutoffs(now, keep_days).ended_before
        self.fold(folder)
        with medium(self._path):
            ended = dict(mailboxes.periods_before(self._db, before))
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

    def settle(self, period: str) -> int:
        """As ``ports.Store.settle``. Each incident changes in one transaction; after an interruption the next call
        settles the others."""
        lines = 0
        with medium(self._path):
            for step in mailboxes.steps(self._db, period):
                with write_transaction(self._db):
                    note_rewrite(self._db, "incident_mailbox")
                    lines += sum(mailboxes.settle(self._db, number, period) for number in step)
        return lines

    def close(self) -> None:
        with medium(self._path):
            self._db.close()
