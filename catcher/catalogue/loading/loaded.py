"""What one load of the catalogue gave: the rows, what is kept from before, and what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from catcher.catalogue.catalogue import Catalogue
from catcher.catalogue.entry import Entry
from catcher.catalogue.loading.revision import Base, Revision
from catcher.model.serving import KeptPart
from catcher.regularfile import FileIdentity

MOST_CHANGED = 10_000
"""Most domains that are named as changed."""
_COMPARED = 100_000
"""Most rows that are compared one by one where two loads share no base."""


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it is in force: its last contents without a fault of the file as a whole."""

    path: Path
    identity: FileIdentity | None
    """None: not known, or the file changed so recently that a further change may leave it."""
    digest: bytes
    """SHA-256 of the octets that were read; empty if the file was never good."""
    width: int
    """Number of columns in the header row."""
    ended: bool
    """Whether the last line ended with LF."""
    good_at: datetime | None
    """The load that read these contents; None if the file was never good."""
    as_served: bool = False
    """Whether faulty lines are known only as the rows served for them: the file was faulty as a whole, or after a
    restart. Then even the same contents have to be read again."""

    @classmethod
    def absent(cls, path: Path) -> FileState:
        """The state of a file that was never good."""
        return cls(path, None, b"", 1, True, None)


@dataclass(frozen=True, slots=True)
class LoadedCatalogue:
    """One load of all files. It pickles; a reload shares ``base`` with the load before it."""

    catalogue: Catalogue
    rows: Revision
    """The rows of ``catalogue``. If no file changed, they are the same object as before."""
    files: tuple[FileState, ...]
    kept: tuple[KeptPart, ...]
    """The rows and files that are faulty, in the order of the files."""
    changed: frozenset[str] | None
    """The domains that publish other data than before: added, removed, or with another policy, until or then.

    None: they are over 10,000, or the state before isn't known.
    """
    moved: frozenset[str] | None = None
    """The domains whose row stands in a file of another name than before; None: as for ``changed``."""
    restored: LoadedCatalogue | None = None
    """At the first load after a restart: the load before it, if the files differ from it; for the loader alone."""

    @property
    def base(self) -> Base:
        """The part that most reloads leave as it is: in a pickle it can travel as a reference."""
        return self.rows.base

    @property
    def digest(self) -> str:
        """A digest of the octets from which ``rows`` were parsed. Rows kept from before aren't in it."""
        return hashlib.sha256(b"".join(hashlib.sha256(state.digest).digest() for state in self.files)).hexdigest()


class RowDifference(NamedTuple):
    """How the rows of two loads differ. None: over 10,000 domains, or they can't be told cheaply."""

    changed: frozenset[str] | None
    """See ``LoadedCatalogue.changed``."""
    moved: frozenset[str] | None
    """See ``LoadedCatalogue.moved``."""


def row_difference(before: Revision | None, after: Revision) -> RowDifference:
    """The domains whose rows differ; ``before`` None: not known."""
    if before is None:
        return RowDifference(None, None)
    if before is after:
        return RowDifference(frozenset(), frozenset())
    names: Iterable[str]
    if before.base is after.base:
        names = {*before.touched, *after.touched}
    elif max(len(before), len(after)) <= _COMPARED:
        names = {*before, *after}
    else:
        return RowDifference(None, None)
    changed, moved = set(), set()
    for name in names:
        old, new = before.get(name), after.get(name)
        if _published(old) != _published(new):
            changed.add(name)
        if old is not None and new is not None and _file(old) != _file(new):
            moved.add(name)
    return RowDifference(_bounded(changed), _bounded(moved))


def _bounded(names: set[str]) -> frozenset[str] | None:
    return frozenset(names) if len(names) <= MOST_CHANGED else None


def _file(entry: Entry) -> str:
    return entry.where.rpartition(":")[0]


def _published(entry: Entry | None) -> object:
    return entry and (entry.policy, entry.until, entry.until and entry.then)
