"""Whether a notice is due: thresholds count days and mailboxes, never mails (DESIGN §3 "Notices").

A flood of mails from one mailbox, or in one day, is no proof of a leak, and anyone can send such a flood. An address in
use gets mail from several mailboxes over several days. ``Observation.counts`` states whether a mail counts (a person's
mail, fresh, proven, not replayed); this was decided when the mail was observed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catcher.model.defaults import NOTICE_DAYS, NOTICE_MAILBOXES
from catcher.model.leak.measures import Measures


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The fewest sending mailboxes, and the fewest days, that one month must have before a notice is due."""

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
    """The decision whether the measured incident needs a notice in its period, with the reasons."""
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
