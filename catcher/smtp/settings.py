"""The sink's settings and limits, set by the composition root; every limit with its unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address

from catcher.model.defaults import (
    LOOPBACK,
    SMTP_CONNECTION_RATE,
    SMTP_CONNECTION_RATE_PER_PREFIX,
    SMTP_CONNECTIONS,
)
from catcher.model.telling.answer import PartyAnswer
from catcher.smtp.explaining.explanation import Explanations, built_in


@dataclass(frozen=True, slots=True)
class SmtpLimits:
    """Limits for one client, and for all clients together."""

    message_octets: int = 50 * 1024 * 1024
    """Most octets of a message after dot-unstuffing (RFC 1870); a longer message is refused with 552 at its end."""
    recipients: int = 100
    """Most recipients of a transaction (RFC 5321 §4.5.3.1.8 asks for 100 at least); the next gets 452."""
    envelope_octets: int = 64 * 1024
    """Most octets of the recipients of a transaction: 100 with the longest names of RFC 5321 §4.5.3.1 have room."""
    envelopes_octets: int = 256 * 1024 * 1024
    """Most octets of the envelopes and headers of all sessions of a worker, the first 2,048 octets of each envelope and
    8 KiB of each header not counted: with 8,000 sessions under 600 MB in all."""
    errors: int = 20
    """Most malformed, unknown or misplaced commands in a session; one more ends the session."""
    refusals: int = 10_000
    """Most refused recipients in a session; one more ends the session."""
    commands: int = 200
    """Most commands other than RCPT, DATA and BDAT since the last message; one more ends the session. A repeated
    recipient is such a command."""
    small_chunks: int = 20_000
    """Most chunks of BDAT under 1,024 octets in a session, the last ones not counted; one more ends the session."""
    hops: int = 100
    """Most Received fields of a message; a message with more is in a loop (RFC 5321 §6.3)."""
    connections: int = SMTP_CONNECTIONS
    """Most open connections. When one more comes, the slowest client of the heaviest network is closed; if no client is
    slow, the new client gets 421."""
    connections_per_address: int = 100
    """Most open connections from one IPv4 address or IPv6 /64; loopback addresses may have more."""
    connections_per_prefix: int = 400
    """Most open connections from one /24, or IPv6 /48. An IPv6 /56 has half, and a /32 a quarter of ``connections``."""
    connection_rate: int = SMTP_CONNECTION_RATE
    """Most new connections a second; one more gets 421. An IPv6 /32 has a quarter. 0: no limit."""
    connection_rate_per_prefix: int = SMTP_CONNECTION_RATE_PER_PREFIX
    """Most new connections a second from one /24, or IPv6 /48. An IPv6 /56 has three quarters of this number, an IPv4
    address or IPv6 /64 half. 0: no limit."""
    connection_rate_exempt: tuple[IPv4Network | IPv6Network, ...] = LOOPBACK
    """Networks whose connections count towards neither limit on new connections a second."""
    idle_seconds: float = 300.0
    """Seconds without an octet from the client, after which it gets 421 (RFC 5321 §4.5.3.2.7)."""
    window_seconds: float = 60.0
    """Seconds over which the rate of data is measured."""
    octets_a_window: int = 3000
    """Fewest octets of data in each window: 50 a second."""
    session_seconds: float = 3600.0
    """Most seconds that a session lasts, whether it is busy or idle."""
    lingering_seconds: float = 10.0
    """Seconds after the end of a session in which its last reply can still be sent."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The configuration of one SMTP worker."""

    hostname: str
    """The sink's own name, A-labels."""
    contact: str = ""
    """The operator's contact, given in the reply to postmaster@ and abuse@ the sink's own names."""
    url: str = ""
    """The operator's page."""
    own_names: frozenset[str] = frozenset()
    """Further names of the sink, A-labels, for postmaster@ and abuse@."""
    sender: str = ""
    """The From address of notices; the reply to mail for this address also gives the operator's contact. Empty: there
    is no such address."""
    notices: str = ""
    """The domain at which notices are answered, A-labels, one of the own names. Empty: notices aren't answered here."""
    answer_of: Callable[[str], PartyAnswer | None] | None = lambda _: None
    """Parses a local-part at ``notices``: which notice, which answer; None for a local-part that isn't ours. No
    function: that can't be told now, so answers get 451."""
    refuse_bare_newline: bool = True
    """Whether a message sent by DATA is refused for a bare CR or LF."""
    lenient: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks of old devices: bare CR and LF, lines that end with LF alone, and a missing HELO are taken."""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks of proxies: a connection from these networks begins with a PROXY header."""
    limits: SmtpLimits = field(default_factory=SmtpLimits)
    explanations: Explanations = field(default_factory=built_in, repr=False)
    """The texts of policies ``explain`` and ``refuse``."""

    def is_proxy(self, address: str) -> bool:
        """Whether a connection from ``address`` starts with a PROXY header."""
        if not self.proxies:
            return False
        parsed = ip_address(address)
        return any(parsed in network for network in self.proxies)

    def is_lenient(self, address: str) -> bool:
        """Whether the client at ``address`` is an old device whose faults are taken."""
        if not self.lenient:
            return False
        parsed = ip_address(address)
        return any(parsed in network for network in self.lenient)

    def is_own(self, domain: str) -> bool:
        """Whether ``domain`` is a name of the sink."""
        return domain == self.hostname or domain in self.own_names
