"""Judges by the header alone whether a mail to one of our reverse-paths reports a failed delivery.

The body is not read. A report by RFC 3464 states *failed* or *delayed* in its body, in ``Action:``. No standard header
field states it, but mail systems write it in the Subject, in fixed words (``languages``). So a delivery report counts
as a failure unless its Subject speaks of a delay or a success before it speaks of a failure: further on may stand the
Subject of the mail that came back. Notices react to a failure only after two days without a sign of delivery.
"""

from __future__ import annotations

from enum import StrEnum

from catcher.fingerprint.header.headerview import HeaderView
from catcher.fingerprint.nature.facts import Fact
from catcher.fingerprint.nature.findfacts import header_facts
from catcher.fingerprint.nature.phrases import PhraseKind, fold_case, phrases_in
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.transaction import Header


class Returned(StrEnum):
    """The kind of a mail that came back."""

    FAILURE = "failure"
    """A delivery report whose Subject speaks first of a failure, or of none of the three."""
    DELAY = "delay"
    """Delivery is tried again, or the mail was relayed: no failure is known."""
    OTHER = "other"
    """No delivery report: for example an out-of-office answer or a person's mail."""


_BETTER = (PhraseKind.DELAY, PhraseKind.SUCCESS)


def returned(header: Header, reverse_path: Mailbox | None) -> Returned:
    """The kind of a mail with ``header`` from ``reverse_path``. Reports have the null reverse-path (RFC 5321
    §4.5.5)."""
    if reverse_path is not None:
        return Returned.OTHER
    view = HeaderView(header)
    facts = header_facts(view)
    if not facts & {Fact.DELIVERY_REPORT, Fact.FAILED_RECIPIENTS}:
        return Returned.OTHER
    said = [each for each in phrases_in(fold_case(view.subject)) if each.kind in (*_BETTER, PhraseKind.FAILURE)]
    return Returned.DELAY if said and said[0].kind in _BETTER else Returned.FAILURE
