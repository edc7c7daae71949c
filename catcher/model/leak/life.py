"""The life of an incident, and the change of its volume after a notice: ``incident`` makes it, desk and report show it.

Days are whole days in UTC; the present day is never counted, because it isn't over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class IncidentState(StrEnum):
    """The state of an incident (``incident.life`` states the rules)."""

    OPEN = "open"
    """Mail that counts still comes."""
    QUIET = "quiet"
    """No mail came for as long as fewer than one in eight pauses while the leak goes on, or for 90 days."""
    CLOSED = "closed"
    """No mail that counts came for 90 days or more after a notice or an answer to a notice."""
    REOPENED = "reopened"
    """The incident was closed, and mail that counts came again."""


@dataclass(frozen=True, slots=True)
class Life:
    state: IncidentState
    since: date
    """The first day of the state."""
    episode: date
    """The first day with mail in the present episode: the incident's first day, or the day of its reopening."""
    latest: date
    """The last day with mail."""
    silent: int
    """Number of days since ``latest`` on which mail could have been seen, and none came."""
    quiet_after: int
    """Number of silent days after which the incident is quiet."""
    unseen_since: date | None = None
    """The first day on which the domain's policy keeps us from seeing such mail; None if mail can be seen."""
    lost_since: date | None = None
    """The first day on which the domain may no longer have been delegated to us; None while it is."""
    unseen_days: int = 0
    """Number of days since ``latest`` on which mail could not have been seen, for any reason."""
    is_rare: bool = False
    """Whether fewer than one in eight pauses of a leak that goes on are as long as ``silent`` days. It is unknown, and
    False, while too few pauses are known; and mail may be so rare that 90 days without any are no rare pause."""

    def to_json(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "since": self.since.isoformat(),
            "latest": self.latest.isoformat(),
            "silent_days": self.silent,
            "quiet_after_days": self.quiet_after,
            "unseen_since": self.unseen_since and self.unseen_since.isoformat(),
            "lost_since": self.lost_since and self.lost_since.isoformat(),
            "unseen_days": self.unseen_days,
            "rare_pause": self.is_rare,
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
    """There are too few mails for a verdict: every split between the spans gives an interval that holds 1; or a span is
    too short."""


@dataclass(frozen=True, slots=True)
class Volume:
    """The mail of a span of days."""

    days: int
    """The span's length: whole weeks, without the weeks with a day on which mail could not be seen."""
    sender_days: int
    """The sum, over all senders, of the days on which the sender wrote."""
    mails: int

    @property
    def rate(self) -> float:
        """Sender-days for each day of the span."""
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
    """Rate after / rate before; None when no mail came before."""
    low: float
    high: float
    """The ends of the ratio's 95 % interval; ``high`` is ``inf`` if the interval has no upper end."""
    trend: Trend
    dispersion: float = 1.0
    """Variance / mean of the number of sender-days, at least 1: days that come in runs carry less information."""

    def to_json(self) -> dict[str, Any]:
        return {
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            "interval": [round(self.low, 4), None if self.high == float("inf") else round(self.high, 4)],
            "trend": self.trend,
        }


@dataclass(frozen=True, slots=True)
class Relative:
    """The change of the party's mail divided by the change of the mail of senders without a notice."""

    ratio: float | None
    """None when one of both changes has no ratio, or the second one is 0."""
    low: float
    high: float
    """The ends of the 95 % interval."""

    def to_json(self) -> dict[str, Any]:
        return {
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            "interval": [round(self.low, 4), None if self.high == float("inf") else round(self.high, 4)],
        }


@dataclass(frozen=True, slots=True)
class Effect:
    """The volume before and after a notice, under one policy."""

    notice: date
    """The first notice of the episode."""
    change: VolumeChange | None
    """None when the domain's policy changed so near the notice that no comparison is possible."""
    policy_changed: date | None = None
    """The day of a change of policy that shortened a span; if ``change`` is None, no span is left to compare."""
    control: VolumeChange | None = None
    """The same spans for senders without a notice; None when there are no such senders."""
    relative: Relative | None = None
    """``change`` beside ``control``; None unless both have enough mail for a verdict."""

    @property
    def trend(self) -> Trend | None:
        """The trend of ``change``; None if there is no comparison."""
        return None if self.change is None else self.change.trend

    @property
    def alike(self) -> bool:
        """Whether the mail of senders without a notice changed in the same direction, too, and not clearly less: the
        interval of ``relative`` holds 1. Then the notice may not be the reason."""
        return (
            self.relative is not None
            and self.control is not None
            and self.trend in (Trend.FELL, Trend.ROSE)
            and self.control.trend is self.trend
            and self.relative.low <= 1 <= self.relative.high
        )

    @property
    def beyond(self) -> bool:
        """Whether the change is clearly larger than that of senders without a notice: the interval of ``relative``
        lies on the side of 1 to which the party's mail changed."""
        if self.relative is None:
            return False
        return (self.trend is Trend.FELL and self.relative.high < 1) or (
            self.trend is Trend.ROSE and self.relative.low > 1
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "notice": self.notice.isoformat(),
            "change": self.change and self.change.to_json(),
            "policy_changed": self.policy_changed and self.policy_changed.isoformat(),
            "control": self.control and self.control.to_json(),
            "relative": self.relative and self.relative.to_json(),
            "alike": self.alike,
            "beyond": self.beyond,
        }

    def to_party_json(self) -> dict[str, Any]:
        """The form for the party itself, without the numbers of other senders."""
        found = self.to_json()
        del found["control"], found["relative"]
        return found
