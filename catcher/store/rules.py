"""Rules that every store keeps: the precision of moments, what is a replay, one contact for each address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from catcher.directory import Suffixes
from catcher.model.mail.fingerprint import AuthResult, EvidenceKind, Sender, Tier
from catcher.model.mail.observation import REVISED, Observation
from catcher.model.ports import ContactChange
from catcher.model.telling.alert import Alert, AlertDelivery
from catcher.model.telling.contact import Contact, StepOutcome, in_order
from catcher.model.telling.notice import LedgerEntry, Notice
from catcher.model.telling.suppression import Suppression
from catcher.model.value import value
from catcher.privacy.retention import COARSE_AFTER


def to_the_minute(observation: Observation) -> Observation:
    """``observation`` as it may be stored: the dictionary allows whole minutes only."""
    moment = observation.observed_at
    if not (moment.second or moment.microsecond):
        return observation
    return replace(observation, observed_at=moment.replace(second=0, microsecond=0))


def alert_to_the_second(alert: Alert) -> Alert:
    return replace(alert, at=_second(alert.at), deliveries=tuple(map(delivery_to_the_second, alert.deliveries)))


def delivery_to_the_second(delivery: AlertDelivery) -> AlertDelivery:
    again, sent = delivery.again_at, delivery.sent_at
    return replace(delivery, again_at=again and _second(again), sent_at=sent and _second(sent))


def begun(notice: Notice) -> Notice:
    """A draft as it is stored, with its steps to the second. Raises OutOfOrder when the steps can't follow each
    other."""
    fresh = replace(notice, steps=())
    for step in notice.steps:
        fresh = fresh.with_step(step_to_the_second(step))
    return fresh


def step_to_the_second(step: LedgerEntry) -> LedgerEntry:
    return replace(step, at=_second(step.at), again_at=None if step.again_at is None else _second(step.again_at))


def suppression_to_the_second(suppression: Suppression) -> Suppression:
    return replace(suppression, at=_second(suppression.at))


def with_revision(stored: Observation, known: Observation, *, replayed: bool) -> Observation:
    """``stored`` with those fields of ``known`` that depend on look-ups."""
    later = {name: getattr(known, name) for name in REVISED}
    return replace(stored, **later, replayed=replayed, revision=stored.revision + 1)


_PROVEN = (Tier.VERIFIED, Tier.AUTHENTICATED)
_suffixes = cache(Suffixes)


REVISED_WITHIN = timedelta(hours=2)
"""Age at which look-ups that failed aren't repeated any more: ``intake.completion`` gives up after minutes. The age is
counted from the hour, since the store may know no more."""
RESTING_WITHIN = COARSE_AFTER + timedelta(days=2)
"""Age at which no address is known any more; the store that forgets it earlier closes the judgement then."""


def open_for(observation: Observation) -> timedelta:
    """Age, from the hour of an open observation (``is_open``), up to which its judgement may change."""
    return RESTING_WITHIN if observation.rests_on_address else REVISED_WITHIN


def open_until(observation: Observation) -> datetime:
    """The moment up to which the judgement of an open observation may change."""
    return observation.observed_at.replace(minute=0, second=0, microsecond=0) + open_for(observation)


def proven_organisation(sender: Sender) -> str | None:
    """The organizational domain of a proven sender, also of a mailbox provider; None for an unproven one.

    A proven mail is a retry only of a mail of the same one: else somebody who has a copy could send it first, and the
    sender's own mail would be the retry.
    """
    if sender.domain is None or sender.tier not in _PROVEN:
        return None
    return _suffixes().organizational_domain(sender.domain)


def handing_organisation(sender: Sender, *, fresh: bool) -> str | None:
    """``proven_organisation`` where it handed the mail over itself: SPF passes for it, or the mail is fresh. None for
    others' mail that the client passed on, which DKIM still proves.

    The stores keep, for 30 days, from which client addresses whose mail came: an address from which two organisations
    send proves nothing by SPF alone (DESIGN §3 "Notices" (d)). The first mail of a second organisation stops the mails
    of the first from counting, too.
    """
    organisation = proven_organisation(sender)
    if organisation is None or fresh:
        return organisation
    own = _suffixes().organizational_domain
    by_spf = (e.domain for e in sender.evidence if e.kind is EvidenceKind.SPF and e.result is AuthResult.PASS)
    return organisation if any(own(domain) == organisation for domain in by_spf) else None


_SPLIT_WITHIN = timedelta(minutes=15)
"""Longest time between two transactions of one mail: a client that splits a mail by recipients sends the parts at once;
15 minutes are for a part that was deferred first."""
SPLIT_MOST = 100
"""Most other transactions of one mail that are looked at; a mail in more of them is a replay from there on. Two
mailboxes are enough for any threshold, and each look costs."""


@value
class SignedDelivery:
    """What is compared of two deliveries with one signature."""

    observed_at: datetime
    network: str
    """The client's network."""
    recipients: tuple[str, ...]


def is_replay(new: SignedDelivery, others: Sequence[SignedDelivery]) -> bool:
    """Whether a mail that is no retry repeats ``others``, deliveries with its signature in other transactions.

    A client may split one mail into several transactions, each for other recipients (RFC 5321 §2.1): such a part came
    from the same network, within minutes, and is no replay.
    """
    return len(others) > SPLIT_MOST or any(not _is_part_of_same_mail(new, other) for other in others)


def _is_part_of_same_mail(new: SignedDelivery, other: SignedDelivery) -> bool:
    return (
        abs(new.observed_at - other.observed_at) <= _SPLIT_WITHIN
        and new.network == other.network
        and bool(new.recipients)
        and bool(other.recipients)
        and set(new.recipients).isdisjoint(other.recipients)
    )


def changed_contacts(party: str, known: Sequence[Contact], change: ContactChange) -> tuple[Contact, ...]:
    """A party's contacts after ``change``, in order. Raises ValueError when the contacts can't be stored."""
    changed = tuple(map(_contact_to_the_second, in_order(change(tuple(known)))))
    if any(contact.party != party for contact in changed):
        raise ValueError("a change of one party's contacts brought another party's")
    if len({contact.address for contact in changed}) < len(changed):
        raise ValueError("a party has one contact for an address")
    return changed


def outcome_to_the_second(outcome: StepOutcome) -> StepOutcome:
    """``outcome`` as it may be stored, to the second."""
    return replace(outcome, at=_second(outcome.at))


def _contact_to_the_second(contact: Contact) -> Contact:
    return replace(
        contact,
        seen_at=_second(contact.seen_at),
        confirmed_at=None if contact.confirmed_at is None else _second(contact.confirmed_at),
        bad_at=None if contact.bad_at is None else _second(contact.bad_at),
    )


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
