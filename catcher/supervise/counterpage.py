"""Counters of the worker processes in shared memory: each worker writes its own slot, and the parent reads all slots.

::

    parent, before the forks: CounterPage(names) ─▶ slot(process) ─▶ fork ─▶ worker: CounterSlot.publish, once a second
    parent: ended(slot) when the process ended: its numbers are added to the base of its process name
    parent: read() ─▶ base + slots of the running processes, by process name

A read asks no process. A number is one aligned word of 8 octets, so that a reader gets its old or its new value. Two
numbers of one read may be of different moments: a worker may write its slot at that time.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Collection, Mapping, Sequence

from catcher.model.errors import EnvironmentFailure

_WORD = 8
"""Octets of a number."""
_SLOTS = 1024
"""Slots of a page: three generations of the 256 workers that a configuration may ask for, and the other processes."""


class CounterSlot:
    """The numbers of one process in the shared memory."""

    __slots__ = ("_count", "_words", "name")

    def __init__(self, name: str, words: memoryview, count: int) -> None:
        self.name = name
        """The name of the process."""
        self._words = words
        self._count = count

    def publish(self, counters: Mapping[str, int]) -> None:
        """Writes ``counters``, which have the page's names in the page's order; each is from 0 to 2⁶⁴ - 1.

        Raises ValueError if there are more or fewer of them.
        """
        values = memoryview(array("Q", counters.values()))
        if len(values) != self._count:
            raise ValueError(f"{len(values)} counters, {self._count} have a place")
        self._words[:] = values

    def numbers(self) -> list[int]:
        """The numbers, in the order of the page's names."""
        return self._words.tolist()


class CounterPage:
    """All slots. It belongs to the parent, which makes it before the first fork and keeps it to its end."""

    def __init__(self, names: Sequence[str], *, falling: Collection[str] = (), slots: int = _SLOTS) -> None:
        """``names``: each counter. ``falling``: those that also fall; they end with their process. Raises
        EnvironmentFailure when the system gives no memory."""
        self.names = tuple(names)
        self._falling = frozenset(falling)
        count = len(self.names)
        try:
            memory = mmap.mmap(-1, count * _WORD * slots)  # anonymous and shared: kept across fork(2)
        except OSError as error:
            raise EnvironmentFailure(f"the counters: {error.strerror}; free some memory") from error
        words = memoryview(memory).cast("Q")
        self._free = [words[place * count : (place + 1) * count] for place in reversed(range(slots))]
        self._used: dict[CounterSlot, memoryview] = {}
        self._bases: dict[str, list[int]] = {}

    def slot(self, name: str) -> CounterSlot | None:
        """A slot of zeros for a process that will be forked under ``name``; None if all are in use: then this process
        isn't counted."""
        if not self._free:
            return None
        words = self._free.pop()
        words[:] = memoryview(bytes(len(words) * _WORD)).cast("Q")
        slot = CounterSlot(name, words, len(self.names))
        self._used[slot] = words
        self._bases.setdefault(name, [0] * len(self.names))
        return slot

    def ended(self, slot: CounterSlot) -> None:
        """Adds the last numbers of an ended process to the base of its name, and frees the slot."""
        words = self._used.pop(slot)
        base = self._bases[slot.name]
        for place, (name, number) in enumerate(zip(self.names, words, strict=True)):
            if name not in self._falling:
                base[place] += number
        self._free.append(words)

    def read(self) -> dict[str, dict[str, int]]:
        """Name of a process → its counters since the server's start, those of its ended predecessors included."""
        sums = {name: list(base) for name, base in self._bases.items()}
        for slot in self._used:
            sums[slot.name] = [*map(sum, zip(sums[slot.name], slot.numbers(), strict=True))]
        return {name: dict(zip(self.names, numbers, strict=True)) for name, numbers in sorted(sums.items())}
