"""What kind of mail it is, how likely it is a real stray, and whose mistake led it here.

``genuine`` is a logistic score over the facts with the weights below: chosen by hand so that each sign is defensible,
**not calibrated**. It orders mails; 0.8 does not mean that 8 in 10 are genuine.
"""

from __future__ import annotations

import math

from catcher.fingerprint.addresses import mailboxes
from catcher.fingerprint.authentication import Authenticated
from catcher.fingerprint.facts import Fact, header_facts
from catcher.model.domain import is_at_or_below
from catcher.model.fingerprint import AuthResult, MailClass, Nature, Sender, Tier, TypoKind
from catcher.model.transaction import Transaction

_BOUNCE = {Fact.DELIVERY_REPORT, Fact.FAILED_RECIPIENTS, Fact.DAEMON}
_AUTOMATIC = {Fact.DISPOSITION, Fact.ABUSE_REPORT, Fact.AUTO_SUBMITTED, Fact.AUTO_REPLY}
_BULK = {Fact.LIST, Fact.UNSUBSCRIBE, Fact.PRECEDENCE}
_MACHINE = {Fact.NO_REPLY, Fact.ACCOUNT, Fact.SERVICE, Fact.NULL_SENDER, Fact.POSTMASTER}

_WEIGHTS = {
    Fact.REPLY: 1.5,
    Fact.MAIL_PROGRAM: 0.7,
    Fact.NO_DATE: -1.0,
    Fact.NO_MESSAGE_ID: -1.0,
    Fact.NO_FROM: -2.0,
    Fact.DAMAGED: -1.0,
    Fact.HTML_ONLY: -1.2,
    Fact.LOUD: -1.2,
}
_CLASS_WEIGHTS = {
    MailClass.PERSON: 0.5,
    MailClass.BULK: 0.5,
    MailClass.AUTOMATIC: 0.0,
    MailClass.BOUNCE: -1.0,
    MailClass.UNKNOWN: -1.0,
}
_TIER_WEIGHTS = {Tier.VERIFIED: 1.5, Tier.AUTHENTICATED: 0.8, Tier.NETWORK: 0.2, Tier.CLAIMED: 0.0}
_FAILED_WEIGHT = -2.0
"""DMARC says that the domain in From didn't send it."""
_NAMED_WEIGHT = 0.7
"""To or Cc names the typed domain: somebody wrote the address out."""


def judge_nature(transaction: Transaction, authenticated: Authenticated, sender: Sender) -> Nature:
    """Class, ``genuine`` (0..1, two decimals), kind of typo, and the facts it rests on."""
    if transaction.header is None:
        return Nature(MailClass.UNKNOWN, 0.5, None, (Fact.NO_MESSAGE,))
    facts = header_facts(transaction.header)
    if transaction.reverse_path is None:
        facts.add(Fact.NULL_SENDER)
    mail_class = classify(facts)
    named = _visible(transaction)
    score = _CLASS_WEIGHTS[mail_class] + sum(_WEIGHTS.get(fact, 0.0) for fact in facts)
    score += _TIER_WEIGHTS[sender.tier]
    if authenticated.results.dmarc.result is AuthResult.FAIL:
        score += _FAILED_WEIGHT
    typed = {mailbox.domain for mailbox in transaction.forward_paths}
    if named & typed:
        score += _NAMED_WEIGHT
    return Nature(
        mail_class=mail_class,
        genuine=round(1 / (1 + math.exp(-score)), 2),
        typo=_typo(transaction, named, typed),
        reasons=tuple(fact for fact in Fact if fact in facts),
    )


def classify(facts: set[Fact]) -> MailClass:
    """The class that the facts add up to, the most telling first. A null sender alone makes no bounce."""
    if facts & {Fact.DISPOSITION, Fact.ABUSE_REPORT}:
        return MailClass.AUTOMATIC
    if facts & _BOUNCE and not (facts & _BULK and Fact.DELIVERY_REPORT not in facts):
        return MailClass.BOUNCE
    if Fact.DELIVERY_SUBJECT in facts and facts & {Fact.NULL_SENDER, Fact.POSTMASTER, Fact.AUTO_SUBMITTED}:
        return MailClass.BOUNCE
    if facts & _AUTOMATIC:
        return MailClass.AUTOMATIC
    if facts & _BULK:
        return MailClass.BULK
    if facts & _MACHINE:
        return MailClass.AUTOMATIC
    return MailClass.UNKNOWN if Fact.NO_FROM in facts else MailClass.PERSON


def _visible(transaction: Transaction) -> set[str]:
    """Domains that To and Cc name."""
    header = transaction.header
    if header is None:
        return set()
    return {mailbox.domain for mailbox in mailboxes(header.all("to") + header.all("cc"))}


def _typo(transaction: Transaction, named: set[str], typed: set[str]) -> TypoKind | None:
    """``recipient`` when To or Cc name a typed domain; ``relay`` when they name others only and the sender's own
    reverse-path is at a typed domain: a mail program that has it as its server."""
    if not typed:
        return None
    if any(is_at_or_below(name, domain) for name in named for domain in typed):
        return TypoKind.RECIPIENT
    own = transaction.reverse_path
    if named and own is not None and any(is_at_or_below(own.domain, domain) for domain in typed):
        return TypoKind.RELAY
    return None
