"""A million rows in tens of megabytes: the lines as one block of bytes, and an index of hashes over it.

A dict of a million names costs over 100 MB, and its reference counts unshare the pages of forked workers. Here the
block and two arrays hold no Python object at all; a line becomes an ``Entry`` when somebody asks for it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import accumulate
from operator import itemgetter

from catcher.catalogue.entry import Entry
from catcher.model.policy import Policy

_BITS = 24
MOST = 1 << _BITS
"""How many lines a table can hold: the lower bits of an index word are the line's ordinal."""
_HASH = (1 << 40) - 1
"""The upper bits of an index word: those of the hash of the line's domain."""

_POLICY = {policy.value: policy for policy in Policy}


class Table:
    """Rows by domain.

    ``lines`` are canonical: names are A-labels, nothing is quoted, whatever follows the fifth comma is the note, and
    cells may be missing from the right. An empty line stands for none, so that ordinals give row numbers.
    """

    def __init__(self, lines: Sequence[bytes], domains: Iterable[bytes], files: Sequence[tuple[int, str]]) -> None:
        """``domains``: each line's, none twice. ``files``: (ordinal of the first line, name), ascending."""
        words = [(hash(domain) & _HASH) << _BITS | i for i, domain in enumerate(domains) if domain]
        words.sort()
        self._index = array("Q", words)
        self._block = b"\n".join([*lines, b""])
        self._starts = array(
            "I" if len(self._block) < 1 << 32 else "Q", accumulate((len(line) + 1 for line in lines), initial=0)
        )
        self._files = list(files)

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, domain: object, /) -> bool:
        return isinstance(domain, str) and self._ordinal(domain) is not None

    def __iter__(self) -> Iterator[str]:
        for _, line in self._lines():
            yield line.partition(b",")[0].decode()

    def values(self) -> Iterator[Entry]:
        """Every row, in the order of the files."""
        for ordinal, line in self._lines():
            yield self._entry(ordinal, line)

    def get(self, domain: str, /) -> Entry | None:
        """The row of ``domain``."""
        ordinal = self._ordinal(domain)
        return None if ordinal is None else self._entry(ordinal, self._line(ordinal))

    def _ordinal(self, domain: str) -> int | None:
        wanted = domain.encode("ascii", "replace")
        index, block = self._index, self._block
        hashed = hash(wanted) & _HASH
        at = bisect_left(index, hashed << _BITS)
        while at < len(index) and index[at] >> _BITS == hashed:
            ordinal = index[at] & (MOST - 1)
            start = self._starts[ordinal]
            if block.startswith(wanted, start) and block[start + len(wanted)] in b",\n":
                return ordinal
            at += 1
        return None

    def _line(self, ordinal: int) -> bytes:
        return self._block[self._starts[ordinal] : self._starts[ordinal + 1] - 1]

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        for ordinal in range(len(self._starts) - 1):
            if line := self._line(ordinal):
                yield ordinal, line

    def _entry(self, ordinal: int, line: bytes) -> Entry:
        cells = line.decode().split(",", 5)
        cells += [""] * (6 - len(cells))
        domain, intended, policy, until, then, note = cells
        first, file = self._files[bisect_right(self._files, ordinal, key=itemgetter(0)) - 1]
        return Entry(
            domain,
            intended or None,
            _POLICY[policy] if policy else Policy.ACCEPT,
            date.fromisoformat(until) if until else None,
            _POLICY[then] if then else Policy.OBSERVE,
            note,
            f"{file}:{ordinal - first + 2}",
        )
