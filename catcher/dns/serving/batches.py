"""UDP messages in batches: cached replies are found, counted and sent by C code for a whole batch at once."""

from __future__ import annotations

import socket
from collections.abc import Collection, Sequence

from catcher.dns.answering.authority import Authority
from catcher.dns.counting.ratelimit import RateDecision, RateLimit, truncated
from catcher.dns.counting.tally import DemandTally, cell_of, kind_of
from catcher.dns.packetcache.cache import IOVECS, CacheEntry, PacketCache, entry_cell, entry_iovecs, proves_address
from catcher.dns.serving.mmsg import SLOTS, DatagramBatch, address_of
from catcher.dns.serving.responder import Responder
from catcher.dns.wire import Transport
from catcher.model.clock import Clock

_TURN = 4
"""Batches answered before other work of the loop gets its turn: 256 messages, less than a millisecond."""
_UNCOUNTED = cell_of(None, 0)
_SILENCE: CacheEntry = (IOVECS.pack(*[0] * 8), _UNCOUNTED, b"", b"", False)
"""Stands for a message that gets no reply."""


class BatchedUdp:
    """Receives, answers and sends on one socket."""

    def __init__(
        self,
        sock: socket.socket,
        authority: Authority,
        responder: Responder,
        clock: Clock,
        tally: DemandTally,
        limit: RateLimit,
    ) -> None:
        self._batch = DatagramBatch(sock)
        self._clock = clock
        self._tally = tally
        self.limit = limit
        self._cache = PacketCache(
            authority,
            lambda message, client: responder.reply(message, Transport.UDP, client),
            address_of,
            self._batch.address,
        )
        self.unsent = 0
        """Replies that the system didn't take."""

    def drain(self) -> None:
        """Answers the messages that have arrived, up to ``_TURN`` batches."""
        batch, cache, tally = self._batch, self._cache, self._tally
        for _ in range(_TURN):
            try:
                count = batch.receive()
            except OSError:
                continue  # an ICMP error of an earlier reply, reported here
            if not count:
                return
            now = self._clock.now()
            cache.at(now)
            data, starts = batch.data, batch.starts
            messages = [
                data[after_id : start + length]
                for after_id, start, length in zip(batch.after_ids, starts, batch.lengths(count), strict=False)
            ]
            entries: list[CacheEntry | None] = list(map(cache.exact.get, messages))
            silent = () if all(entries) else self._find(messages, entries)
            complete: Sequence[CacheEntry] = entries  # type: ignore[assignment]
            prefixes = batch.prefixes(count)
            tally.add_all(prefixes, map(entry_cell, complete), now)
            suspects = self.limit.suspects(prefixes, now.timestamp())
            if suspects:
                complete, silent = self._limit(suspects, prefixes, messages, complete, silent)
            self.unsent += batch.send(list(map(entry_iovecs, complete)), silent)
            if count < SLOTS:
                return

    def _find(self, messages: Sequence[bytes], entries: list[CacheEntry | None]) -> list[int]:
        """Fills in the missing ``entries``; returns the slots that get no reply."""
        batch, silent, find, questions = self._batch, [], self._cache.find, self._batch.questions
        for slot, entry in enumerate(entries):
            if entry is None:
                entries[slot] = entry = find(messages[slot], questions[slot], slot)
            if entry is None:
                start = batch.starts[slot]
                whole = batch.data[start : start + 2] + messages[slot]
                entries[slot] = entry = self._cache.ask(whole, batch.client(slot)) or _SILENCE
                if entry is _SILENCE:
                    silent.append(slot)
        return silent

    def _limit(
        self,
        suspects: Collection[bytes],
        prefixes: Sequence[bytes],
        messages: Sequence[bytes],
        entries: Sequence[CacheEntry],
        silent: Sequence[int],
    ) -> tuple[list[CacheEntry], list[int]]:
        """Truncates or drops the replies to suspects that are over the rate limit."""
        limited, dropped = list(entries), list(silent)
        for slot, prefix in enumerate(prefixes):
            entry = limited[slot]
            if prefix not in suspects or entry is _SILENCE or proves_address(entry):
                continue
            name = self._cache.zone_of(entry, messages[slot])
            decision = self.limit.decide(prefix, kind_of(entry_cell(entry)), name, self._batch.address(slot))
            if decision is RateDecision.TRUNCATE:
                limited[slot] = self._truncated(slot)
            elif decision is RateDecision.DROP:
                dropped.append(slot)
        return limited, dropped

    def _truncated(self, slot: int) -> CacheEntry:
        start = self._batch.starts[slot]
        message = self._batch.data[start : start + self._batch.lengths(slot + 1)[slot]]
        octets = truncated(message)[2:]
        return IOVECS.pack(address_of(octets), len(octets), *[0] * 6), _UNCOUNTED, octets, b"", False
