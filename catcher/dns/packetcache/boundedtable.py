"""A table of the packet cache, bounded in entries and in octets; a full table evicts its oldest entries. Pure."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from sys import getsizeof
from typing import Generic, TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

SLOT_OCTETS = 104
"""Octets of one entry in a dictionary that has just grown, as in CPython: an entry of 24 octets, an index of 4, and the
share of those that are free."""
_EVICTED_SHARE = 16
"""A full table evicts one entry of this number at once: a pause of a fraction of a millisecond."""


class BoundedTable(Generic[_Key, _Value]):
    """A dictionary of bounded size. An entry is never changed."""

    __slots__ = ("_capacity", "_limit", "_size_of", "entries", "octets")

    def __init__(self, capacity: int, limit: int, size_of: Callable[[_Key, _Value], int]) -> None:
        """``capacity``: most entries. ``limit``: most octets. ``size_of``: the octets of a key and its value."""
        self._capacity = capacity
        self._limit = limit
        self._size_of = size_of
        self.entries: dict[_Key, _Value] = {}
        """Always the same object, so that a batch may look all its keys up at once."""
        self.octets = 0

    def put(self, key: _Key, value: _Value) -> None:
        """Adds an entry. Where there is no room, the oldest entries are evicted; an entry larger than the table is not
        kept."""
        size = self._size_of(key, value) + SLOT_OCTETS
        if size > self._limit or key in self.entries:
            return
        while self.entries and (len(self.entries) >= self._capacity or self.octets + size > self._limit):
            self._evict()
        self.entries[key] = value
        self.octets += size

    def clear(self) -> None:
        self.entries.clear()
        self.octets = 0

    def _evict(self) -> None:
        entries = self.entries
        for key in list(islice(entries, len(entries) // _EVICTED_SHARE + 1)):
            self.octets -= self._size_of(key, entries.pop(key)) + SLOT_OCTETS


def octets_together(*objects: object) -> int:
    """Octets of memory of ``objects``, without the objects that they hold."""
    return sum(map(getsizeof, objects))
