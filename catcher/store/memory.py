"""MemoryStore: the store's contract in plain Python. Tests compare the other stores with it.

Longer than others: it holds the whole contract in one place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from operator import gt, lt

from catcher.incident import count_mailboxes, mailbox_totals, merge
from catcher.model.leak.demand import DemandKey
from catcher.model.leak.incident import Crowd, Incident, IncidentKey
from catcher.model.leak.sight import DelegationSince, Uptime
from catcher.model.leak.summary import IncidentOrder, IncidentSummary, SummaryFilter, check_days, summary_of
from catcher.model.leak.unstored import NOTHING_UNSTORED, UnstoredKey
from catcher.model.mail.observation import Observation, Retention, Stored
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
from catcher.model.telling.alert import Alert, AlertDelivery, Channel
from catcher.model.telling.contact import Contact, Source, StepOutcome
from catcher.model.telling.notice import LedgerEntry, Notice
from catcher.model.telling.suppression import Suppression
from catcher.privacy.retention import (
    RETRY_AFTER,
    RetentionCutoffs,
    coarsened,
    cutoffs,
    emptied,
    network_of,
    tokenless,
)
from catcher.privacy.tokens import period_of
from catcher.store.codec import CODERS, from_row
from catcher.store.rules import (
    SignedDelivery,
    alert_to_the_second,
    begun,
    changed_contacts,
    handing_organisation,
    is_replay,
    open_until,
    outcome_to_the_second,
    proven_organisation,
    step_to_the_second,
    suppression_to_the_second,
    to_the_minute,
    with_revision,
)


class MemoryStore:
    """Keeps all data in lists and dicts, which end with the process."""

    def __init__(self) -> None:
        self._observations: dict[int, Observation] = {}
        self._unstored: Counter[UnstoredKey] = Counter()
        self._final: dict[str, Incident] = {}
        """Sums over the folded observations that can't be revised any more."""
        self._open: dict[int, dict[str, Incident]] = {}
        """Increments of each folded observation that may still be revised, by the observation's id."""
        self._open_until: dict[int, datetime] = {}
        """The moments after which they can't be revised any more."""
        self._closed: set[str] = set()
        """The periods that get no mailboxes any more."""
        self._kept: set[str] = set()
        """The periods of which mailboxes are kept."""
        self._to_fold_again: set[int] = set()
        self._used_up: dict[int, tuple[str, ...]] = {}
        """Observation's id → the signatures that it uses up (``uses_up_signatures``)."""
        self._gone: dict[Retention, set[int]] = {retention: set() for retention in Retention}
        """Retention → the ids of the observations whose fields of this retention were forgotten."""
        self._periods: dict[str, PeriodRecord] = {}
        self._clients: dict[tuple[str, str], date] = {}
        """Client address and organisation → the last day on which the organisation's proven mail came from there."""
        self._demand: Counter[DemandKey] = Counter()
        self._contacts: dict[str, tuple[Contact, ...]] = {}
        self._outcomes: dict[tuple[str, Source], StepOutcome] = {}
        self._notices: dict[str, Notice] = {}
        self._texts: dict[str, bytes] = {}
        self._suppressions: list[Suppression] = []
        self._policies: dict[str, tuple[PolicySince, ...]] = {}
        self._uptimes: list[Uptime] = []
        self._delegations: dict[str, tuple[DelegationSince, ...]] = {}
        self._upkeep = UpkeepState()
        self._alerts: dict[str, Alert] = {}
        self._last_id = 0
        self._folded_up_to = 0

    def add(self, batches: Sequence[Sequence[Observation]]) -> list[tuple[Observation, ...]]:
        return [tuple(self._add(to_the_minute(observation)) for observation in batch) for batch in batches]

    def add_rows(
        self, batches: Sequence[Sequence[ObservationRow]], *, unstored: Mapping[UnstoredKey, int] = NOTHING_UNSTORED
    ) -> list[tuple[Stored, ...]]:
        self._unstored.update(unstored)
        given = [tuple(map(from_row, rows)) for rows in batches]
        added = self.add(given)
        return [
            tuple(
                Stored(new.id, new.retry_of, new.replayed, shared=new.fresh_reason != old.fresh_reason)
                for new, old in zip(stored, before, strict=True)
            )
            for stored, before in zip(added, given, strict=True)
        ]

    def _add(self, observation: Observation) -> Observation:
        others = [o for o in self._observations.values() if o.transaction != observation.transaction]
        retry_of = next((o.id for o in others if _is_retry(observation, o)), None)
        replayed = retry_of is None and self._is_replay(observation)
        self._last_id += 1
        stored = observation.stored_as(Stored(self._last_id, retry_of, replayed))
        self._use_up(stored)
        if self._is_shared(stored):
            stored = stored.stopped()
        self._observations[stored.id] = stored
        return stored

    def _is_replay(self, new: Observation) -> bool:
        tokens = {*new.signatures, *new.signatures_before}
        others = [
            _delivery(o)
            for o in self._observations.values()
            if o.transaction != new.transaction
            and o.observed_at >= new.observed_at - RETRY_AFTER
            and not tokens.isdisjoint(self._used_up.get(o.id, ()))
        ]
        return is_replay(_delivery(new), others)

    def _use_up(self, new: Observation) -> None:
        self._used_up[new.id] = new.signatures if new.uses_up_signatures else ()

    def _is_shared(self, new: Observation) -> bool:
        """Whether ``new`` rests on an address from which another organisation's mail came. Its own organisation is
        noted for the address; if it is the second one there, earlier mails stop counting by the address."""
        organisation = handing_organisation(new.sender, fresh=new.fresh)
        others = any(client == new.client and other != organisation for client, other in self._clients)
        if organisation is not None:
            pair, day = (new.client, organisation), new.observed_at.date()
            if pair not in self._clients and others:
                for old in [o for o in self._observations.values() if o.client == new.client and o.rests_on_address]:
                    self._observations[old.id] = old.stopped()
                    if old.id <= self._folded_up_to:
                        self._to_fold_again.add(old.id)
            self._clients[pair] = max(day, self._clients.get(pair, day))
        return new.rests_on_address and others

    def revise(self, observations: Sequence[Observation]) -> tuple[Observation, ...]:
        return tuple(new for new in map(self._revise, observations) if new is not None)

    def _revise(self, known: Observation) -> Observation | None:
        stored = self._observations.get(known.id)
        if stored is None or not stored.may_be_revised or known.id in self._gone[Retention.FIVE_DAYS]:
            return None
        compared = replace(stored, signatures=known.signatures, signatures_before=known.signatures_before)
        replayed = stored.retry_of is None and self._is_replay(compared)
        revised = with_revision(stored, known, replayed=replayed)
        self._use_up(revised)
        self._observations[stored.id] = revised.stopped() if self._is_shared(revised) else revised
        if stored.id <= self._folded_up_to:
            self._to_fold_again.add(stored.id)
        return self._observations[stored.id]

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
        found = [
            o
            for o in self._observations.values()
            if (domain is None or o.domain == domain)
            and (since is None or o.observed_at >= since)
            and (until is None or o.observed_at < until)
            and (ref is None or o.ref == ref)
        ]
        if newest_first:
            found.reverse()
        return iter(found[:limit])

    def observation(self, id: int) -> Observation | None:
        return self._observations.get(id)

    def fold(self, folder: Folder, *, now: datetime | None = None) -> Folded:
        again = [self._observations[id] for id in self._to_fold_again if id in self._open and id in self._observations]
        waiting = [o for o in self._observations.values() if o.id > self._folded_up_to]
        self._to_fold_again.clear()
        for observation in again:
            del self._open[observation.id], self._open_until[observation.id]
        open_ = [o for o in (*again, *waiting) if o.is_open and o.retry_of is None]
        final = [o for o in (*again, *waiting) if o not in open_]
        with_mailboxes = [o for o in waiting if folder.shares(o).has_mailboxes]
        late = sum(_period(o) in self._closed for o in with_mailboxes)
        self._kept |= {_period(o) for o in with_mailboxes} - self._closed
        self._final = _sum(self._final, self._without_late(folder(final)))
        self._open |= {o.id: self._without_late(folder([o])) for o in open_}
        self._open_until |= {o.id: open_until(o) for o in open_}
        self._folded_up_to = self._last_id
        moment = now and now.replace(microsecond=0)
        unchangeable = [id for id, until in self._open_until.items() if moment is not None and until < moment]
        for id in unchangeable:
            del self._open_until[id]
            self._final = _sum(self._final, self._open.pop(id))
        return Folded(len(waiting), 0, late, len(unchangeable))

    def _without_late(self, increments: Mapping[str, Incident]) -> dict[str, Incident]:
        """``increments`` without the mailboxes of closed periods."""
        return {
            id: replace(i, mailboxes=frozenset(m for m in i.mailboxes if m.period not in self._closed))
            for id, i in increments.items()
        }

    def fold_state(self) -> FoldState:
        last = self._observations.get(self._folded_up_to)
        waiting = sum(id > self._folded_up_to for id in self._observations)
        return FoldState(None if last is None else last.observed_at, waiting, {})

    @property
    def _incidents(self) -> dict[str, Incident]:
        return _sum(self._final, *self._open.values())

    def incidents(self, *, mailboxes: bool = True, since: date | None = None) -> Iterator[Incident]:
        for found in sorted(self._incidents.values(), key=lambda incident: incident.key):
            if since is not None:
                found = replace(found, cells={cell: n for cell, n in found.cells.items() if cell.day >= since})
                if not found.cells:
                    continue
            yield found if mailboxes else replace(found, mailboxes=frozenset())

    def incident_keys(self) -> Iterator[IncidentKey]:
        return iter(sorted(incident.key for incident in self._incidents.values()))

    def incident(self, id: str, *, mailboxes: bool = True) -> Incident | None:
        found = self._incidents.get(id)
        return found if found is None or mailboxes else replace(found, mailboxes=frozenset())

    def summaries(
        self,
        *,
        order: IncidentOrder = IncidentOrder.KEY,
        only: SummaryFilter | None = None,
        after: IncidentSummary | None = None,
        limit: int,
    ) -> list[IncidentSummary]:
        only = only or SummaryFilter()
        check_days(order, only)
        found = [summary for summary in map(summary_of, self._incidents.values()) if only.has(summary)]
        if after is not None:
            behind = lt if order.descending else gt
            found = [summary for summary in found if behind(summary.place[order], after.place[order])]
        return sorted(found, key=lambda summary: summary.place[order], reverse=order.descending)[:limit]

    def summary(self, id: str) -> IncidentSummary | None:
        found = self._incidents.get(id)
        return None if found is None else summary_of(found)

    def crowd(self, id: str, period: str) -> Crowd:
        found = self._incidents.get(id)
        return Crowd() if found is None else count_mailboxes(found.mailboxes, period)

    def add_demand(self, tally: Mapping[DemandKey, int]) -> None:
        self._demand.update(tally)

    def demand(self, *, since: datetime | None = None, qtype: str | None = None) -> Mapping[str, int]:
        sums: Counter[str] = Counter()
        for key, queries in self._demand.items():
            if (since is None or key.hour >= since) and (qtype is None or key.qtype == qtype):
                sums[key.domain] += queries
        return sums

    def unstored(self, *, first: date | None = None, last: date | None = None) -> Mapping[UnstoredKey, int]:
        within = (k for k in self._unstored if (first is None or k.day >= first) and (last is None or k.day <= last))
        return {key: self._unstored[key] for key in sorted(within)}

    def stored_shares(self, day: date) -> Sequence[StoredShare]:
        return [
            StoredShare(o.client, str(CODERS["sender"].write(o.sender)), o.recipient_count, 1)
            for o in self._observations.values()
            if o.observed_at.date() == day
        ]

    def note_policies(self, day: date, policies: Mapping[str, Policy]) -> int:
        lines = 0
        for domain, policy in policies.items():
            noted = self._policies.get(domain, ())
            if not noted or noted[-1].policy is not policy:
                self._policies[domain] = (*noted, PolicySince(day, policy))
                lines += 1
        return lines

    def policies(self, domain: str) -> tuple[PolicySince, ...]:
        return self._policies.get(domain, ())

    def beat(self, now: datetime) -> None:
        now = now.replace(microsecond=0)
        joined = self._uptimes[-1].joined(now) if self._uptimes else None
        if joined is None:
            self._uptimes.append(Uptime(now, now))
        else:
            self._uptimes[-1] = joined

    def uptimes(self) -> tuple[Uptime, ...]:
        return tuple(self._uptimes)

    def note_delegations(self, day: date, ours: Mapping[str, bool]) -> int:
        lines = 0
        for domain, is_ours in ours.items():
            noted = self._delegations.get(domain, ())
            if is_ours is not (noted[-1].ours if noted else True):
                self._delegations[domain] = (*noted, DelegationSince(day, is_ours))
                lines += 1
        return lines

    def delegations(self, domain: str) -> tuple[DelegationSince, ...]:
        return self._delegations.get(domain, ())

    def upkeep_state(self) -> UpkeepState:
        return self._upkeep

    def note_sure_moment(self, now: datetime, *, accepted_by: str | None = None) -> None:
        now = now.replace(microsecond=0)
        if accepted_by is not None:
            self._upkeep = replace(self._upkeep, sure_at=now, accepted_at=now, accepted_by=accepted_by)
        else:
            self._upkeep = replace(self._upkeep, sure_at=max(now, self._upkeep.sure_at or now))

    def note_upkeep(self, day: date) -> None:
        self._upkeep = replace(self._upkeep, day=day)

    def raise_alerts(self, alerts: Sequence[Alert]) -> tuple[Alert, ...]:
        raised = []
        for alert in alerts:
            if alert.key not in self._alerts:
                self._alerts[alert.key] = alert_to_the_second(alert)
                raised.append(self._alerts[alert.key])
        return tuple(raised)

    def alerts(self, *, open_only: bool = False, limit: int | None = None) -> Iterator[Alert]:
        alerts = list(self._alerts.values())
        if open_only:
            found = [alert for alert in alerts if any(delivery.is_open for delivery in alert.deliveries)]
        else:
            found = alerts[::-1]
        return iter(found[:limit])

    def note_deliveries(self, deliveries: Mapping[str, AlertDelivery]) -> None:
        for key, delivery in deliveries.items():
            alert = self._alerts.get(key)
            if alert is not None:
                noted = {each.channel: each for each in (*alert.deliveries, delivery)}
                changed = tuple(noted[channel] for channel in Channel if channel in noted)
                self._alerts[key] = alert_to_the_second(replace(alert, deliveries=changed))

    def change_contacts(
        self, party: str, change: ContactChange, *, outcomes: Sequence[StepOutcome] = ()
    ) -> tuple[Contact, ...]:
        self._contacts[party] = changed_contacts(party, self._contacts.get(party, ()), change)
        self._outcomes |= {(o.party, o.step): outcome_to_the_second(o) for o in outcomes}
        return self._contacts[party]

    def contacts(self, party: str | None = None) -> Iterator[Contact]:
        parties = sorted(self._contacts) if party is None else [party]
        return (contact for each in parties for contact in self._contacts.get(each, ()))

    def contact_outcomes(self, party: str) -> tuple[StepOutcome, ...]:
        return tuple(self._outcomes[party, step] for step in Source if (party, step) in self._outcomes)

    def add_notice(self, notice: Notice, text: bytes) -> bool:
        if notice.id in self._notices:
            return False
        self._notices[notice.id] = begun(notice)
        self._texts[notice.id] = text
        return True

    def add_step(self, id: str, step: LedgerEntry, *, once: bool = False) -> Notice:
        if once and self._notices[id].first(step.act) is not None:
            return self._notices[id]
        notice = self._notices[id] = self._notices[id].with_step(step_to_the_second(step))
        if not notice.state.on_its_way:
            self._texts.pop(id, None)
        return notice

    def notice(self, id: str) -> Notice | None:
        return self._notices.get(id)

    def notices(self) -> Iterator[Notice]:
        return iter(list(self._notices.values()))

    def notice_text(self, id: str) -> bytes | None:
        return self._texts.get(id)

    def suppress(self, suppression: Suppression) -> None:
        self._suppressions.append(suppression_to_the_second(suppression))

    def suppressions(self) -> Iterator[Suppression]:
        return iter(list(self._suppressions))

    def forget(self, now: datetime, *, keep_days: int) -> Iterator[Purged]:
        due = cutoffs(now, keep_days)
        going = self._to_delete(due)
        phases = (
            *(self._forget_tokens, self._forget_recent, self._forget_traces, self._delete, self._forget_demand),
            *(self._forget_contacts, self._forget_texts),
        )
        steps = (phase(due, going) for phase in phases)
        return (purged for purged in steps if purged != Purged())

    def _to_delete(self, due: RetentionCutoffs) -> set[int]:
        """The observations that are due. A day goes as a whole, so one that isn't folded keeps the others for a
        while."""
        waiting = {_day(o) for o in self._observations.values() if o.id > self._folded_up_to}
        return {
            o.id
            for o in self._observations.values()
            if _day(o) <= (due.last_deleted_unfolded if _day(o) in waiting else due.last_deleted)
        }

    def _forget(self, retention: Retention, reduced: Callable[[Observation], Observation], ids: set[int]) -> None:
        self._observations |= {id: reduced(self._observations[id]) for id in ids}
        self._gone[retention] |= ids

    def _due(self, retention: Retention, is_due: Callable[[Observation], bool]) -> set[int]:
        return {o.id for o in self._observations.values() if is_due(o) and o.id not in self._gone[retention]}

    def _forget_tokens(self, due: RetentionCutoffs, going: set[int]) -> Purged:
        settled = {period for period, record in self._periods.items() if record.settled_at is not None}
        ids = self._due(Retention.PERIOD, lambda o: _period(o) in settled or _period(o) < due.overdue_before)
        self._count_lost(ids)
        self._forget(Retention.PERIOD, tokenless, ids)
        for period in [period for period in self._kept if period in settled or period < due.overdue_before]:
            self._close(period)
        return Purged(tokens_emptied=len(ids - going))

    def _count_lost(self, ids: set[int]) -> None:
        for id in ids:
            if id > self._folded_up_to:
                period = _period(self._observations[id])
                record = self._periods.get(period, PeriodRecord(period))
                self._periods[period] = replace(record, lost=record.lost + 1)

    def _forget_recent(self, due: RetentionCutoffs, going: set[int]) -> Purged:
        ids = self._due(Retention.FIVE_DAYS, lambda o: _day(o) <= due.last_emptied)
        self._forget(Retention.FIVE_DAYS, emptied, ids)
        self._used_up = {id: tokens for id, tokens in self._used_up.items() if id not in ids}
        return Purged(retry_tags_emptied=len(ids - going))

    def _forget_traces(self, due: RetentionCutoffs, going: set[int]) -> Purged:
        ids = self._due(Retention.COARSE_30_DAYS, lambda o: _day(o) <= due.last_coarsened)
        self._forget(Retention.COARSE_30_DAYS, coarsened, ids)
        self._clients = {pair: day for pair, day in self._clients.items() if day > due.last_addresses}
        return Purged(coarsened=len(ids - going))

    def _delete(self, due: RetentionCutoffs, going: set[int]) -> Purged:
        self._count_lost(going - self._gone[Retention.PERIOD])
        self._observations = {id: o for id, o in self._observations.items() if id not in going}
        self._used_up = {id: tokens for id, tokens in self._used_up.items() if id not in going}
        self._to_fold_again -= going
        return Purged(deleted=len(going))

    def _forget_demand(self, due: RetentionCutoffs, going: set[int]) -> Purged:
        kept = Counter({key: n for key, n in self._demand.items() if key.hour.date() > due.last_deleted})
        deleted, self._demand = len(self._demand) - len(kept), kept
        return Purged(demand_deleted=deleted)

    def _forget_contacts(self, due: RetentionCutoffs, going: set[int]) -> Purged:
        before = sum(map(len, self._contacts.values()))
        self._contacts = {
            party: tuple(c for c in known if c.trusted or c.seen_at >= due.contacts_before)
            for party, known in self._contacts.items()
        }
        self._outcomes = {key: o for key, o in self._outcomes.items() if o.at >= due.contacts_before}
        return Purged(contacts_deleted=before - sum(map(len, self._contacts.values())))

    def _forget_texts(self, due: RetentionCutoffs, going: set[int]) -> Purged:
        kept = {id: text for id, text in self._texts.items() if self._notices[id].drafted_at >= due.texts_before}
        deleted, self._texts = len(self._texts) - len(kept), kept
        return Purged(notice_texts_deleted=deleted)

    def purge(self, now: datetime, *, keep_days: int, folder: Folder, dry_run: bool = False) -> Purged:
        if dry_run:
            self.fold(folder, now=now)
            return deepcopy(self).purge(now, keep_days=keep_days, folder=folder)
        before = cutoffs(now, keep_days).ended_before
        self.fold(folder, now=now)
        periods = {m.period for i in self._incidents.values() for m in i.mailboxes}
        periods |= {_period(self._observations[id]) for id in self._due(Retention.PERIOD, lambda o: True)}
        purged = Purged()
        for period in sorted(period for period in periods if period < before):
            purged += Purged(mailbox_days_settled=self.settle(period))
            self.note_period(period, settled_at=now)
        return sum(self.forget(now, keep_days=keep_days), purged)

    def note_period(
        self, period: str, *, settled_at: datetime | None = None, key_destroyed_at: datetime | None = None
    ) -> None:
        record = self._periods.get(period, PeriodRecord(period))
        self._periods[period] = replace(
            record,
            settled_at=record.settled_at or (settled_at and settled_at.replace(microsecond=0)),
            key_destroyed_at=record.key_destroyed_at or (key_destroyed_at and key_destroyed_at.replace(microsecond=0)),
        )

    def periods(self) -> tuple[PeriodRecord, ...]:
        return tuple(self._periods[period] for period in sorted(self._periods))

    def end_log(self) -> None:
        """There is no log."""

    def settle(self, period: str) -> int:
        incidents = self._incidents
        ended = {id: frozenset(m for m in i.mailboxes if m.period == period) for id, i in incidents.items()}
        totals = {id: Incident(i.key, settled=mailbox_totals(ended[id])) for id, i in incidents.items() if ended[id]}
        self._close(period)
        self._final = _sum(self._final, totals)
        return sum(map(len, ended.values()))

    def _close(self, period: str) -> None:
        """Drops the mailboxes of ``period``, which gets none any more."""
        self._closed.add(period)
        self._kept.discard(period)
        for sums in (self._final, *self._open.values()):
            sums |= self._without_late(sums)

    def close(self) -> None:
        """Does nothing: there is nothing to close."""


def _sum(*increments: Mapping[str, Incident]) -> dict[str, Incident]:
    sums: dict[str, Incident] = {}
    for increment in increments:
        for id, incident in increment.items():
            sums[id] = merge(sums[id], incident) if id in sums else incident
    return sums


def _is_retry(new: Observation, old: Observation) -> bool:
    return (
        old.retry_tag is not None
        and old.retry_tag in (new.retry_tag, new.retry_tag_before)
        and old.retry_of is None
        and old.observed_at >= new.observed_at - RETRY_AFTER
        and proven_organisation(new.sender) in (None, proven_organisation(old.sender))
    )


def _delivery(observation: Observation) -> SignedDelivery:
    return SignedDelivery(observation.observed_at, network_of(observation.client), observation.recipients)


def _day(observation: Observation) -> date:
    return observation.observed_at.astimezone(UTC).date()


def _period(observation: Observation) -> str:
    return period_of(observation.observed_at)
