"""Response rate limiting: a forged flood gets little back, its victim's own resolver still gets through. Pure.

::

    every reply ─▶ counted by prefix, a few nanoseconds
                        │ over the rate in this second
                        ▼
                   suspect prefixes ─▶ a token bucket for each class of answer ─▶ send | say TC | stay silent

A suspect's replies are weighed one by one; everybody else's are only counted. Every ``slip``-th reply that is held back
becomes an empty one with TC: a real resolver then asks over TCP, where nobody can forge its address. Who shows a
server cookie from here has shown that already, and is not judged (``compiled.shows_its_address``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from enum import IntEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from catcher.dns.counting import count
from catcher.dns.wire import question_end
from catcher.model.defaults import DNS_REPLY_RATE, DNS_SLIP, LOOPBACK

Network = IPv4Network | IPv6Network

V4_OCTETS, V6_OCTETS = 3, 7
"""Octets of a prefix: /24 and /56."""
_CAPACITY = 65_536
"""Prefixes counted at once, and buckets kept."""
_LEAST_STRIDE = 64


class Verdict(IntEnum):
    """What becomes of one reply."""

    SEND = 0
    TRUNCATE = 1
    """An empty reply with TC."""
    DROP = 2


class AnswerClass(IntEnum):
    """Replies of one class share an account: a flood of one leaves the others alone."""

    POSITIVE = 0
    NODATA = 1
    NXDOMAIN = 2
    REFERRAL = 3
    ERROR = 4


class Limits(NamedTuple):
    """What the operator sets."""

    rate: int = DNS_REPLY_RATE
    """Replies a second to one /24 or /56 and of one class; 0: no limit."""
    slip: int = DNS_SLIP
    """Every how manyth reply that is held back becomes an empty one with TC; 0: none."""
    exempt: tuple[Network, ...] = LOOPBACK


class RateLimit:
    """One socket's account of whom it sends how much."""

    def __init__(self, limits: Limits, capacity: int = _CAPACITY) -> None:
        self.limits = limits
        self._capacity = capacity
        self._second = 0
        self._counts: Counter[bytes] = Counter()
        self._suspects: dict[bytes, bool] = {}
        """Prefixes over the rate; False: exempt ones, which are not looked at again in this second."""
        self._buckets: dict[tuple[bytes, int], list[float]] = {}
        """Tokens, when they were counted, and how many replies were held back."""
        self._unseen = 0
        self.held_back = 0
        """Replies that weren't sent, or only with TC, since the start."""

    def suspects(self, prefixes: Sequence[bytes], now: float) -> Collection[bytes]:
        """Counts a reply to each of ``prefixes``; those among them whose replies have to be judged.

        ``now`` in Unix seconds.
        """
        if not self.limits.rate:
            return ()
        if int(now) != self._second:
            self._turn(int(now))
        count(self._counts, prefixes)
        self._unseen += len(prefixes)
        if self._unseen >= max(_LEAST_STRIDE, len(self._counts)):
            self._sift()
        if not self._suspects or self._suspects.keys().isdisjoint(prefixes):
            return ()
        return {prefix for prefix in prefixes if self._suspects.get(prefix)}

    def judge(self, prefix: bytes, answer_class: int, now: float) -> Verdict:
        """The verdict on one reply to a suspect."""
        rate, slip, _ = self.limits
        bucket = self._buckets.get((prefix, answer_class))
        if bucket is None:
            if len(self._buckets) >= self._capacity:
                self._buckets.clear()
            bucket = self._buckets[prefix, answer_class] = [rate, now, 0]
        bucket[0] = min(rate, bucket[0] + max(0.0, now - bucket[1]) * rate)
        bucket[1] = now
        if bucket[0] >= 1:
            bucket[0] -= 1
            return Verdict.SEND
        self.held_back += 1
        bucket[2] += 1
        return Verdict.TRUNCATE if slip and bucket[2] % slip == 0 else Verdict.DROP

    def _turn(self, second: int) -> None:
        """A new second: who stayed within the rate in the last one is no suspect any more."""
        self._sift()
        counts, rate = self._counts, self.limits.rate
        self._suspects = {
            prefix: True for prefix, suspect in self._suspects.items() if suspect and counts[prefix] > rate
        }
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if key[0] in self._suspects}
        self._counts = Counter()
        self._second = second

    def _sift(self) -> None:
        """Finds the prefixes over the rate; costs less for each reply than counting it does."""
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


def as_network(prefix: bytes) -> Network:
    """The network that the octets of a prefix stand for."""
    whole = prefix + bytes((4 if len(prefix) == V4_OCTETS else 16) - len(prefix))
    return ip_network((ip_address(whole), len(prefix) * 8))


def class_of(wire: bytes) -> AnswerClass:
    """The class of a reply, from its header (at least twelve octets)."""
    rcode = wire[3] & 15
    if rcode:
        return AnswerClass.NXDOMAIN if rcode == 3 else AnswerClass.ERROR
    if wire[6:8] != b"\0\0" or wire[2] & 2:
        return AnswerClass.POSITIVE
    return AnswerClass.NODATA if wire[2] & 4 else AnswerClass.REFERRAL


def truncated(message: bytes) -> bytes:
    """The empty reply with TC to a whole ``message``, with an OPT where it has one; its header alone if it is odd."""
    end = question_end(message)
    head = message[:2] + bytes((0x82 | message[2] & 0x79, 0))
    if not end:
        return head + bytes(8)
    opt = message[end : end + 11]
    if message[10:12] != b"\0\1" or opt[:3] != b"\0\0\x29" or len(opt) < 11:
        return head + b"\0\1\0\0\0\0\0\0" + message[12:end]
    flags = bytes((opt[7] & 0x80, 0))
    return head + b"\0\1\0\0\0\0\0\1" + message[12:end] + b"\0\0\x29\x04\xd0\0\0" + flags + b"\0\0"
