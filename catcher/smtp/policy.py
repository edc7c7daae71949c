"""What a recipient gets to hear, and what that makes of the transaction (DESIGN §3 "Policies"). Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto

from catcher.catalogue import Catalogue, Entry
from catcher.model.answer import PartyAnswer
from catcher.model.mailbox import Mailbox
from catcher.model.policy import Outcome, Policy
from catcher.model.value import value
from catcher.smtp import replies
from catcher.smtp.replies import Reply
from catcher.smtp.settings import Settings

AFTER_DATA = {Policy.ACCEPT: Outcome.ACCEPTED, Policy.EXPLAIN: Outcome.EXPLAINED}
"""Policies that let the data come → the outcome that all recipients of the transaction share."""

_OPERATORS = frozenset({"postmaster", "abuse"})


class Kind(Enum):
    """What became of a recipient."""

    TAKEN = auto()
    """The data may come."""
    REFUSED = auto()
    """The explanation was given at RCPT; that is observed."""
    TURNED_AWAY = auto()
    """Nothing is observed."""


@value
class Verdict:
    reply: Reply
    kind: Kind = Kind.TURNED_AWAY
    entry: Entry | None = None
    """The catalogued domain; given when TAKEN or REFUSED."""
    policy: Policy = Policy.NULL
    """Its policy in force."""
    answer: PartyAnswer | None = None
    """What a recipient says that answers a notice; given when TAKEN without an entry."""


def at_rcpt(
    mailbox: Mailbox,
    *,
    catalogue: Catalogue,
    settings: Settings,
    now: datetime,
    outcome: Outcome | None,
    ref: Callable[[], str] | None,
    answering: bool = False,
) -> Verdict:
    """Judges one recipient.

    ``outcome`` is what the first recipient that was taken has fixed for after the data, None before. ``ref`` gives
    the transaction's reference; it is called only when the reply names it; None: nothing can be recorded now, so that
    no reply names one. ``answering``: the transaction answers
    notices, and can't be a stray mail as well.
    """
    entry = catalogue.find(mailbox.domain) if mailbox.domain else None
    if entry is None:
        if _is_operators(mailbox, settings):
            return Verdict(replies.operator_pointer(settings.contact, settings.url))
        if mailbox.domain and mailbox.domain == settings.notices:
            return _answering(settings.answer_of(mailbox.local_part), outcome)
        return Verdict(replies.NO_RELAY if mailbox.domain else replies.BAD_RECIPIENT)
    policy = catalogue.policy_at(entry, now)
    if policy in AFTER_DATA:
        if answering or (outcome is not None and AFTER_DATA[policy] is not outcome):
            return Verdict(replies.OTHER_OUTCOME)
        return Verdict(replies.RECIPIENT_OK, Kind.TAKEN, entry, policy)
    if policy is Policy.REFUSE:
        return Verdict(
            settings.explanations.at_rcpt(entry, None if ref is None else ref()), Kind.REFUSED, entry, policy
        )
    if policy is Policy.RELEASE:
        return Verdict(replies.released(entry.domain))
    null_mx = policy is Policy.NULL
    return Verdict(replies.takes_no_mail(entry.domain, entry.intended, null_mx=null_mx))


def _is_operators(mailbox: Mailbox, settings: Settings) -> bool:
    """Whether whoever writes there wants a person at the operator's."""
    name = mailbox.local_part.lower()
    if name in _OPERATORS and (not mailbox.domain or settings.is_own(mailbox.domain)):
        return True
    return bool(mailbox.domain) and f"{name}@{mailbox.domain}" == settings.sender.lower()


def _answering(answer: PartyAnswer | None, outcome: Outcome | None) -> Verdict:
    """A recipient at the domain of answers: whatever we didn't write there doesn't exist."""
    if answer is None:
        return Verdict(replies.NO_SUCH_ADDRESS)
    if outcome is not None:
        return Verdict(replies.OTHER_OUTCOME)
    return Verdict(replies.RECIPIENT_OK, Kind.TAKEN, answer=answer)
