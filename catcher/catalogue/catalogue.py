"""The catalogue as the other rooms use it: finds the row of a name and the policy in force."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Protocol

from catcher.catalogue.entry import Entry
from catcher.catalogue.guard import Guard
from catcher.catalogue.loading.revision import Revision
from catcher.catalogue.table import Table, canonical
from catcher.model.mail.policy import Policy

_REMEMBERED = 65_536


class EntryTable(Protocol):
    """The storage of the rows: the compact table of the files, or a plain ``dict``."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[str]: ...

    def __contains__(self, domain: object, /) -> bool: ...

    def get(self, domain: str, /) -> Entry | None: ...

    def values(self) -> Iterable[Entry]: ...


class Catalogue:
    """The rows of all files, each domain once. A catalogue is immutable: a reload makes a new one."""

    def __init__(
        self, rows: EntryTable, guard: Guard | None = None, is_stopped: Callable[[str], bool] | None = None
    ) -> None:
        self._rows = rows
        self.guard = guard
        self._is_stopped = is_stopped

    @classmethod
    def of(cls, entries: Iterable[Entry], *, guard: Guard | None = None) -> Catalogue:
        """A catalogue of ``entries``, without files."""
        return cls({entry.domain: entry for entry in entries}, guard)

    def under(self, is_stopped: Callable[[str], bool]) -> Catalogue:
        """The same rows for use by the sink: the policy is at most ``null`` for a domain that ``is_stopped``."""
        return Catalogue(self._rows, self.guard, is_stopped)

    @property
    def rows(self) -> EntryTable:
        """The storage of the rows: a reload without a change keeps it."""
        return self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._rows.values())

    def parts(self) -> list[tuple[str, bytes]]:
        """The rows as they were read: name and canonical lines of each file."""
        rows = self._rows
        if isinstance(rows, Table):
            return rows.parts()
        files: dict[str, list[bytes]] = {}
        for entry in rows.values():
            files.setdefault(entry.file, []).append(canonical(entry) + b"\n")
        return [(name, b"".join(lines)) for name, lines in files.items()]

    def endings(self) -> Iterator[tuple[str, date]]:
        """Domain and ``until`` of each row that has one."""
        rows = self._rows
        if isinstance(rows, Table):
            return rows.endings()
        return ((entry.domain, entry.until) for entry in rows.values() if entry.until is not None)

    def domains(self) -> Iterator[str]:
        """Every catalogued domain, in the order of the files; cheaper than iterating over the rows."""
        return iter(self._rows)

    def depth(self) -> int:
        """Number of labels of the catalogued domain with the most labels; 0 for an empty catalogue."""
        rows = self._rows
        return (
            rows.depth if isinstance(rows, Table | Revision) else max((name.count(".") + 1 for name in rows), default=0)
        )

    def __contains__(self, domain: object) -> bool:
        """Whether there is a row for ``domain`` itself."""
        return domain in self._rows

    def get(self, domain: str) -> Entry | None:
        """The row for ``domain`` itself (A-labels, lower case)."""
        return self._rows.get(domain)

    def find(self, name: str) -> Entry | None:
        """The most specific row at or above ``name`` (A-labels, lower case); this row applies to ``name``."""
        rows = self._rows
        while True:
            entry = rows.get(name)
            if entry is not None:
                return entry
            _, dot, name = name.partition(".")
            if not dot:
                return None

    def languages(self) -> dict[str, str]:
        """Language → file and row number of the first row that names this language."""
        rows = self._rows
        if isinstance(rows, Table | Revision):
            return rows.languages()
        return {entry.lang: entry.where for entry in reversed([*rows.values()]) if entry.lang}

    @cached_property
    def parents(self) -> frozenset[str]:
        """The names one label above the catalogued names; they are few, even in a catalogue of a million names."""
        rows = self._rows
        return frozenset(
            rows.parents() if isinstance(rows, Table | Revision) else (name.partition(".")[2] for name in rows)
        )

    def strays_to(self, held: Catalogue) -> Iterator[tuple[Entry, Entry]]:
        """Each row whose intended domain lies at or below a domain in ``held``, with the row of ``held`` for it."""
        rows = self._rows
        if isinstance(rows, Table | Revision):
            meant = rows.meant_under({parent.rpartition(".")[2] for parent in held.parents})
        else:
            meant = ((entry.domain, entry.intended) for entry in rows.values() if entry.intended)
        find = lru_cache(_REMEMBERED)(held.find)
        for domain, intended in meant:
            holder = find(intended)
            entry = None if holder is None else rows.get(domain)
            if holder is not None and entry is not None:
                yield entry, holder

    def turns_after(self, now: datetime) -> list[datetime]:
        """The times after ``now`` at which a run or a vouch of the guard starts or stops clearing names.

        Changes of policy by date happen at midnight UTC and are not among them.
        """
        return [] if self.guard is None else [turn for turn in self.guard.turns() if turn > now]

    def policy_at(self, entry: Entry, now: datetime) -> Policy:
        """The policy in force: the row's policy, but at most ``null`` for a name that the guard refused, for a name
        that a required guard did not clear, and for a name whose mail was stopped by hand.
        """
        policy = entry.policy_at(now)
        if not policy.above_null:
            return policy
        guard, is_stopped = self.guard, self._is_stopped
        if guard is not None and guard.caps(entry.domain, now):
            return Policy.NULL
        if is_stopped is not None and is_stopped(entry.domain):
            return Policy.NULL
        return policy
