"""Decides the reply to a recipient and its effect on the transaction (DESIGN §3 "Policies"). Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import assert_never

from catcher.catalogue import Catalogue, Entry
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.policy import RULES, DnsMail, Outcome, Policy, RcptReply
from catcher.model.telling.answer import PartyAnswer
from catcher.model.value import value
from catcher.smtp.settings import SmtpSettings
from catcher.smtp.wire import replies
from catcher.smtp.wire.replies import Reply

AFTER_DATA = {
    policy: rules.outcome
    for policy, rules in RULES.items()
    if rules.rcpt is RcptReply.TAKE and rules.outcome is not None
}
"""Policies that take recipients → the outcome after the data, which all taken recipients of a transaction share."""


class OperatorMailbox(StrEnum):
    """Local-parts that lead to the operator, also at a held domain whose MX is the sink: their mail is about the domain
    (RFC 5321 §4.5.1, RFC 2142)."""

    POSTMASTER = "postmaster"
    ABUSE = "abuse"


_OPERATORS = {mailbox.value: mailbox for mailbox in OperatorMailbox}


class RcptResult(Enum):
    """The result for one recipient."""

    TAKEN = auto()
    """The recipient was taken: the data may come."""
    REFUSED = auto()
    """The recipient was refused with the explanation at RCPT; the envelope is recorded."""
    TURNED_AWAY = auto()
    """The recipient was refused; nothing is recorded."""


@value
class RcptDecision:
    """The decision on one RCPT, with its reply."""

    reply: Reply
    kind: RcptResult = RcptResult.TURNED_AWAY
    entry: Entry | None = None
    """The catalogued domain; given when TAKEN, REFUSED or for an ``operator``."""
    policy: Policy = Policy.NULL
    """The policy in force for the domain."""
    answer: PartyAnswer | None = None
    """The answer to a notice that the address means; given when TAKEN without an entry."""
    operator: OperatorMailbox | None = None
    """The mailbox of a held domain whose mail is for the operator: it is counted, and nothing is recorded."""


def at_rcpt(
    mailbox: Mailbox,
    *,
    catalogue: Catalogue,
    settings: SmtpSettings,
    now: datetime,
    outcome: Outcome | None,
    ref: Callable[[], str] | None,
    answering: bool = False,
) -> RcptDecision:
    """Decides on one recipient.

    ``outcome``: the outcome after the data, fixed by the first taken recipient; None before. ``ref`` makes the
    transaction's reference and is called only for a reply that names the reference; None: nothing can be recorded now,
    so no reply names a reference. ``answering``: the transaction answers notices, so it can't also be a stray mail.
    """
    entry = catalogue.find(mailbox.domain) if mailbox.domain else None
    if entry is None:
        if _is_operators(mailbox, settings):
            return RcptDecision(replies.operator_pointer(settings.contact, settings.url))
        if mailbox.domain and mailbox.domain == settings.notices:
            if settings.answer_of is None:
                return RcptDecision(replies.NOT_STORED)
            return _answering(settings.answer_of(mailbox.local_part), outcome)
        return RcptDecision(replies.NO_RELAY if mailbox.domain else replies.BAD_RECIPIENT)
    policy = catalogue.policy_at(entry, now)
    rules = policy.rules
    operator = _OPERATORS.get(mailbox.local_part.lower())
    if operator is not None and rules.dns is DnsMail.SINK:  # RFC 5321 §4.5.1
        return RcptDecision(replies.operator_pointer(settings.contact, settings.url), entry=entry, operator=operator)
    match rules.rcpt:
        case RcptReply.TAKE:
            if answering or (outcome is not None and AFTER_DATA[policy] is not outcome):
                return RcptDecision(replies.OTHER_OUTCOME)
            return RcptDecision(replies.RECIPIENT_OK, RcptResult.TAKEN, entry, policy)
        case RcptReply.EXPLAIN:
            reply = settings.explanations.at_rcpt(entry, None if ref is None else ref())
            return RcptDecision(reply, RcptResult.REFUSED, entry, policy)
        case RcptReply.RELEASED:
            return RcptDecision(replies.released(entry.domain))
        case RcptReply.TURN_AWAY:
            null_mx = rules.dns is DnsMail.NULL
            return RcptDecision(replies.takes_no_mail(entry.domain, entry.intended, null_mx=null_mx))
        case _:
            assert_never(rules.rcpt)


def _is_operators(mailbox: Mailbox, settings: SmtpSettings) -> bool:
    """Whether an address outside the catalogue leads to the operator: postmaster@, abuse@ or the sender of notices."""
    name = mailbox.local_part.lower()
    if name in _OPERATORS and (not mailbox.domain or settings.is_own(mailbox.domain)):
        return True
    return bool(mailbox.domain) and f"{name}@{mailbox.domain}" == settings.sender.lower()


def _answering(answer: PartyAnswer | None, outcome: Outcome | None) -> RcptDecision:
    """The decision on a recipient at the domain of answers. Only addresses given in our notices exist there."""
    if answer is None:
        return RcptDecision(replies.NO_SUCH_ADDRESS)
    if outcome is not None:
        return RcptDecision(replies.OTHER_OUTCOME)
    return RcptDecision(replies.RECIPIENT_OK, RcptResult.TAKEN, answer=answer)
