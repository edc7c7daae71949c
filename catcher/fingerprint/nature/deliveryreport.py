"""Whether a mail to a reverse-path of ours reports that delivery failed, by its header alone: the body is not read.

A report by RFC 3464 states *failed* or *delayed* in its body, in ``Action:``. No standard field of the header does;
mail systems write it in the Subject, in fixed words. So a delivery report counts as one of failure unless its Subject
speaks of a delay or a success. Notices act on it only after two days without a sign of life.
"""

from __future__ import annotations

import re
from enum import StrEnum

from catcher.fingerprint.header.headerview import HeaderView
from catcher.fingerprint.nature.facts import Fact, header_facts
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.transaction import Header


class Returned(StrEnum):
    """The kind of a mail that came back."""

    FAILURE = "failure"
    """A delivery report that speaks of no delay and no success."""
    DELAY = "delay"
    """Delivery is tried again, or the mail was relayed: no failure is known."""
    OTHER = "other"
    """No delivery report: an out-of-office answer, a person's mail, anything."""


_BETTER = re.compile(
    r"delay|\bretr(?:y|ied|ying)|\bwarning\b|will be (?:re)?tr|temporar|still (?:being )?tr|queued|"
    r"\bsuccess|\brelayed\b|\(relay\)|\bdelivered\b|"
    r"verzöger|retard|retras|ritard|vertraag",
    re.IGNORECASE,
)
_WORSE = re.compile(r"\bun(?:successful|delivered)|not (?:be )?delivered|\bfail", re.IGNORECASE)
"""Words of a failure that contain one of the words above."""


def returned(header: Header, reverse_path: Mailbox | None) -> Returned:
    """The kind of a mail with ``header`` from ``reverse_path``. Reports have the null one (RFC 5321 §4.5.5)."""
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
