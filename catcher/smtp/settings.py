"""What the operator and the composition root say about the sink; every limit with its unit."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client, and all of them together, may take."""

    message_octets: int = 50 * 1024 * 1024
    """Octets of a message (RFC 1870), after dot-unstuffing; more is swallowed, then refused with 552."""
    recipients: int = 1000
    """Recipients of a transaction that are kept (RFC 5321 §4.5.3.1.8 asks for 100)."""
    errors: int = 20
    """Commands of a session that are malformed, unknown or out of order; the next one ends it."""
    refusals: int = 10_000
    """Recipients of a session that are refused; the next one ends it."""
    connections: int = 1000
    """Connections at a time; the next one gets 421."""
    idle_seconds: float = 300.0
    """Without an octet from the client (RFC 5321 §4.5.3.2.7)."""
    session_seconds: float = 3600.0
    """From connection to end, whatever the client does."""
    lingering_seconds: float = 10.0
    """For the last reply to leave after the end of a session."""


@dataclass(frozen=True, slots=True)
class Settings:
    hostname: str
    """The sink's own name, A-labels."""
    contact: str = ""
    """The operator's contact, shown to who writes to postmaster@ or abuse@ the sink's own names."""
    url: str = ""
    """The operator's page."""
    own_names: frozenset[str] = frozenset()
    """More names of the sink, A-labels, for postmaster@ and abuse@."""
    limits: Limits = field(default_factory=Limits)

    def is_own(self, domain: str) -> bool:
        """Whether ``domain`` is a name of the sink."""
        return domain == self.hostname or domain in self.own_names
