"""What the operator and the composition root say about the sink; every limit with its unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address

from catcher.model.answer import PartyAnswer
from catcher.smtp.explanation import Explanations, built_in


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
    commands: int = 200
    """Commands other than RCPT, DATA and BDAT since the last message; the next one ends the session."""
    hops: int = 100
    """Received fields of a message (RFC 5321 §6.3)."""
    connections: int = 8000
    """Connections at a time; for the next one a sleeping client is sent away, or it gets a short 421."""
    connections_per_address: int = 100
    """The same from one address; loopback and trusted proxies may have more."""
    connections_per_prefix: int = 400
    """The same from one /24, or IPv6 /56."""
    connection_rate: int = 1000
    """New connections a second; the next one gets a short 421. 0: no bound."""
    connection_rate_per_prefix: int = 100
    """The same from one /24, or IPv6 /56."""
    connection_rate_exempt: tuple[IPv4Network | IPv6Network, ...] = (
        IPv4Network("127.0.0.0/8"),
        IPv6Network("::1/128"),
    )
    """Networks that these two don't count."""
    idle_seconds: float = 300.0
    """Without an octet from the client (RFC 5321 §4.5.3.2.7)."""
    asleep_seconds: float = 5.0
    """Without an octet and without a transaction, after which a client is asleep: it goes when others find no room."""
    asleep_in_transaction_seconds: float = 60.0
    """The same for a client that has begun a transaction and isn't sending its message."""
    window_seconds: float = 60.0
    """What the rate of data is measured over."""
    octets_a_window: int = 3000
    """Octets of data that have to come in each of them: 50 a second."""
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
    sender: str = ""
    """The address in From of notices: who writes to it is shown the operator's contact, too; empty: none."""
    notices: str = ""
    """The domain at which notices are answered, A-labels, one of the own names; empty: none is."""
    answer_of: Callable[[str], PartyAnswer | None] = lambda _: None
    """What a local-part there says, and of which notice; None for one that we didn't write."""
    refuse_bare_newline: bool = True
    """Whether DATA with a bare CR or LF is refused at its end."""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Who speaks for others, by a PROXY header that has to come first."""
    limits: Limits = field(default_factory=Limits)
    explanations: Explanations = field(default_factory=built_in, repr=False)
    """What policies ``explain`` and ``refuse`` say."""

    def is_proxy(self, address: str) -> bool:
        """Whether a connection from ``address`` starts with a PROXY header."""
        if not self.proxies:
            return False
        parsed = ip_address(address)
        return any(parsed in network for network in self.proxies)

    def is_own(self, domain: str) -> bool:
        """Whether ``domain`` is a name of the sink."""
        return domain == self.hostname or domain in self.own_names
