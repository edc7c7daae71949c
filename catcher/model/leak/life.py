"""The life of an incident, and what its volume did after a notice: made by ``incident``, told by desk and report.

Days are whole days in UTC; the present day is never counted, as it isn't over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class IncidentState(StrEnum):
    """The state of an incident (``incident.life`` states the rules)."""

    OPEN = "open"
    """Mail that counts comes."""
    QUIET = "quiet"
    """So long without mail that, at the earlier pace, some would have come."""
    CLOSED = "closed"
    """None came for 90 days after a notice or an answer to one."""
    REOPENED = "reopened"
    """It was closed, and such mail came again."""


@dataclass(frozen=True, slots=True)
class Life:
    state: IncidentState
    since: date
    """The day from which on the state holds."""
    episode: date
    """The first day with mail of the present episode: the incident's first day, or that of its reopening."""
    latest: date
    """The last day with mail."""
    silent: int
    """Days since ``latest`` on which mail would have been seen, and none came."""
    quiet_after: int
    """Number of silent days after which it is quiet."""
    unseen_since: date | None = None
    """Since when the domain's policy keeps us from seeing whether such mail would come; None when we can see."""

    def to_json(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "since": self.since.isoformat(),
            "latest": self.latest.isoformat(),
            "silent_days": self.silent,
            "quiet_after_days": self.quiet_after,
            "unseen_since": self.unseen_since and self.unseen_since.isoformat(),
        }


class Trend(StrEnum):
    """The verdict on a change between two spans of time."""

    FELL = "fell"
    """The whole interval of the ratio lies below 1."""
    ROSE = "rose"
    """The whole interval lies above 1."""
    UNCLEAR = "no clear change"
    """The interval holds 1."""
    TOO_FEW = "too few to say"
    """Too few mails to tell: any split between the spans gives an interval that holds 1; or a span is too short."""


@dataclass(frozen=True, slots=True)
class Volume:
    """The mail of a span of days."""

    days: int
    """The span's length: whole weeks."""
    sender_days: int
    """Days on which a sender wrote, added up over the senders."""
    mails: int

    @property
    def rate(self) -> float:
        """Sender-days a day."""
        return self.sender_days / self.days if self.days else 0.0

    def to_json(self) -> dict[str, Any]:
        return {
            "days": self.days,
            "sender_days": self.sender_days,
            "mails": self.mails,
            "rate": round(self.rate, 4),
        }


@dataclass(frozen=True, slots=True)
class VolumeChange:
    before: Volume
    after: Volume
    ratio: float | None
    """Rate after / rate before; None when nothing came before."""
    low: float
    high: float
    """The 95 % interval of the ratio; ``inf`` where it has no end."""
    trend: Trend

    def to_json(self) -> dict[str, Any]:
        return {
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            "interval": [round(self.low, 4), None if self.high == float("inf") else round(self.high, 4)],
            "trend": self.trend,
        }


@dataclass(frozen=True, slots=True)
class Effect:
    """The volume before and after a notice, at one policy."""

    notice: date
    """The first notice of the episode."""
    change: VolumeChange | None
    """None when the domain's policy changed so near the notice that nothing can be compared."""
    policy_changed: date | None = None
    """The change of policy that cut a span short; with ``change`` None it leaves nothing to compare."""
    control: VolumeChange | None = None
    """The same spans, for the senders that had no notice; None when there are none."""

    @property
    def trend(self) -> Trend | None:
        """None: the comparison is void."""
        return None if self.change is None else self.change.trend

    @property
    def alike(self) -> bool:
        """Whether senders without a notice changed in the same direction: then the notice need not be the reason."""
        return self.control is not None and self.trend in (Trend.FELL, Trend.ROSE) and self.control.trend is self.trend

    def to_json(self) -> dict[str, Any]:
        return {
            "notice": self.notice.isoformat(),
            "change": self.change and self.change.to_json(),
            "policy_changed": self.policy_changed and self.policy_changed.isoformat(),
            "control": self.control and self.control.to_json(),
            "alike": self.alike,
        }

    def to_party_json(self) -> dict[str, Any]:
        """The form for the party itself: the others' numbers stay here."""
        found = self.to_json()
        del found["control"]
        return found
