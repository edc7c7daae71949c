"""Finds the catalogued names whose zone may differ between two catalogues, without a look at each of a million rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from catcher.catalogue import Catalogue, Guard
from catcher.catalogue.catalogue import EntryTable
from catcher.catalogue.guard import Run

MAX_CHANGED = 10_000
"""Most names that get a serial of their own: with more, a new serial for all costs secondaries little more."""
MAX_COMPARED = 50_000
"""Most names whose serials before and after are compared one by one: it takes half a second."""
_OFF = Guard(required=False)
_STRETCH = 1 << 16
"""Octets compared at a time when equal ends of two files are skipped."""


@dataclass(frozen=True, slots=True)
class RowChanges:
    """What a load of the catalogue says of its rows."""

    digest: str
    """A digest of the octets that were read."""
    changed: frozenset[str] | None
    """Domains that were added or removed, or have another policy, ``until`` or ``then``; None: too many, or unknown."""
    moved: frozenset[str] | None = frozenset()
    """Domains whose row stands in another file than before; None: too many, or unknown."""
    before_restart: tuple[str, EntryTable] | None = None
    """At the first load after a restart: digest and rows of the load that ``changed`` compares with, if they differ."""


def digest_of(catalogue: Catalogue) -> str:
    """A digest of the rows as they were read."""
    digest = hashlib.sha256()
    for name, lines in catalogue.parts():
        digest.update(b"%s\0%d\0" % (name.encode(), len(lines)))
        digest.update(lines)
    return digest.hexdigest()


def digest_of_clearing(guard: Guard | None) -> str:
    """A digest of what decides about names beside the refused ones; empty if nothing does."""
    if guard is None or not (guard.required or guard.lost):
        return ""
    digest = hashlib.sha256()
    for origin, run in sorted(guard.runs.items()):
        digest.update(b"%s\0%s" % (origin.encode(), run.cleared.block))
    for origin, vouches in sorted(guard.vouches.items()):
        for until, names in sorted(vouches.names.items()):
            digest.update(b"%s\0%s\0%s" % (origin.encode(), until.isoformat().encode(), names.block))
    digest.update(b"lost" if guard.lost else b"")
    return digest.hexdigest()


def digest_of_guard(guard: Guard | None, clearing: str) -> str:
    """A digest of what decides about names, now and later; empty if ``clearing``, its ``digest_of_clearing``, is."""
    if guard is None or not clearing:
        return ""
    told = [clearing, str(guard.required), str(guard.hours), str(guard.lost)]
    told += [f"{origin} {run.as_of.isoformat()}" for origin, run in sorted(guard.runs.items())]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def refused_by(guard: Guard | None) -> frozenset[str]:
    """The names that the guard refused."""
    return frozenset() if guard is None else guard.refused


def candidates(
    before: Catalogue, after: Catalogue, since: datetime, now: datetime, told: RowChanges | None = None
) -> frozenset[str] | None:
    """Names of which the row or the guard's word differs; every other name publishes the same in both.

    ``since``: the load of ``before``; ``now``: the load of ``after``. ``told``: what the load of ``after`` says of its
    rows. None: too many to be counted.
    """
    if before is after:
        return frozenset()
    rows = _of_rows(before, after) if told is None else told.changed
    guarded = _of_guard(before, after, since, now)
    if rows is not None and guarded is not None:
        found = rows | guarded
        return found if len(found) <= MAX_COMPARED else None
    if len(before) + len(after) > 2 * MAX_CHANGED:
        return None
    return frozenset((*before.domains(), *after.domains()))


def _of_rows(before: Catalogue, after: Catalogue) -> frozenset[str] | None:
    old, new = before.parts(), after.parts()
    if [name for name, _ in old] != [name for name, _ in new]:
        return None
    found: set[str] = set()
    for (_, former), (_, latter) in zip(old, new, strict=True):
        found.update(line.partition(b",")[0].decode() for line in differing_lines(former, latter))
        if len(found) > MAX_CHANGED:
            return None
    return frozenset(found)


def _of_guard(before: Catalogue, after: Catalogue, since: datetime, now: datetime) -> frozenset[str] | None:
    """Names on which the guards may differ, now or in the moments from which serials are counted; None: any name."""
    old, new = before.guard or _OFF, after.guard or _OFF
    found = set(old.refused ^ new.refused)
    if not (old.required or new.required or old.lost or new.lost):
        return frozenset(found)
    if (old.required, old.lost, old.runs.keys()) != (new.required, new.lost, new.runs.keys()):
        return None
    for origin, run in old.runs.items() if old.required else ():
        names = _of_runs(old, new, run, new.runs[origin], since, now)
        if names is None:
            return None
        found.update(name.decode() for name in names)
    return frozenset(found)


def _of_runs(old: Guard, new: Guard, run: Run, latest: Run, since: datetime, now: datetime) -> set[bytes] | None:
    """Names of which a required guard speaks otherwise after ``latest`` than after ``run``; None: any name."""
    if since < run.begins_at <= now:
        return None
    names = differing_lines(run.cleared.block, latest.cleared.block)
    held, holds = run.holds_at(now, old.hours), latest.holds_at(now, new.hours)
    if held and holds:
        return names  # no vouch has counted yet
    some, others = _vouched(old, run.origin), _vouched(new, run.origin)
    if holds:  # what a vouch prolonged until now goes on, and the rest had lapsed
        cleared = set(run.cleared.block.split(b"\n")) - {b""}
        return names | (cleared - _live(cleared, some, now))
    if (run.as_of, old.hours) != (latest.as_of, new.hours):
        return None
    moved: set[bytes] = set()
    for until in some.keys() | others.keys():
        moved |= differing_lines(some.get(until, b""), others.get(until, b""))
    if len(moved) > MAX_CHANGED:  # most have a later vouch when an old one is dropped
        moved -= _live(moved, some, now) & _live(moved, others, now)
    return names | moved


def _live(names: set[bytes], vouched: Mapping[datetime, bytes], now: datetime) -> set[bytes]:
    """Those of ``names`` for which a vouch holds at ``now``."""
    found: set[bytes] = set()
    for until, block in vouched.items():
        if now <= until:
            found |= names.intersection(block.split(b"\n"))
    return found


def _vouched(guard: Guard, origin: str) -> dict[datetime, bytes]:
    """End of a vouch → the names, one a line."""
    vouches = guard.vouches.get(origin)
    return {} if vouches is None else {until: names.block[1:] for until, names in vouches.names.items()}


def differing_lines(old: bytes, new: bytes) -> set[bytes]:
    """Lines that stand in one text alone. Equal beginnings and ends are skipped without a look at their lines."""
    shortest = min(len(old), len(new))
    start = next(
        (at for at in range(0, shortest, _STRETCH) if old[at : at + _STRETCH] != new[at : at + _STRETCH]), shortest
    )
    start = old.rfind(b"\n", 0, start) + 1
    end = 0
    while end + _STRETCH <= shortest - start and _before(old, end) == _before(new, end):
        end += _STRETCH
    if end:
        end = len(old) - old.index(b"\n", len(old) - end) - 1
    lines = set(old[start : len(old) - end].split(b"\n")) ^ set(new[start : len(new) - end].split(b"\n"))
    return lines - {b""}


def _before(text: bytes, end: int) -> bytes:
    """The stretch that ends ``end`` octets before the text's end."""
    return text[len(text) - end - _STRETCH : len(text) - end]
