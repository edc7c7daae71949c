"""A cache of answers with their expiry, bounded in entries and in octets.

Small records, large records and everything else have a part each: neither made-up names nor huge answers push out the
records that an organisation's mail needs.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import NamedTuple

from catcher.model.mail.lookup import LookupResult, Question, Status

MAX_ENTRIES = 8192
"""Most answers in one part of the cache."""
MAX_SMALL_OCTETS = 4096
"""Octets of the largest answer that is small: SPF and DKIM records are, and lists of some 80 addresses."""
MAX_PART_OCTETS = 8 * 1024 * 1024
"""Most octets of the answers in one part: 8,192 of a kilobyte, or 128 of the largest. Three parts take 24 MiB."""
KNOWN_SECONDS = 24 * 3600
"""Seconds for which a question that found a record is known to find one, unless its entry is evicted before."""

_LEAST_AND_MOST = {
    Status.FOUND: (30, 3600),
    Status.NODATA: (5, 900),
    Status.NXDOMAIN: (5, 900),
    Status.FAILED: (30, 30),
}
"""Fewest and most seconds that an answer of each status is cached. The fewest are for questions of mail: they bound how
often it can make us ask the same one, whatever the TTL. RFC 2308 §7 permits five minutes for a failure."""


class Cache:
    """Question → answer with its expiry. Not thread-safe: it lives in one event loop."""

    def __init__(self) -> None:
        self._small, self._large, self._others = _Part(), _Part(), _Part()
        self._parts = (self._small, self._large, self._others)

    def get(self, question: Question, now: datetime, *, for_mail: bool) -> LookupResult | None:
        """The cached answer; None when there is none or it has expired, which it does later ``for_mail``."""
        for part in self._parts:
            entry = part.entries.get(question)
            if entry is not None and now < (entry.for_mail_until if for_mail else entry.until):
                part.entries.move_to_end(question)
                return entry.answer
        return None

    def is_known(self, question: Question, now: datetime) -> bool:
        """Whether the question found a record lately, also when that answer has expired."""
        return any(
            entry is not None and (now - entry.until).total_seconds() < KNOWN_SECONDS
            for entry in (self._small.entries.get(question), self._large.entries.get(question))
        )

    def put(self, question: Question, answer: LookupResult, ttl: int, now: datetime) -> None:
        """Caches ``answer`` for ``ttl`` seconds, within the bounds of its status. A failure leaves what is known of
        the question's records."""
        least, most = _LEAST_AND_MOST[answer.status]
        octets = _octets(question, answer)
        part = self._others
        if answer.status is Status.FOUND:
            part = self._small if octets <= MAX_SMALL_OCTETS else self._large
        if answer.status is not Status.FAILED:
            for each in self._parts:
                each.drop(question)
        seconds = least if answer.status is Status.FAILED else max(0, min(ttl, most))
        until, for_mail_until = now + timedelta(seconds=seconds), now + timedelta(seconds=max(least, seconds))
        part.put(question, _CacheEntry(until, for_mail_until, answer, octets))

    def __len__(self) -> int:
        return sum(len(part.entries) for part in self._parts)

    @property
    def octets(self) -> int:
        """Octets that the answers take, by estimate."""
        return sum(part.octets for part in self._parts)


class _CacheEntry(NamedTuple):
    until: datetime
    for_mail_until: datetime
    answer: LookupResult
    octets: int


class _Part:
    """Entries with a bound of their own; the least recently used is evicted."""

    __slots__ = ("entries", "octets")

    def __init__(self) -> None:
        self.entries: OrderedDict[Question, _CacheEntry] = OrderedDict()
        self.octets = 0

    def put(self, question: Question, entry: _CacheEntry) -> None:
        self.drop(question)
        if entry.octets > MAX_PART_OCTETS:
            return
        self.entries[question] = entry
        self.octets += entry.octets
        while len(self.entries) > MAX_ENTRIES or self.octets > MAX_PART_OCTETS:
            _, evicted = self.entries.popitem(last=False)
            self.octets -= evicted.octets

    def drop(self, question: Question) -> None:
        entry = self.entries.pop(question, None)
        if entry is not None:
            self.octets -= entry.octets


def _octets(question: Question, answer: LookupResult) -> int:
    """The memory of an entry, estimated: an object of Python takes some 50 octets beside its content."""
    records = sum(len(record[1] if isinstance(record, tuple) else record) + 64 for record in answer.records)
    return 500 + len(question.name) + records
