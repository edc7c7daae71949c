"""UDP messages in batches: cached replies are found, counted and sent by C code for a whole batch at once."""

from __future__ import annotations

import socket
from collections.abc import Collection, Sequence
from datetime import datetime

from catcher.dns.answering.options import address_text
from catcher.dns.counting.counters import CODE_COUNTED, CODE_OF_SILENCE, DnsCount, DnsCounters
from catcher.dns.counting.fastcount import count as count_all
from catcher.dns.counting.ratelimit import RateDecision, RateLimit, truncated
from catcher.dns.counting.tally import DemandTally, cell_of, kind_of
from catcher.dns.packetcache.cache import PacketCache
from catcher.dns.packetcache.entry import (
    IOVECS,
    CacheEntry,
    entry_cell,
    entry_code,
    entry_iovecs,
    octets_of,
    proves_address,
)
from catcher.dns.serving.mmsg import SLOTS, DatagramBatch, address_of
from catcher.dns.serving.responder import Responder
from catcher.dns.tapping.tap import DnsTap
from catcher.dns.wire import Transport
from catcher.model.clock import Clock

_TURN = 4
"""Batches answered before other work of the loop gets its turn: 256 messages, less than a millisecond."""
_UNCOUNTED = cell_of(None, 0)
_SILENCE: CacheEntry = (IOVECS.pack(*[0] * 8), _UNCOUNTED, b"", b"", False, CODE_OF_SILENCE)
"""Stands for a message that gets no reply."""


