"""The policies of a catalogued domain and the outcomes of a transaction (DESIGN §3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Policy(StrEnum):
    """What is done with a domain's queries and mail. A row of the catalogue names one."""

    ACCEPT = "accept"
    """MX to the sink; header facts are taken, the body dropped, the mail acknowledged with 250 and a reference."""
    EXPLAIN = "explain"
    """MX to the sink; the same, then 550 after the data with the explanation and a reference."""
    REFUSE = "refuse"
    """MX to the sink; the explanation comes at RCPT, only the envelope is seen."""
    NULL = "null"
    """Null MX (RFC 7505); 550 at RCPT; nothing is stored but the demand for names."""
    OBSERVE = "observe"
    """No MX and no address; 550 at RCPT; nothing is stored but the demand for names."""
    RELEASE = "release"
    """REFUSED in DNS; 451 at RCPT, so that the next owner's mail isn't bounced while our MX is still cached."""

    @property
    def observes(self) -> bool:
        """Whether a transaction becomes an observation."""
        return self in _OBSERVING

    @property
    def takes_data(self) -> bool:
        """Whether a recipient under this policy may lead to DATA."""
        return self in (Policy.ACCEPT, Policy.EXPLAIN)

    @property
    def above_null(self) -> bool:
        """Whether it does more than turn mail away: what an outdated guard run forbids (DESIGN §2.6)."""
        return self in _OBSERVING


_OBSERVING = frozenset({Policy.ACCEPT, Policy.EXPLAIN, Policy.REFUSE})


class Outcome(StrEnum):
    """How a transaction that was observed ended."""

    ACCEPTED = "accepted"
    """250 after the data and after the commit."""
    EXPLAINED = "explained"
    """550 with the explanation after the data."""
    REFUSED = "refused"
    """550 with the explanation at RCPT; the envelope is all that was seen."""


@dataclass(frozen=True, slots=True, order=True)
class PolicySince:
    """That a domain's policy is this one since a day, as far as was noted: one line of the policies' ledger."""

    day: date
    """The day (UTC) on which it was noted first; part of that day may have had the one before."""
    policy: Policy
