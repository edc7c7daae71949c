"""Finds the stretches of lines in which two versions of a text differ.

A row changed among a million costs one comparison of the octets (memcmp). The result need not be the smallest one;
outside the stretches, both texts are equal to the octet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_LF = 10
_BLOCK, _LARGEST = 4096, 1 << 20
"""Octets compared at first, and at most, in one step."""
_WINDOW = 1 << 18
"""Octets of the old text that are searched for the next equal line."""
_TRIES, _MORE_TRIES = 2000, 64
"""Most lines of the new text that are searched for after one difference, and after a first equal line was found."""


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of whole lines of the old text, and the lines that replace it. Either may be empty."""

    first: int
    """Index of the first old line."""
    last: int
    """Index of the old line after the stretch."""
    start: int
    """Offset of the first old line, in octets."""
    end: int
    """Offset after the last old line."""
    text: bytes
    """The new lines, each ended by LF."""


def revised(old: bytes, found: Iterable[Change]) -> bytes:
    """``old`` with the changes ``found`` made, which are in order."""
    pieces, at = [], 0
    for change in found:
        pieces += [old[at : change.start], change.text]
        at = change.end
    return b"".join([*pieces, old[at:]])


def changes(old: bytes, new: bytes, most: int) -> list[Change] | None:
    """The changes that make ``new`` of ``old``; None if they have more than ``most`` lines, old and new together.

    Every line of both texts ends with LF.
    """
    if old == new:
        return []
    tail = _tail(old, new)
    old_end, new_end = len(old) - tail, len(new) - tail
    found: list[Change] = []
    a = b = line = counted = lines = 0
    while True:
        same = _common(old, a, old_end, new, b, new_end)
        same = max(0, old.rfind(b"\n", a, a + same) + 1 - a)
        a, b = a + same, b + same
        if a == old_end and b == new_end:
            return found
        to_a, to_b = _next_equal(old, a, old_end, new, b, new_end)
        line += old.count(b"\n", counted, a)
        removed = old.count(b"\n", a, to_a)
        lines += removed + new.count(b"\n", b, to_b)
        if lines > most:
            return None
        found.append(Change(line, line + removed, a, to_a, new[b:to_b]))
        line, counted = line + removed, to_a
        a, b = to_a, to_b


def _common(old: bytes, a: int, old_end: int, new: bytes, b: int, new_end: int) -> int:
    """Number of octets that are equal from ``a`` and ``b`` on: by blocks, then by halves of the block that differs."""
    start, shift = a, b - a
    end = a + min(old_end - a, new_end - b)
    size, differs = _BLOCK, False
    while a < end:
        step = min(size, end - a)
        if old[a : a + step] == new[a + shift : a + shift + step]:
            a += step
        elif step == 1:
            break
        else:
            end, differs = a + step, True
        size = max(1, (end - a) // 2) if differs else min(size * 4, _LARGEST)
    return a - start


def _tail(old: bytes, new: bytes) -> int:
    """Number of octets in whole lines that both texts end with; the first of these lines may be left out."""
    most, same = min(len(old), len(new)), 0
    size, differs = _BLOCK, False
    while same < most:
        step = min(size, most - same)
        if old[len(old) - same - step : len(old) - same] == new[len(new) - same - step : len(new) - same]:
            same += step
        elif step == 1:
            break
        else:
            most, differs = same + step, True
        size = max(1, (most - same) // 2) if differs else min(size * 4, _LARGEST)
    first = old.find(b"\n", len(old) - same)
    return 0 if first < 0 else len(old) - first - 1


def _next_equal(old: bytes, a: int, old_end: int, new: bytes, b: int, new_end: int) -> tuple[int, int]:
    """Where the texts, different at ``a`` and ``b``, are equal again: at the nearest line of ``new`` that ``old`` has.

    Without such a line nearby, the ends of both.
    """
    best = old_end, new_end
    within = min(a + _WINDOW, old_end)
    to, tries = b, _TRIES
    while tries and to < new_end and within > a:
        after = new.index(b"\n", to) + 1
        line = new[to:after]
        at = -1 if line == b"\n" else old.find(line, a, within)
        while at > a and old[at - 1] != _LF:  # the end of a longer line
            at = old.find(line, at + 1, within)
        if at >= 0:
            best, tries = (at, to), min(tries, _MORE_TRIES)
            within = at  # a later line of ``new`` is only nearer if it stands before this one
        to, tries = after, tries - 1
        if best[1] < new_end and to - b > (best[0] - a) + (best[1] - b):
            break
    return best
