"""Whether a mail that came to a reverse-path says that delivery failed, by its header alone: the body is not read.

A report of RFC 3464 says *failed* or *delayed* in its body, in ``Action:``. Its header says neither in a way that a
standard knows; the systems say it in the Subject, in fixed words. So a delivery report is taken for one of failure
unless its Subject tells of a delay or a success; who can't be sure waits before acting on it (``notify``: two days
without a sign of life).
"""

from __future__ import annotations

import re
from enum import StrEnum

from catcher.fingerprint.facts import Fact, header_facts
from catcher.fingerprint.glance import HeaderView
from catcher.model.mailbox import Mailbox
from catcher.model.transaction import Header


class Returned(StrEnum):
    """What came back."""

    FAILURE = "failure"
    """A delivery report that tells of nothing better."""
    DELAY = "delay"
    """It is tried further, or was relayed: nothing is known to have failed."""
    OTHER = "other"
    """No delivery report: an out-of-office answer, a person's mail, anything."""


_BETTER = re.compile(
    r"delay|\bretr(?:y|ied|ying)|\bwarning\b|will be (?:re)?tr|temporar|still (?:being )?tr|queued|"
    r"\bsuccess|\brelayed\b|\(relay\)|\bdelivered\b|"
    r"verzöger|retard|retras|ritard|vertraag",
    re.IGNORECASE,
)
_WORSE = re.compile(r"\bun(?:successful|delivered)|not (?:be )?delivered|\bfail", re.IGNORECASE)
"""What looks better at a view, and isn't."""


def returned(header: Header, reverse_path: Mailbox | None) -> Returned:
    """What a mail with ``header`` from ``reverse_path`` is. RFC 5321 §4.5.5: reports have the null reverse-path."""
    if reverse_path is not None:
        return Returned.OTHER
    view = HeaderView(header)
    facts = header_facts(view)
    if not facts & {Fact.DELIVERY_REPORT, Fact.FAILED_RECIPIENTS}:
        return Returned.OTHER
    subject = view.subject
    if _BETTER.search(subject) and not _WORSE.search(subject):
        return Returned.DELAY
    return Returned.FAILURE
