"""Gives serials at a load: a name whose zone changed gets a new one, all other names keep theirs (RFC 1982).

::

    rows and guard before ─┐
    rows and guard now ────┼─▶ changes: which names? ─▶ settle ─▶ Serials, the catalog zone's journal ─▶ ledger
    ledger ────────────────┘                   └─ too many or not known: one new serial for all

Serials never fall, also if the clock does. A new serial is the Unix time of the load that first saw the change, or the
next number after the newest one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate

from catcher.catalogue import Catalogue, Entry, Guard
from catcher.dns.loading.changes import (
    MAX_CHANGED,
    RowChanges,
    candidates,
    digest_of,
    digest_of_clearing,
    digest_of_guard,
    refused_by,
)
from catcher.dns.zones.catalogzone import MAX_JOURNAL, CatalogDifference, CatalogGroup, CatalogZone, MemberState
from catcher.dns.zones.ledger import KeptCatalog, Ledger
from catcher.dns.zones.serials import GivenSerial, Serials, is_newer, raised

_ROOM = 4
"""Serials left free after the newest one: a name's serial may have risen by itself since it was given, by its ``until``
and by runs of the guard."""


@dataclass(frozen=True, slots=True)
class Served:
    """The catalogue and the serials that were served until this load."""

    catalogue: Catalogue
    """After a restart by which the guard of before is lost: the rows before it, under today's guard; the ledger tells
    whether the guard differs."""
    serials: Serials
    catalog: CatalogZone | None = None
    restarted: bool = False
    """Whether ``catalogue`` has today's guard."""


@dataclass(frozen=True, slots=True)
class SettledSerials:
    """The serials after a load."""

    serials: Serials
    changed: frozenset[str] | None
    """Names that may have changed; None: all."""
    ledger: Ledger
    turned: frozenset[str] = frozenset()
    """After a restart: names whose refusal changed since the load before."""


def over_restart(kept: Ledger, catalogue: Catalogue, rows: RowChanges | None, guard: Guard | None) -> Served | None:
    """What was served until a restart, if the copies of its rows are those of the ledger ``kept``.

    ``guard``: the guard that was kept, which counts if it is that of the ledger, too.
    """
    if rows is None:
        return None
    serials = Serials(kept.base, kept.rows, datetime.fromtimestamp(kept.seen, UTC))
    digest, before = rows.before_restart or (rows.digest, catalogue.rows)
    if digest != kept.rows_digest:
        return None
    of_guard = None if guard is None else (digest_of_guard(guard, digest_of_clearing(guard)), refused_by(guard))
    if of_guard == (kept.guard, kept.refused):
        return Served(Catalogue(before, guard), serials)
    if rows.before_restart is None:
        return None
    return Served(Catalogue(before, catalogue.guard), serials, restarted=True)


def settle(
    kept: Ledger | None,
    served: Served | None,
    catalogue: Catalogue,
    template: str,
    now: datetime,
    seen: float = 0.0,
    rows: RowChanges | None = None,
) -> SettledSerials:
    """The serials for ``catalogue`` and the template with the digest ``template``.

    ``kept``: the ledger of the last load. ``served``: what was served until now; None: no more is known. ``seen``:
    the latest time, in Unix seconds, at which another process saw a serial (NOTIFY). ``rows``: what the load of
    ``catalogue`` says of its rows.
    """
    seen = max(seen, now.timestamp(), 0.0 if kept is None else kept.seen)
    digest = digest_of(catalogue) if rows is None else rows.digest
    fingerprint = template, digest, digest_of_clearing(catalogue.guard)
    restarted = served is None or served.restarted
    turned = kept.refused ^ refused_by(catalogue.guard) if kept is not None and restarted else frozenset[str]()
    found = _changed(kept, served, catalogue, fingerprint, now, seen, rows, turned)
    if kept is None or found is None:
        base = GivenSerial(_fresh(kept, catalogue, now, seen), now.timestamp())
        serials, found = Serials(base, {}, now), None
    else:
        before = served or Served(catalogue, Serials(kept.base, kept.rows, now))
        serials = _with_rows(kept, before, catalogue, found, now, turned)
        if len(serials.rows) > MAX_CHANGED:
            serials, found = Serials(GivenSerial(_fresh(kept, catalogue, now, seen), now.timestamp()), {}, now), None
    highest = serials.highest
    if kept is not None and is_newer(kept.highest, highest):
        highest = kept.highest
    # A clock that went back keeps the time that was seen only while no new base covers it.
    seen = now.timestamp() if found is None else seen
    ledger = Ledger(
        *fingerprint,
        refused_by(catalogue.guard),
        seen,
        highest,
        serials.base,
        serials.rows,
        None if kept is None else kept.catalog,
        digest_of_guard(catalogue.guard, fingerprint[2]),
    )
    return SettledSerials(serials, found, ledger, turned)


