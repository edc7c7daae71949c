"""Whether a notice is due: thresholds count days and mailboxes, never mails (DESIGN §3 "Notices").

A flood of mails from one mailbox, or in one day, is no proof of a leak, and anyone can send such a flood. An address in
use gets mail from several mailboxes over several days. ``Observation.counts`` states whether a mail counts (a person's
mail, fresh, proven, not replayed); this was decided when the mail was observed. All numbers are of one month, whose
tokens have one key.

================  ======================================================================================================
sender            enough mailboxes and days; of these ``OWN_MAILBOXES`` and ``OWN_DAYS`` with mail that answers nothing.
                  Where answers alone are enough, the notice is of the kind ANSWERS
intended party    enough mailboxes and days of mail that answers nothing, by senders that each have such mail on
                  ``STEADY_DAYS`` days: anybody can make three strangers answer, or three shops write, once
forwarder         ``FORWARD_DAYS`` days and ``FORWARD_AUTHORS`` proven organisations of authors: a rule forwards the
                  mail of all, and one mailbox can have it. ``FORWARD_DAYS`` days of journal reports show one, too
================  ======================================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never

from catcher.model.defaults import NOTICE_DAYS, NOTICE_MAILBOXES
from catcher.model.leak.incident import STEADY_DAYS, Role
from catcher.model.leak.measures import Carried, Grounds, Measures, NoticeKind
from catcher.model.mail.counting import Residual

OWN_MAILBOXES = 2
OWN_DAYS = 2
"""Fewest mailboxes, and fewest days, with mail that answers nothing: anybody can provoke answers."""
FORWARD_DAYS = 5
FORWARD_AUTHORS = 3
"""Fewest days with forwards, and fewest organisations of proven authors, that show a rule."""


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
    kind: NoticeKind = NoticeKind.LEAK
    """What the notice would tell."""
    second_approver: bool = False
    """Whether it is due only by mail whose way of counting has a residual attack."""
    residuals: tuple[Residual, ...] = ()
    """Those attacks; empty unless ``second_approver``."""
    caution: str = ""
    """Why a second person approves; '' unless ``second_approver``."""

    def __str__(self) -> str:
        kind = "" if self.kind is NoticeKind.LEAK else f" ({self.kind})"
        return f"{'would notify' if self.due else 'would not notify'}{kind}: {'; '.join(self.reasons)}"

    def to_json(self) -> dict[str, Any]:
        return {
            "due": self.due,
            "kind": self.kind,
            "second_approver": self.second_approver,
            "residuals": list(self.residuals),
            "reasons": list(self.reasons),
        }


def judge_notice(measures: Measures, thresholds: Thresholds = Thresholds()) -> NoticeDecision:
    """The decision whether the measured incident needs a notice in its period, with the reasons."""
    tally = measures.tally
    kind = NoticeKind.FORWARD if measures.key.role is Role.FORWARDER else NoticeKind.LEAK
    if not tally.total.mails:
        return NoticeDecision(False, (f"no mail in {measures.period}",), kind)
    if not tally.total.counted:
        none = f"none of {tally.total.mails} mails in {measures.period} counts"
        return NoticeDecision(False, (none, *_doubts(measures)), kind)
    judged = _judged(measures, measures.grounds, thresholds, measures.journal_days)
    if not judged.due:
        return NoticeDecision(False, (*judged.missed, *_doubts(measures)), judged.kind)
    # The way of journal reports has a residual attack.
    firm = _judged(measures, measures.firm, thresholds, journal_days=0)
    # A sender is accused by its name in an intended party's notice, too.
    named = measures.key.role is Role.INTENDED and any(party.doubtful for party in measures.counterparts)
    alone = firm.due and firm.kind is judged.kind and not named
    reasons = [*judged.met, f"{tally.total.counted} mails in {measures.period} count", *_doubts(measures)]
    if alone:
        return NoticeDecision(True, tuple(reasons), judged.kind)
    why = "it names a sender only by" if firm.due and named else "it isn't due without"
    caution = f"{why} mail that an attack could have brought"
    reasons.append(f"a second person approves: {caution}")
    return NoticeDecision(True, tuple(reasons), judged.kind, True, measures.residuals, caution)


@dataclass(frozen=True, slots=True)
class _Judged:
    kind: NoticeKind
    met: tuple[str, ...]
    """Phrases: each count that reaches its threshold."""
    missed: tuple[str, ...]

    @property
    def due(self) -> bool:
        return not self.missed


def _judged(measures: Measures, grounds: Grounds, thresholds: Thresholds, journal_days: int) -> _Judged:
    match measures.key.role:
        case Role.SENDER:
            return _sender(grounds, thresholds)
        case Role.INTENDED:
            own = grounds.own_words
            needs = (
                (own.mailboxes, thresholds.mailboxes, f"{_BOX} that answers nothing", _BOXES_OWN),
                (own.days, thresholds.days, "day with mail that answers nothing", _DAYS_OWN),
            )
            return _counted(NoticeKind.LEAK, needs)
        case Role.FORWARDER:
            return _forwarder(grounds, journal_days)
        case _:
            assert_never(measures.key.role)


def _forwarder(grounds: Grounds, journal_days: int) -> _Judged:
    """A journal report shows the rule by itself, and its author may be anybody of the party."""
    if journal_days >= FORWARD_DAYS:
        return _counted(NoticeKind.FORWARD, ((journal_days, FORWARD_DAYS, "day with journal reports", _DAYS_JOURNAL),))
    needs = (
        (grounds.all.days, FORWARD_DAYS, "day", "days"),
        (grounds.all.organisations, FORWARD_AUTHORS, "author's organisation", "authors' organisations"),
    )
    return _counted(NoticeKind.FORWARD, needs)


def _sender(grounds: Grounds, thresholds: Thresholds) -> _Judged:
    own = grounds.own_words
    leak = _counted(
        NoticeKind.LEAK,
        (
            *_mailboxes_and_days(grounds.all, thresholds),
            (own.mailboxes, min(OWN_MAILBOXES, thresholds.mailboxes), f"{_BOX} that answers nothing", _BOXES_OWN),
            (own.days, min(OWN_DAYS, thresholds.days), "day with mail that answers nothing", _DAYS_OWN),
        ),
    )
    answers = _counted(NoticeKind.ANSWERS, _mailboxes_and_days(grounds.answers, thresholds))
    return answers if answers.due and not leak.due else leak


_Need = tuple[int, int, str, str]
"""A number, its threshold, and its noun in singular and plural."""
_DAYS_JOURNAL = "days with journal reports"
_BOX = "sending mailbox"
_BOXES_OWN = "sending mailboxes that answer nothing"
_DAYS_OWN = "days with mail that answers nothing"


def _mailboxes_and_days(carried: Carried, thresholds: Thresholds) -> tuple[_Need, _Need]:
    return (
        (carried.mailboxes, thresholds.mailboxes, _BOX, "sending mailboxes"),
        (carried.days, thresholds.days, "day", "days"),
    )


def _counted(kind: NoticeKind, needs: tuple[_Need, ...]) -> _Judged:
    met: list[str] = []
    missed: list[str] = []
    for number, threshold, one, many in needs:
        enough = number >= threshold
        words = f"{number} {one if number == 1 else many} ({'at least' if enough else 'needs'} {threshold})"
        (met if enough else missed).append(words)
    return _Judged(kind, tuple(met), tuple(missed))


def _doubts(measures: Measures) -> list[str]:
    """Phrases about mail that doesn't carry the notice, and why."""
    doubts = []
    if measures.below_floor:
        doubts.append(f"{measures.below_floor} mails are of senders with mail on fewer than {STEADY_DAYS} days")
    for sender, tenants in measures.tenants.items():
        if tenants > 1:
            doubts.append(f"{tenants} tenants sign for {sender}: none of their mail counts, a person is asked")
    if measures.unbound:
        doubts.append(f"{measures.unbound} mails count only if the tenant that signs them is the sender's")
    return doubts
