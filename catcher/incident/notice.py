"""Whether a notice is due: thresholds count days and mailboxes, never mails (DESIGN §3 "Notices").

A flood of mails from one mailbox, or in one day, is no proof of a leak, and anyone can make one; several mailboxes over
several days is what an address in use looks like. What counts at all (a person's fresh mail, proven, not replayed) was
decided when it was observed: ``Observation.counts``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catcher.model.defaults import NOTICE_DAYS, NOTICE_MAILBOXES
from catcher.model.measures import Measures


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A notice is due from so many sending mailboxes on so many days of one month on."""

    mailboxes: int = NOTICE_MAILBOXES
    days: int = NOTICE_DAYS


@dataclass(frozen=True, slots=True)
class Verdict:
    due: bool
    reasons: tuple[str, ...]
    """Sentences for the operator: what was counted against which threshold."""

    def __str__(self) -> str:
        return ("would notify: " if self.due else "would not notify: ") + "; ".join(self.reasons)

    def to_json(self) -> dict[str, Any]:
        return {"due": self.due, "reasons": list(self.reasons)}


def judge(measures: Measures, thresholds: Thresholds = Thresholds()) -> Verdict:
    """Whether the incident measured calls for a notice in its period, and why."""
    tally = measures.tally
    if not tally.total.mails:
        return Verdict(False, (f"no mail in {measures.period}",))
    if not tally.total.counted:
        return Verdict(False, (f"none of {tally.total.mails} mails in {measures.period} counts",))
    met: list[str] = []
    missed: list[str] = []
    for number, threshold, one, many in (
        (measures.senders.number, thresholds.mailboxes, "sending mailbox", "sending mailboxes"),
        (tally.days, thresholds.days, "day", "days"),
    ):
        enough = number >= threshold
        words = f"{number} {one if number == 1 else many} ({'at least' if enough else 'needs'} {threshold})"
        (met if enough else missed).append(words)
    if missed:
        return Verdict(False, tuple(missed))
    return Verdict(True, (*met, f"{tally.total.counted} mails in {measures.period} count"))