def settle_catalog(
    settled: SettledSerials, served: Served | None, fresh: CatalogZone, now: datetime, rows: RowChanges | None = None
) -> KeptCatalog:
    """The serial and the journal of the catalog zone after the load that gave ``settled``. ``fresh``: the zone over the
    new catalogue, with any serial. ``rows``: as in ``settle``; without them ``settled`` has the moved names, too."""
    kept, changed, moment = settled.ledger.catalog, settled.changed, now.timestamp()
    if fresh.group is CatalogGroup.FILE and rows is not None and changed is not None:
        changed = None if rows.moved is None else changed | rows.moved
    zone = None if served is None else served.catalog
    # After a restart the members before are known, but not the policy of those whose refusal changed.
    unknown = bool(settled.turned) and fresh.group is CatalogGroup.POLICY
    if kept is None or kept.kind != fresh.kind or changed is None or unknown:
        newest = 0 if kept is None else kept.given.serial if zone is None else zone.serial(now)
        if newest and not is_newer(int(moment) % (1 << 32), newest):
            newest = (newest + _ROOM) % (1 << 32)
        return KeptCatalog(fresh.kind, GivenSerial(raised(newest, moment), moment))
    before = zone or fresh.continuing(kept.given, kept.journal, None if served is None else served.catalogue)
    journal, serial = [*kept.journal, *before.steps(now)], before.serial(now)
    old_rows = fresh.catalogue if served is None else served.catalogue
    members: dict[str, tuple[MemberState, MemberState]] = {}
    for domain in changed:
        old, new = before.state(old_rows.get(domain), now), fresh.state(fresh.catalogue.get(domain), now)
        if old != new:
            members[domain] = old, new
    if members:
        step = CatalogDifference(serial, raised(serial, moment), members)
        journal.append(step)
        serial = step.after
    return KeptCatalog(fresh.kind, GivenSerial(serial, moment), _bounded(journal))


def _changed(
    kept: Ledger | None,
    served: Served | None,
    catalogue: Catalogue,
    fingerprint: tuple[str, str, str],
    now: datetime,
    seen: float,
    rows: RowChanges | None,
    turned: frozenset[str],
) -> frozenset[str] | None:
    """Names that may publish something else than before; None: too many, or not known."""
    if kept is None or kept.template != fingerprint[0] or _turned_back(catalogue, now, seen):
        return None
    if served is not None and not served.restarted:
        return candidates(served.catalogue, catalogue, served.serials.loaded, now, rows)
    if kept.clearing != fingerprint[2] or _began(catalogue, datetime.fromtimestamp(kept.seen, UTC), now):
        return None
    if kept.rows_digest == fingerprint[1]:
        return turned
    return None if served is None or rows is None or rows.changed is None else rows.changed | turned


def _began(catalogue: Catalogue, since: datetime, now: datetime) -> bool:
    """Whether a run of the guard began to clear names after ``since``: ``Serials`` count no such moment before their
    load."""
    guard = catalogue.guard
    runs = () if guard is None or not guard.required else guard.runs.values()
    return any(since < run.begins_at <= now for run in runs)


def _with_rows(
    kept: Ledger,
    before: Served,
    catalogue: Catalogue,
    found: frozenset[str],
    now: datetime,
    turned: frozenset[str],
) -> Serials:
    """The serials before, and new ones for the names of ``found`` that publish something else now.

    The refusal of the names ``turned`` changed, although both catalogues have the guard of now.
    """
    old = before.serials
    serials = Serials(old.base, old.rows, now)
    turns_before, turns = old.turns(before.catalogue), serials.turns(catalogue)
    rows, changed, newest = dict(old.rows), [], kept.highest
    for domain in found:
        former, latter = before.catalogue.get(domain), catalogue.get(domain)
        if former is not None:
            serial = old.at(former, before.catalogue, turns_before, now)
            newest = serial if is_newer(serial, newest) else newest
        if latter is None:
            rows.pop(domain, None)
        elif (
            former is None
            or _has_turned(domain, turned, (former, latter), now)
            or (before.catalogue.policy_at(former, now) is not catalogue.policy_at(latter, now))
        ):
            changed.append(domain)
        elif serials.at(latter, catalogue, turns, now) != serial:
            rows[domain] = GivenSerial(serial, now.timestamp())
    number = raised(newest, now.timestamp())
    rows.update(dict.fromkeys(changed, GivenSerial(number, now.timestamp())))
    return Serials(old.base, rows, now)


def _has_turned(domain: str, turned: frozenset[str], rows: tuple[Entry, Entry], now: datetime) -> bool:
    """Whether a refusal began or ended for ``domain`` that had or has an MX by its ``rows``."""
    return domain in turned and any(row.policy_at(now).above_null for row in rows)


def _turned_back(catalogue: Catalogue, now: datetime, seen: float) -> bool:
    """Whether the clock went back over a moment at which policies change by themselves."""
    if seen <= now.timestamp():
        return False
    latest = datetime.fromtimestamp(seen, UTC)
    return latest.date() > now.date() or any(turn <= latest for turn in catalogue.turns_after(now))


def _fresh(kept: Ledger | None, catalogue: Catalogue, now: datetime, seen: float) -> int:
    """A serial newer than every serial that a name had until now."""
    moment, newest = now.timestamp(), 0 if kept is None else kept.highest
    if kept is not None and not is_newer(int(moment) % (1 << 32), newest):
        newest = (newest + _ROOM) % (1 << 32)
    turns = [turn.timestamp() for turn in catalogue.turns_after(now - timedelta(seconds=1)) if turn <= now]
    midnight = datetime.combine(now.date(), time(), UTC).timestamp()
    latest = int(max(midnight, *turns, seen if seen > moment else 0.0))
    if kept is not None and is_newer(latest % (1 << 32), newest) and latest >= int(moment):
        newest = latest % (1 << 32)
    return raised(newest, moment)


def _bounded(journal: list[CatalogDifference]) -> tuple[CatalogDifference, ...]:
    """The newest steps, with at most ``MAX_JOURNAL`` changes of members; none before a step that can't be listed."""
    kept: list[CatalogDifference] = []
    sizes = accumulate(len(step.members) + 1 for step in reversed(journal) if step.members is not None)
    for step, size in zip(reversed(journal), sizes, strict=False):
        if step.members is None or size > MAX_JOURNAL:
            break
        kept.append(step)
    return tuple(reversed(kept))