class BatchedUdp:
    """Receives, answers and sends on one socket."""

    def __init__(
        self,
        sock: socket.socket,
        cache: PacketCache,
        responder: Responder,
        clock: Clock,
        tally: DemandTally,
        limit: RateLimit,
        counters: DnsCounters,
        tap: DnsTap | None,
    ) -> None:
        self._batch = DatagramBatch(sock)
        self._responder = responder
        self._clock = clock
        self._tally = tally
        self.limit = limit
        self._cache = cache
        self._counters = counters
        self._tap = tap
        self._counted_as = DnsCount.UDP6 if sock.family == socket.AF_INET6 else DnsCount.UDP

    def drain(self) -> int:
        """Answers the messages that have arrived, up to ``_TURN`` batches; returns their number."""
        batch, counters, drained = self._batch, self._counters, 0
        for _ in range(_TURN):
            try:
                count = batch.receive()
            except OSError:
                continue  # an ICMP error of an earlier reply, reported here
            if not count:
                break
            drained += count
            now = self._clock.now()
            messages = batch.messages(count)
            clients, prefixes = batch.addresses(count), batch.prefixes(count)
            try:
                entries, silent = self._answer(messages, 0, clients, prefixes, now)
            except Exception as error:  # one message must never take its batch with it
                entries, silent = self._one_by_one(messages, clients, prefixes, now, error)
            if self._tap is not None:
                self._tell(self._tap, messages, clients, entries, silent, int(now.timestamp()))
            count_all(counters.codes, map(entry_code, entries))
            unsent = batch.send(list(map(entry_iovecs, entries)), silent)
            if unsent:
                counters.add(DnsCount.UNSENT, unsent)
            if count < SLOTS:
                break
        if drained:
            counters.add(self._counted_as, drained)
        return drained

    def _answer(
        self,
        messages: Sequence[bytes],
        first: int,
        clients: Sequence[bytes],
        prefixes: Sequence[bytes],
        now: datetime,
    ) -> tuple[Sequence[CacheEntry], Sequence[int]]:
        """The replies to ``messages``, which lie in the slots from ``first`` on, tallied and limited; and the slots
        that get no reply."""
        self._cache.at(now)
        entries: list[CacheEntry | None] = list(map(self._cache.exact.get, messages))
        silent: Sequence[int] = () if all(entries) else self._find(messages, first, clients, entries)
        complete: Sequence[CacheEntry] = entries  # type: ignore[assignment]
        self._tally.add_all(prefixes, map(entry_cell, complete), now)
        suspects = self.limit.suspects(prefixes, now.timestamp())
        if not suspects:
            return complete, silent
        return self._limit(suspects, messages, first, clients, prefixes, complete, silent)

    def _one_by_one(
        self,
        messages: Sequence[bytes],
        clients: Sequence[bytes],
        prefixes: Sequence[bytes],
        now: datetime,
        error: Exception,
    ) -> tuple[list[CacheEntry], list[int]]:
        """The same for a batch in which one message raised ``error``: each message alone."""
        entries: list[CacheEntry] = []
        silent: list[int] = []
        for slot, (message, client, prefix) in enumerate(zip(messages, clients, prefixes, strict=True)):
            try:
                (entry,), none = self._answer([message], slot, [client], [prefix], now)
                silent += none
            except Exception as error:  # this is the message
                wire = self._responder.after_failure(self._whole(slot, message), address_text(client), error)
                entry = _SILENCE if wire is None else _entry(wire[2:], CODE_COUNTED)
                silent += [slot] if wire is None else []
            entries.append(entry)
        return entries, silent

    def _tell(
        self,
        tap: DnsTap,
        messages: Sequence[bytes],
        clients: Sequence[bytes],
        entries: Sequence[CacheEntry],
        silent: Sequence[int],
        second: int,
    ) -> None:
        """Tells the batch to the collector."""
        for slot, (message, client, entry) in enumerate(zip(messages, clients, entries, strict=True)):
            whole = self._whole(slot, message)
            reply = None if slot in silent else octets_of(entry, whole)
            tap.tell(whole, reply, client, Transport.UDP, second)

    def _find(
        self, messages: Sequence[bytes], first: int, clients: Sequence[bytes], entries: list[CacheEntry | None]
    ) -> list[int]:
        """Fills in the missing ``entries``; returns the slots that get no reply."""
        silent: list[int] = []
        self._cache.fill(messages, entries, self._batch.questions[first : first + len(messages)], clients)
        if all(entries):
            return silent
        for at, entry in enumerate(entries):
            if entry is None:
                slot = first + at
                entry = self._cache.ask(self._whole(slot, messages[at]), address_text(clients[at])) or _SILENCE
                if entry is _SILENCE:
                    silent.append(slot)
                entries[at] = entry
        return silent

    def _whole(self, slot: int, message: bytes) -> bytes:
        return self._batch.id(slot) + message

    def _limit(
        self,
        suspects: Collection[bytes],
        messages: Sequence[bytes],
        first: int,
        clients: Sequence[bytes],
        prefixes: Sequence[bytes],
        entries: Sequence[CacheEntry],
        silent: Sequence[int],
    ) -> tuple[list[CacheEntry], list[int]]:
        """Truncates or drops the replies to suspects that are over the rate limit."""
        limited, dropped = list(entries), list(silent)
        for at, prefix in enumerate(prefixes):
            entry = limited[at]
            if prefix not in suspects or entry is _SILENCE or proves_address(entry):
                continue
            name = self._cache.zone_of(entry, messages[at])
            decision = self.limit.decide(prefix, kind_of(entry_cell(entry)), name, clients[at])
            if decision is RateDecision.TRUNCATE:
                limited[at] = _entry(truncated(self._whole(first + at, messages[at]))[2:], entry_code(entry))
                self._counters.add(DnsCount.SLIPPED)
            elif decision is RateDecision.DROP:
                dropped.append(first + at)
                self._counters.add(DnsCount.DROPPED)
        return limited, dropped


def _entry(octets: bytes, code: int) -> CacheEntry:
    """An entry that isn't tallied, of ``octets`` without an ID."""
    return IOVECS.pack(address_of(octets), len(octets), *[0] * 6), _UNCOUNTED, octets, b"", False, code
