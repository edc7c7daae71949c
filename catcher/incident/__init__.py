"""Observations are folded into incidents, and incidents are measured. Pure: every input is an argument.

::

    observations ─▶ fold ─▶ sums ─▶ increments ─▶ merge ─▶ Incident ─▶ measures(period) ─▶ threshold: due, or why not
                     (any order, any batches)             (stored)  │      └─▶ report
                                                                    └▶ life: open, quiet, closed, reopened
           the policies' ledger (Visibility), notices ─────────────▶└▶ effect: before and after a notice (rates)
"""

from catcher.incident.crowd import MailboxNumbers, count_mailboxes, mailbox_totals
from catcher.incident.effect import effect, senders
from catcher.incident.fold import MailFolder, fold, merge
from catcher.incident.life import life
from catcher.incident.measures import latest_period, measure_incident, series
from catcher.incident.sums import IncidentSum, Sums, month_of
from catcher.incident.threshold import NoticeDecision, Thresholds, judge_notice
from catcher.incident.visibility import Visibility

__all__ = [
    "IncidentSum",
    "MailFolder",
    "MailboxNumbers",
    "NoticeDecision",
    "Sums",
    "Thresholds",
    "Visibility",
    "count_mailboxes",
    "effect",
    "fold",
    "judge_notice",
    "latest_period",
    "life",
    "mailbox_totals",
    "measure_incident",
    "merge",
    "month_of",
    "senders",
    "series",
]
