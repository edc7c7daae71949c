"""The place of one open connection: its client pays for it with the octets that it sends."""

from __future__ import annotations

from typing import Protocol

from catcher.smtp.admission.networks import CountedNetwork

GRACE_SECONDS = 5.0
"""Seconds for which a new client has a place without sending: time for DNS and TLS at its end, and some round trips."""
OCTETS_A_SECOND = 4_000
"""Octets that pay for one second (32 kbit/s): a client that sends no slower is never sent away. A worker's 8,000 places
can be held against new clients with 256 Mbit/s only."""
CREDIT_SECONDS = 30.0
"""Most seconds that are paid in advance: a client that sent much may pause, but not for an hour."""
DEBT_SECONDS = 30.0
"""Most seconds that are owed: a client is judged by what it sent lately, not by an hour in which it had no mail."""


class AdmittedClient(Protocol):
    """What admission asks of a connection."""

    place: Place
    """Set by ``Gate.add``. The connection calls ``place.received`` for the octets that it reads, commands or data."""

    def is_evictable(self, now: float) -> bool:
        """False while the client waits for us, and when the connection is closing. ``now``: the event loop's time."""
        ...

    def evict(self) -> None:
        """Closes the client's connection, in the middle of a message, too."""
        ...


class Place:
    """One connection's place. Times are the event loop's, in seconds."""

    __slots__ = ("client", "is_left", "networks", "number", "paid_until")

    def __init__(self, networks: tuple[CountedNetwork, ...], number: int, now: float) -> None:
        """``number``: the connection's number since the start."""
        self.networks = networks
        self.number = number
        self.client: AdmittedClient | None = None
        self.is_left = False
        """Whether the client has left or was sent away."""
        self.paid_until = now + GRACE_SECONDS
        """The client is slow from this moment on, and slower than all with a later moment. The moment only rises."""

    def __repr__(self) -> str:
        return "Place(…)"

    def received(self, octets: int, now: float) -> None:
        """Credits ``octets`` that came at ``now``."""
        paid, least, most = self.paid_until, now - DEBT_SECONDS, now + CREDIT_SECONDS
        paid = (paid if paid > least else least) + octets / OCTETS_A_SECOND
        self.paid_until = paid if paid < most else most

    def excuse(self, now: float) -> None:
        """Credits the time in which the client waits for us."""
        self.paid_until = max(self.paid_until, now + GRACE_SECONDS)
