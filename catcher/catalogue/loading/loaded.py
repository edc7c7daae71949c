"""What one load of the catalogue gave: the rows, what is kept from before, and what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

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
    moved: frozenset[str] | None = frozenset()
    """The domains whose row stands in another file than before. None: they are over 10,000, or not known."""
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


def changed_domains(before: Revision, after: Revision) -> frozenset[str] | None:
    """The domains that publish other data after than before; None if they are over 10,000 or can't be told cheaply."""
    return _differing(before, after, _published)


def moved_domains(before: Revision, after: Revision) -> frozenset[str] | None:
    """The domains that stand in another file after than before, or in one of both alone; None as above."""
    return _differing(before, after, _file)


def _differing(before: Revision, after: Revision, of_row: Callable[[Entry | None], object]) -> frozenset[str] | None:
    if before is after:
        return frozenset()
    names: Iterable[str]
    if before.base is after.base:
        names = {*before.touched, *after.touched}
    elif max(len(before), len(after)) <= _COMPARED:
        names = {*before, *after}
    else:
        return None
    found = frozenset(name for name in names if of_row(before.get(name)) != of_row(after.get(name)))
    return found if len(found) <= MOST_CHANGED else None


def _published(entry: Entry | None) -> object:
    return entry and (entry.policy, entry.until, entry.until and entry.then)


def _file(entry: Entry | None) -> object:
    return entry and entry.file
