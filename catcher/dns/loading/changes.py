"""Finds the catalogued names whose zone may differ between two catalogues, without a look at each of a million rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from catcher.catalogue import Catalogue, Guard

MAX_CHANGED = 10_000
"""Most names that get a serial of their own: with more, a new serial for all costs secondaries little more."""
_STRETCH = 1 << 16
"""Octets compared at a time when equal ends of two files are skipped."""


@dataclass(frozen=True, slots=True)
class RowChanges:
    """What a load of the catalogue says of its rows."""

    digest: str
    """A digest of the octets that were read."""
    changed: frozenset[str] | None
    """Domains that were added or removed, or have another policy, ``until`` or ``then``; None: too many, or unknown."""


def digest_of(catalogue: Catalogue) -> str:
    """A digest of the rows as they were read."""
    digest = hashlib.sha256()
    for name, lines in catalogue.parts():
        digest.update(b"%s\0%d\0" % (name.encode(), len(lines)))
        digest.update(lines)
    return digest.hexdigest()


def digest_of_clearing(guard: Guard | None) -> str:
    """A digest of the names that a required guard clears; empty if none is required."""
    if guard is None or not guard.required:
        return ""
    digest = hashlib.sha256()
    for origin, run in sorted(guard.runs.items()):
        digest.update(b"%s\0%s" % (origin.encode(), run.cleared.block))
    return digest.hexdigest()


def refused_by(guard: Guard | None) -> frozenset[str]:
    """The names that the guard refused."""
    return frozenset() if guard is None else frozenset(name for run in guard.runs.values() for name in run.refused)


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
        return found if len(found) <= MAX_CHANGED else None
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
    """Names that the guard refuses or clears in one catalogue alone; None where a run started or stopped to clear."""
    old, new = before.guard, after.guard
    found = set(refused_by(old) ^ refused_by(new))
    required = [guard for guard in (old, new) if guard is not None and guard.required]
    if required:
        if old is None or new is None or len(required) < 2 or old.runs.keys() != new.runs.keys():
            return None
        runs = [run for guard in required for run in guard.runs.values()]
        if any(not run.holds_at(now) for run in runs) or any(turn <= now for turn in before.turns_after(since)):
            return None
        for origin, run in old.runs.items():
            found.update(name.decode() for name in differing_lines(run.cleared.block, new.runs[origin].cleared.block))
    return frozenset(found)


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
