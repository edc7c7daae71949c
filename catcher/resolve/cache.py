"""A cache of answers with their expiry. At MAX_ENTRIES the least recently used answer is dropped."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from catcher.model.mail.lookup import LookupResult, Question, Status

MAX_ENTRIES = 8192
"""Most answers in the cache."""
MAX_ANSWER_OCTETS = 4096
"""Octets of the largest answer that is cached. With MAX_ENTRIES such answers the cache takes 32 MiB."""

_LONGEST = {
    Status.FOUND: 3600,
    Status.NODATA: 900,
    Status.NXDOMAIN: 900,
    Status.FAILED: 30,
}
"""Most seconds that an answer of each status is cached. A cached failure spares the next mails its time-out."""


class Cache:
    """Question → answer with its expiry. Not thread-safe: it lives in one event loop."""

    def __init__(self) -> None:
        self._entries: OrderedDict[Question, tuple[datetime, LookupResult]] = OrderedDict()

    def get(self, question: Question, now: datetime) -> LookupResult | None:
        """The cached answer; None when there is none or it has expired."""
        entry = self._entries.get(question)
        if entry is None:
            return None
        if entry[0] <= now:
            del self._entries[question]
            return None
        self._entries.move_to_end(question)
        return entry[1]

    def put(self, question: Question, answer: LookupResult, ttl: int, now: datetime) -> None:
        """Caches ``answer`` for ``ttl`` seconds, but no longer than its status allows. A larger answer than
        MAX_ANSWER_OCTETS isn't cached."""
        seconds = min(ttl, _LONGEST[answer.status])
        if seconds <= 0 or sum(map(_octets, answer.records)) > MAX_ANSWER_OCTETS:
            return
        self._entries[question] = (now + timedelta(seconds=seconds), answer)
        self._entries.move_to_end(question)
        if len(self._entries) > MAX_ENTRIES:
            self._entries.popitem(last=False)

    def __len__(self) -> int:
        return len(self._entries)


def _octets(record: str | bytes | tuple[int, str]) -> int:
    return len(record[1] if isinstance(record, tuple) else record) + 48
