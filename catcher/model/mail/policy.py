"""The policies of a catalogued domain, with one row of rules each, and the outcomes of a transaction (DESIGN §3).

::

    Policy ─▶ rules: its row ─┬─▶ dns     mail in DNS: the zone that the name publishes, or REFUSED
                              ├─▶ smtp    the reply at RCPT; the outcome after the data
                              ├─▶ intake  what is kept
                              ├─▶ guard   which policies an outdated run of the guard forbids
                              └─▶ incident  whether a day without mail is a silent one

A policy's effects are defined only in its row; rooms read the row's columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never


class Policy(StrEnum):
    """The treatment of a domain's queries and mail. Each row of the catalogue names a policy; ``rules`` has its
    rules."""

    ACCEPT = "accept"
    EXPLAIN = "explain"
    REFUSE = "refuse"
    NULL = "null"
    OBSERVE = "observe"
    RELEASE = "release"

    @property
    def rules(self) -> PolicyRules:
        """The policy's row of rules."""
        return RULES[self]

    @property
    def observes(self) -> bool:
        """Whether a transaction becomes an observation."""
        return self in _OBSERVING

    @property
    def takes_data(self) -> bool:
        """Whether a recipient under this policy may lead to DATA."""
        return self in _TAKING_DATA

    @property
    def above_null(self) -> bool:
        """Whether the policy does more than refuse mail: an outdated run of the guard forbids it (DESIGN §2.6)."""
        return self in _ABOVE_NULL

    @property
    def is_served(self) -> bool:
        """Whether DNS queries for the name are answered; otherwise they get REFUSED, and the name is no longer
        delegated to us."""
        return self in _SERVED


class Outcome(StrEnum):
    """The end of an observed transaction."""

    ACCEPTED = "accepted"
    """250 after the data and after the commit."""
    EXPLAINED = "explained"
    """550 with the explanation after the data."""
    REFUSED = "refused"
    """550 with the explanation at RCPT; only the envelope is seen."""


class DnsMail(StrEnum):
    """The mail records of a catalogued name."""

    SINK = "sink"
    """MX to the sink."""
    NULL = "null"
    """A null MX: the name takes no mail (RFC 7505)."""
    NONE = "none"
    """No MX and no address."""
    REFUSED = "refused"
    """No records at all: queries for the name get RCODE REFUSED."""


class RcptReply(StrEnum):
    """The reply to a recipient under a policy, at RCPT."""

    TAKE = "take"
    """250: the data may come; the row's outcome is the end of the transaction."""
    EXPLAIN = "explain"
    """550 with the explanation."""
    TURN_AWAY = "turn away"
    """550: the name takes no mail."""
    RELEASED = "released"
    """451: the domain was released. The sending server retries later, and may then find the next owner's MX."""


class Kept(StrEnum):
    """The facts about a transaction or query that the store keeps."""

    OBSERVATION = "observation"
    """The observation of each transaction, and the demand for names."""
    ENVELOPE = "envelope"
    """An observation of the envelope alone, and the demand for names."""
    DEMAND = "demand"
    """Only the demand for names."""
    NOTHING = "nothing"
    """Nothing, not even the demand: the name isn't ours any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRules:
    """One policy's row of rules."""

    sentence: str
    """The policy's effect in words: the line of `catcher catalogue add --help`."""
    dns: DnsMail
    rcpt: RcptReply
    outcome: Outcome | None
    """The outcome of its observed transactions; None when no transaction is observed."""
    kept: Kept
    silence_counts: bool
    """Whether a day without mail shows that nobody wrote; under other policies the mail may have been refused."""
    above_null: bool
    """Whether the policy does more than refuse mail: then it needs a run of the guard, if the guard is required."""


def _rules(policy: Policy) -> PolicyRules:
    match policy:
        case Policy.ACCEPT:
            return PolicyRules(
                sentence="takes the mail: keeps header facts, drops the body, answers 250 with a reference",
                dns=DnsMail.SINK,
                rcpt=RcptReply.TAKE,
                outcome=Outcome.ACCEPTED,
                kept=Kept.OBSERVATION,
                silence_counts=True,
                above_null=True,
            )
        case Policy.EXPLAIN:
            return PolicyRules(
                sentence="keeps the same facts, then answers 550: the sender's own server tells the sender",
                dns=DnsMail.SINK,
                rcpt=RcptReply.TAKE,
                outcome=Outcome.EXPLAINED,
                kept=Kept.OBSERVATION,
                silence_counts=True,
                above_null=True,
            )
        case Policy.REFUSE:
            return PolicyRules(
                sentence="answers 550 with the explanation at RCPT: no content crosses, the envelope is kept",
                dns=DnsMail.SINK,
                rcpt=RcptReply.EXPLAIN,
                outcome=Outcome.REFUSED,
                kept=Kept.ENVELOPE,
                silence_counts=False,
                above_null=True,
            )
        case Policy.NULL:
            return PolicyRules(
                sentence="publishes a null MX and answers 550 at RCPT: only the demand for names is counted",
                dns=DnsMail.NULL,
                rcpt=RcptReply.TURN_AWAY,
                outcome=None,
                kept=Kept.DEMAND,
                silence_counts=False,
                above_null=False,
            )
        case Policy.OBSERVE:
            return PolicyRules(
                sentence="publishes no MX and no address, answers 550 at RCPT: only the demand for names is counted",
                dns=DnsMail.NONE,
                rcpt=RcptReply.TURN_AWAY,
                outcome=None,
                kept=Kept.DEMAND,
                silence_counts=False,
                above_null=False,
            )
        case Policy.RELEASE:
            return PolicyRules(
                sentence="answers REFUSED in DNS and 451 at RCPT, so that the next owner's mail isn't bounced",
                dns=DnsMail.REFUSED,
                rcpt=RcptReply.RELEASED,
                outcome=None,
                kept=Kept.NOTHING,
                silence_counts=False,
                above_null=False,
            )
        case _:
            assert_never(policy)


RULES = {policy: _rules(policy) for policy in Policy}
"""The row of each policy."""
_OBSERVING = frozenset(p for p, rules in RULES.items() if rules.kept in (Kept.OBSERVATION, Kept.ENVELOPE))
_TAKING_DATA = frozenset(p for p, rules in RULES.items() if rules.rcpt is RcptReply.TAKE)
_ABOVE_NULL = frozenset(p for p, rules in RULES.items() if rules.above_null)
_SERVED = frozenset(p for p, rules in RULES.items() if rules.dns is not DnsMail.REFUSED)


@dataclass(frozen=True, slots=True, order=True)
class PolicySince:
    """The first day on which a domain was seen under this policy: one line of the policies' ledger."""

    day: date
    """The day in UTC; for a part of that day the earlier policy may have held."""
    policy: Policy
