"""Who may connect: so many connections in all, from an address, and from its neighbourhood; so many new ones a second.

Memory is what is open, and what came within the running second (``flood``).

Where there are as many as there may be, a client that sleeps is sent away for the next one's sake, so that sleepers
can't lock out those who have mail. They stand in the order of their coming; each one that is looked at and isn't asleep
goes to the end, so that the one that sleeps longest is found without touching anything while clients talk.
"""

from __future__ import annotations

import ipaddress
from collections import Counter, OrderedDict
from typing import Protocol

from catcher.smtp import replies
from catcher.smtp.flood import Flood
from catcher.smtp.replies import Reply
from catcher.smtp.settings import Limits

_V4_PREFIX, _V6_PREFIX = 24, 56


LOOKED_AT = 32
"""Clients that are looked at when room is wanted: what a new connection costs is bounded."""
LEAVING = 64
"""Connections above the most that are open for an instant: those who were sent away are about to leave."""


class Guest(Protocol):
    """A client that was let in."""

    address: str

    def is_asleep(self, now: float) -> bool:
        """Whether it may be sent away for another's sake. ``now``: the loop's time."""
        ...

    def make_way(self) -> None:
        """Sends it away."""
        ...


class Gate:
    """Counts open connections.

    Loopback addresses are no strangers: of the bounds on what is open only that of all connections holds for them.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._flood = Flood(limits)
        self._open = 0
        self._by_address: Counter[str] = Counter()
        self._by_prefix: Counter[str] = Counter()
        self._guests: OrderedDict[Guest, None] = OrderedDict()

    @property
    def is_full(self) -> bool:
        """Whether there are as many connections as there may be, whoever comes."""
        return self._open >= self._limits.connections

    @property
    def flooded(self) -> int:
        """Connections since the start that were sent away because too many came in one second."""
        return self._flood.sent_away

    def enter(self, address: str, now: float) -> Reply | None:
        """Counts a connection in, or says what it hears instead. Who entered is to be ``seated``, and has to ``leave``.

        ``now``: the loop's time.
        """
        prefix = prefix_of(address)
        if not self._flood.admits(address, prefix, now):
            return replies.FLOOD
        if prefix and (
            self._by_address[address] >= self._limits.connections_per_address
            or self._by_prefix[prefix] >= self._limits.connections_per_prefix
        ):
            return replies.BUSY if self.is_full else replies.TOO_MANY_CONNECTIONS
        if self.is_full and not self._room_made(now):
            return replies.BUSY
        self._open += 1
        if prefix:
            self._by_address[address] += 1
            self._by_prefix[prefix] += 1
        return None

    def seat(self, guest: Guest) -> None:
        """Notes who entered."""
        self._guests[guest] = None

    def leave(self, guest: Guest) -> None:
        """Counts it out again."""
        self._open -= 1
        self._guests.pop(guest, None)
        prefix = prefix_of(guest.address)
        if prefix:
            _less(self._by_address, guest.address)
            _less(self._by_prefix, prefix)

    def _room_made(self, now: float) -> bool:
        """Whether somebody was sent away. It is counted until its connection ended, and isn't asked again."""
        if self._open >= self._limits.connections + LEAVING:
            return False
        for _ in range(min(LOOKED_AT, len(self._guests))):
            guest = next(iter(self._guests))
            if guest.is_asleep(now):
                del self._guests[guest]
                guest.make_way()
                return True
            self._guests.move_to_end(guest)
        return False


def _less(counts: Counter[str], key: str) -> None:
    if counts[key] > 1:
        counts[key] -= 1
    else:
        del counts[key]


def prefix_of(address: str) -> str:
    """The /24 of an IPv4 address, the /56 of an IPv6 one, as text; '' for loopback and for what is no address."""
    if ":" not in address:
        return "" if address.startswith("127.") else address.rpartition(".")[0]
    parsed = ipaddress.IPv6Address(address)
    return "" if parsed.is_loopback else str(ipaddress.IPv6Network((parsed, _V6_PREFIX), strict=False))
