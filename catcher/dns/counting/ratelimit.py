"""Response rate limiting: a flood from a forged address gets few replies, and the real resolver there is still served.

Pure.

::

    every reply ─▶ counted by prefix, a few nanoseconds
                        │ over the rate in this second
                        ▼
                   suspect prefixes ─▶ an account for each class of answer and zone ─▶ send | truncate | drop

The limit decides on each reply to a suspect prefix; all other replies are only counted. A prefix is a suspect from the
batch on in which it passes the rate, until a second in which it stays below. An account has the rate for each second,
as in BIND and NSD; in the second in which the suspicion begins it has a tenth, for the rate has just been sent. The
account of answers and NODATA, NXDOMAIN and referrals is that of the zone or catalogued name; errors share one account
of the prefix. So a large resolver that asks for hundreds of names isn't cut, and a forged question for one name leaves
the other names of the same prefix alone. All accounts of a prefix together have ten times the rate: a forged flood of
many names is bounded, too.

Of the replies over the limit, every ``slip``-th is sent empty with TC: a real resolver then asks over TCP, where nobody
can forge its address. A client with a good server cookie has proved its address already and has no limit
(``cache.proves_address``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from enum import IntEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from catcher.dns.answering.query import rejection
from catcher.dns.counting.fastcount import count
from catcher.dns.wire import Rcode, question_end
from catcher.model.defaults import DNS_REPLY_RATE, DNS_SLIP, LOOPBACK

_Network = IPv4Network | IPv6Network

V4_OCTETS, V6_OCTETS = 3, 7
"""Octets of a prefix: /24 and /56."""
_CAPACITY = 65_536
"""Most prefixes counted in one second, and most accounts kept: a few megabytes when sources are forged."""
_ALL = 10
"""All accounts of a prefix together have so many times the rate of one."""
_BEGIN = 10
"""In the second in which a suspicion begins, an account has the rate divided by this number."""


class RateDecision(IntEnum):
    """The decision on one reply."""

    SEND = 0
    TRUNCATE = 1
    """An empty reply with TC."""
    DROP = 2


class RateLimits(NamedTuple):
    """The operator's limits."""

    rate: int = DNS_REPLY_RATE
    """Most replies of one kind and name a second to one /24 or /56; 0: no limit."""
    slip: int = DNS_SLIP
    """Of the replies over the limit, every n-th is sent empty with TC, the others are dropped; 0: all are dropped."""
    exempt: tuple[_Network, ...] = LOOPBACK

    def shared(self, workers: int) -> RateLimits:
        """The limits of one of ``workers``, over which the system spreads queries by address and port."""
        return self._replace(rate=max(1, self.rate // workers)) if self.rate else self


class _Account:
    """What one account has left."""

    __slots__ = ("held_back", "left")

    def __init__(self, left: int) -> None:
        self.left = left
        """Replies that may still be sent in this second."""
        self.held_back = 0


class RateLimit:
    """Counts the replies of one worker over UDP, on all its sockets."""

    def __init__(self, limits: RateLimits, capacity: int = _CAPACITY) -> None:
        self.limits = limits
        self._capacity = capacity
        self._second = 0
        self._counts: Counter[bytes] = Counter()
        self._suspects: dict[bytes, bool] = {}
        """Prefixes whose rate exceeds the limit. False: the prefix is exempt as a whole."""
        self._new: set[bytes] = set()
        """Those that became suspects in this second."""
        self._mixed: set[bytes] = set()
        """Those of which some addresses are exempt."""
        self._accounts: dict[tuple[bytes, int, bytes], _Account] = {}
        """By prefix, kind of answer and name, for this second."""
        self._whole: dict[bytes, int] = {}
        """By prefix: replies that may still be sent in this second, of all accounts together."""
        self.held_back = 0
        """Replies dropped or truncated since the start."""

    def suspects(self, prefixes: Sequence[bytes], now: float) -> Collection[bytes]:
        """Counts a reply to each of ``prefixes``; returns the suspects among them.

        ``now`` in Unix seconds.
        """
        rate = self.limits.rate
        if not rate:
            return ()
        if int(now) != self._second:
            self._begin_second(int(now))
        if len(self._counts) > self._capacity:
            self._counts = Counter()
        counts, suspects = self._counts, self._suspects
        count(counts, prefixes)
        few = len(counts) <= len(prefixes)
        most = max(counts.values(), default=0) if few else max(map(counts.__getitem__, prefixes), default=0)
        if most <= rate and (not suspects or suspects.keys().isdisjoint(prefixes)):
            return ()
        found = set()
        for prefix in set(prefixes):
            if counts[prefix] > rate and prefix not in suspects:
                self._suspect(prefix)
            if suspects.get(prefix):
                found.add(prefix)
        return found

    def decide(self, prefix: bytes, kind: int, name: bytes, client: bytes) -> RateDecision:
        """The decision on one reply of an ``AnswerKind`` to ``client``, 4 or 16 octets, of a suspect ``prefix``, in the
        second of the last ``suspects``.

        ``name``: the zone or catalogued name, folded; empty for an error.
        """
        if prefix in self._mixed and self._is_exempt(client):
            return RateDecision.SEND
        rate, slip, _ = self.limits
        key = prefix, kind, name
        account = self._accounts.get(key)
        if account is None:
            if len(self._accounts) >= self._capacity:
                self._accounts.clear()
            account = self._accounts[key] = _Account(max(1, rate // _BEGIN) if prefix in self._new else rate)
        whole = self._whole.get(prefix, (_ALL - 1) * rate if prefix in self._new else _ALL * rate)
        if account.left and whole:
            account.left -= 1
            self._whole[prefix] = whole - 1
            return RateDecision.SEND
        self.held_back += 1
        account.held_back += 1
        return RateDecision.TRUNCATE if slip and account.held_back % slip == 1 % slip else RateDecision.DROP

    def counts(self) -> dict[str, int]:
        """Entries of each table."""
        return {"prefixes": len(self._counts), "accounts": len(self._accounts), "suspects": len(self._suspects)}

    def _begin_second(self, second: int) -> None:
        """Begins a second: a prefix that stayed within the rate in the last second is no suspect any more."""
        counts, rate = self._counts, self.limits.rate
        if second != self._second + 1:
            counts = Counter()
        self._suspects = {prefix: judged for prefix, judged in self._suspects.items() if counts[prefix] > rate}
        self._mixed.intersection_update(self._suspects)
        self._new, self._accounts, self._whole = set(), {}, {}
        self._counts = Counter()
        self._second = second

    def _suspect(self, prefix: bytes) -> None:
        if len(self._suspects) >= self._capacity:
            self._suspects.clear()
        network = as_network(prefix)
        exempt = [other for other in self.limits.exempt if other.version == network.version and other.overlaps(network)]
        self._suspects[prefix] = not any(other.prefixlen <= network.prefixlen for other in exempt)
        self._new.add(prefix)
        if exempt:
            self._mixed.add(prefix)

    def _is_exempt(self, client: bytes) -> bool:
        address = ip_address(client)
        return any(address in network for network in self.limits.exempt)


def as_network(prefix: bytes) -> _Network:
    """The network of a prefix's octets."""
    whole = prefix + bytes((4 if len(prefix) == V4_OCTETS else 16) - len(prefix))
    return ip_network((ip_address(whole), len(prefix) * 8))


def truncated(message: bytes) -> bytes:
    """An empty reply with TC to a whole ``message``: with an OPT if the message has one; if it has no question, the
    reply has none."""
    end = question_end(message) if message[4:6] == b"\0\1" else 0
    head = message[:2] + bytes((0x82 | message[2] & 0x79, 0))
    question = b"\0\1" + bytes(5) if end else bytes(7)
    opt = message[end : end + 11]
    if end and message[10:12] == b"\0\1" and opt[:3] == b"\0\0\x29" and len(opt) == 11:
        dnssec_ok = opt[7] & 0x80
    elif (edns := rejection(message, Rcode.NOERROR).edns) is not None:
        dnssec_ok = edns.dnssec_ok << 7
    else:
        return head + question + b"\0" + message[12:end]
    return head + question + b"\1" + message[12:end] + b"\0\0\x29\x04\xd0\0\0" + bytes((dnssec_ok, 0)) + b"\0\0"
