"""Counts the items of a small batch in C: the inner loop of ``Counter.update`` without its checks."""

from __future__ import annotations

import collections
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

_T = TypeVar("_T", bound=Hashable)

_count: Callable[[Counter[_T], Iterable[_T]], None] = getattr(collections, "_count_elements", Counter.update)
"""The standard library's own inner loop; on a Python without it, the public ``Counter.update``."""


def count(counts: Counter[_T], things: Iterable[_T]) -> None:
    """Adds one to the count of each item of ``things``."""
    _count(counts, things)
