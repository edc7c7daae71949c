"""A complete message → the transaction for recording, and the replies by the outcome of its recipients. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from catcher.model.mail.policy import Outcome
from catcher.model.mail.transaction import BodyFacts, Header
from catcher.smtp.dialogue.envelope import Envelope
from catcher.smtp.dialogue.results import MessageTaken
from catcher.smtp.explaining.explanation import Explanations
from catcher.smtp.wire import replies


def message_taken(
    envelope: Envelope, header: Header, body: BodyFacts, *, now: datetime, explanations: Explanations
) -> MessageTaken:
    """The result for a message that isn't refused (DESIGN §3 "Policies")."""
    if envelope.answers:
        return MessageTaken(envelope.answered(now, header), replies.ANSWERED, replies.NOT_STORED)
    ended = envelope.ended(now, header, body)
    match ended.outcome:
        case Outcome.ACCEPTED:
            return MessageTaken(ended, replies.accepted(ended.ref), replies.NOT_STORED)
        case Outcome.EXPLAINED:
            entries = envelope.entries
            return MessageTaken(ended, explanations.after_data(entries, ended.ref), explanations.unrecorded(entries))
        case Outcome.REFUSED:
            raise AssertionError("a recipient refused at RCPT has no data")
        case _:
            assert_never(ended.outcome)
