"""Response rate limiting: a flood from a forged address gets few replies, and the real resolver there is still served.

Pure.

::

    every reply ─▶ counted by prefix, a few nanoseconds
                        │ over the rate in this second
                        ▼
                   suspect prefixes ─▶ a token bucket for each kind of answer ─▶ send | truncate | drop

The limit decides on each reply to a suspect prefix; all other replies are only counted. Of the replies over the limit,
every ``slip``-th is sent empty with TC: a real resolver then asks over TCP, where nobody can forge its address. A
client with a good server cookie has proved its address already and has no limit (``cache.proves_address``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from enum import IntEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from catcher.dns.counting.fastcount import count
from catcher.dns.wire import question_end
from catcher.model.defaults import DNS_REPLY_RATE, DNS_SLIP, LOOPBACK

_Network = IPv4Network | IPv6Network

V4_OCTETS, V6_OCTETS = 3, 7
"""Octets of a prefix: /24 and /56."""
_CAPACITY = 65_536
"""Most prefixes counted in one second, and most buckets kept: a few megabytes when sources are forged."""
_LEAST_STRIDE = 64
"""Fewest replies counted between two searches for suspects: one batch."""


class RateDecision(IntEnum):
    """The decision on one reply."""

    SEND = 0
    TRUNCATE = 1
    """An empty reply with TC."""
    DROP = 2


class RateLimits(NamedTuple):
    """The operator's limits."""

    rate: int = DNS_REPLY_RATE
    """Most replies of one kind a second to one /24 or /56; 0: no limit."""
    slip: int = DNS_SLIP
    """Of the replies over the limit, every n-th is sent empty with TC, the others are dropped; 0: all are dropped."""
    exempt: tuple[_Network, ...] = LOOPBACK


class RateLimit:
    """Counts the replies of one socket, by prefix and kind."""

    def __init__(self, limits: RateLimits, capacity: int = _CAPACITY) -> None:
        self.limits = limits
        self._capacity = capacity
        self._second = 0
        self._counts: Counter[bytes] = Counter()
        self._suspects: dict[bytes, bool] = {}
        """Prefixes whose rate exceeds the limit. False: the prefix is exempt, and not examined again in this second."""
        self._buckets: dict[tuple[bytes, int], list[float]] = {}
        """By prefix and kind of answer: tokens, the time of their last update, number of replies held back."""
        self._unseen = 0
        """Replies counted since the last search for suspects."""
        self.held_back = 0
        """Replies dropped or truncated since the start."""

    def suspects(self, prefixes: Sequence[bytes], now: float) -> Collection[bytes]:
        """Counts a reply to each of ``prefixes``; returns the suspects among them.

        ``now`` in Unix seconds.
        """
        if not self.limits.rate:
            return ()
        if int(now) != self._second:
            self._begin_second(int(now))
        count(self._counts, prefixes)
        self._unseen += len(prefixes)
        if self._unseen >= max(_LEAST_STRIDE, len(self._counts)):
            self._sift()
        if not self._suspects or self._suspects.keys().isdisjoint(prefixes):
            return ()
        return {prefix for prefix in prefixes if self._suspects.get(prefix)}

    def decide(self, prefix: bytes, kind: int, now: float) -> RateDecision:
        """The decision on one reply of an ``AnswerKind`` to a suspect."""
        rate, slip, _ = self.limits
        bucket = self._buckets.get((prefix, kind))
        if bucket is None:
            if len(self._buckets) >= self._capacity:
                self._buckets.clear()
            bucket = self._buckets[prefix, kind] = [rate, now, 0]
        bucket[0] = min(rate, bucket[0] + max(0.0, now - bucket[1]) * rate)
        bucket[1] = now
        if bucket[0] >= 1:
            bucket[0] -= 1
            return RateDecision.SEND
        self.held_back += 1
        bucket[2] += 1
        return RateDecision.TRUNCATE if slip and bucket[2] % slip == 0 else RateDecision.DROP

    def counts(self) -> dict[str, int]:
        """Entries of each table."""
        return {"prefixes": len(self._counts), "buckets": len(self._buckets)}

    def _begin_second(self, second: int) -> None:
        """Begins a second: a prefix that stayed within the rate in the last second is no suspect any more."""
        self._sift()
        counts, rate = self._counts, self.limits.rate
        self._suspects = {
            prefix: True for prefix, suspect in self._suspects.items() if suspect and counts[prefix] > rate
        }
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if key[0] in self._suspects}
        self._counts = Counter()
        self._second = second

    def _sift(self) -> None:
        """Finds the prefixes whose rate exceeds the limit; runs so rarely that it costs less than the counting."""
        rate, suspects = self.limits.rate, self._suspects
        for prefix, seen in self._counts.items():
            if seen > rate and prefix not in suspects:
                suspects[prefix] = not self._exempt(prefix)
        self._unseen = 0
        if len(self._counts) > self._capacity:
            self._counts = Counter()

    def _exempt(self, prefix: bytes) -> bool:
        network = as_network(prefix)
        return any(other.version == network.version and other.overlaps(network) for other in self.limits.exempt)


def as_network(prefix: bytes) -> _Network:
    """The network of a prefix's octets."""
    whole = prefix + bytes((4 if len(prefix) == V4_OCTETS else 16) - len(prefix))
    return ip_network((ip_address(whole), len(prefix) * 8))


def truncated(message: bytes) -> bytes:
    """An empty reply with TC to a whole ``message``: with an OPT if the message has one; if it has no question, the
    reply is a header."""
    end = question_end(message)
    head = message[:2] + bytes((0x82 | message[2] & 0x79, 0))
    if not end:
        return head + bytes(8)
    opt = message[end : end + 11]
    if message[10:12] != b"\0\1" or opt[:3] != b"\0\0\x29" or len(opt) < 11:
        return head + b"\0\1\0\0\0\0\0\0" + message[12:end]
    flags = bytes((opt[7] & 0x80, 0))
    return head + b"\0\1\0\0\0\0\0\1" + message[12:end] + b"\0\0\x29\x04\xd0\0\0" + flags + b"\0\0"
