"""Whether a notice is due: thresholds count days and mailboxes, never mails (DESIGN §3 "Notices").

A flood of mails from one mailbox, or in one day, is no proof of a leak, and anyone can make one. An address in use gets
mail from several mailboxes over several days. Which mail counts (a person's, fresh, proven, not replayed) was decided
when it was observed: ``Observation.counts``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catcher.model.defaults import NOTICE_DAYS, NOTICE_MAILBOXES
from catcher.model.leak.measures import Measures


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The fewest sending mailboxes, and the fewest days of one month, from which on a notice is due."""

    mailboxes: int = NOTICE_MAILBOXES
    days: int = NOTICE_DAYS


@dataclass(frozen=True, slots=True)
class NoticeDecision:
    due: bool
    reasons: tuple[str, ...]
    """Phrases for the operator: each count beside its threshold."""

    def __str__(self) -> str:
        return ("would notify: " if self.due else "would not notify: ") + "; ".join(self.reasons)

    def to_json(self) -> dict[str, Any]:
        return {"due": self.due, "reasons": list(self.reasons)}


def judge_notice(measures: Measures, thresholds: Thresholds = Thresholds()) -> NoticeDecision:
    """Whether the incident measured calls for a notice in its period, and why."""
    tally = measures.tally
    if not tally.total.mails:
        return NoticeDecision(False, (f"no mail in {measures.period}",))
    if not tally.total.counted:
        return NoticeDecision(False, (f"none of {tally.total.mails} mails in {measures.period} counts",))
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
        return NoticeDecision(False, tuple(missed))
    return NoticeDecision(True, (*met, f"{tally.total.counted} mails in {measures.period} count"))
