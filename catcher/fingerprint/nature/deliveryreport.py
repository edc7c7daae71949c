"""Judges by the header alone whether a mail to one of our reverse-paths reports a failed delivery.

The body is not read. A report by RFC 3464 states *failed* or *delayed* in its body, in ``Action:``. No standard header
field states it, but mail systems write it in the Subject, in fixed words. So a delivery report counts as a failure
unless its Subject mentions a delay or a success. Notices react to a failure only after two days without a sign of
delivery.
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
    """A delivery report that mentions no delay and no success."""
    DELAY = "delay"
    """Delivery is tried again, or the mail was relayed: no failure is known."""
    OTHER = "other"
    """No delivery report: for example an out-of-office answer or a person's mail."""


_BETTER = re.compile(
    r"delay|\bretr(?:y|ied|ying)|\bwarning\b|will be (?:re)?tr|temporar|still (?:being )?tr|queued|"
    r"\bsuccess|\brelayed\b|\(relay\)|\bdelivered\b|"
    r"verzöger|retard|retras|ritard|vertraag",
    re.IGNORECASE,
)
_WORSE = re.compile(r"\bun(?:successful|delivered)|not (?:be )?delivered|\bfail", re.IGNORECASE)
"""Words for a failure that contain one of the words above."""


def returned(header: Header, reverse_path: Mailbox | None) -> Returned:
    """The kind of a mail with ``header`` from ``reverse_path``. Reports have the null reverse-path (RFC 5321
    §4.5.5)."""
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
