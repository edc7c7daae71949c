"""Judges the class of a mail, the probability that an honest sender wrote it, and the kind of typo.

The class follows from the facts, the most specific fact first. A person's mail has the signs of a person's mail program
and no sign of another program; a mail with neither is of unknown class. That a mail answers another (In-Reply-To,
References) is no such sign, since responders write these fields (RFC 3834 §3.1). Where the facts give no better class,
the model behind ``genuine`` may call the mail spam, unless its sender is verified. Lack of proof alone never makes it
spam: the header itself must look like spam.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import lru_cache

from catcher.fingerprint.authentication.authenticate import Authenticated
from catcher.fingerprint.header.headerview import HeaderView
from catcher.fingerprint.nature.facts import Fact
from catcher.fingerprint.nature.findfacts import header_facts, is_for_tests
from catcher.fingerprint.nature.findtraits import traits
from catcher.fingerprint.nature.genuine import from_proof, from_traits, probability
from catcher.fingerprint.nature.hints import Hints, read_hints
from catcher.fingerprint.network import ClientNetwork
from catcher.model.domain import is_at_or_below
from catcher.model.mail.fingerprint import Intended, MailClass, Nature, Sender, Tier, TypoKind
from catcher.model.mail.transaction import Transaction
from catcher.model.value import value

_REPORT = {
    Fact.DISPOSITION,
    Fact.ABUSE_REPORT,
    Fact.DMARC_REPORT,
    Fact.FAILURE_REPORT,
    Fact.TLS_REPORT,
    Fact.JOURNAL_REPORT,
}
_BOUNCE = {Fact.DELIVERY_REPORT, Fact.FAILED_RECIPIENTS, Fact.DAEMON}
_AUTOMATIC = {Fact.AUTO_SUBMITTED, Fact.AUTO_REPLY}
_BULK = {Fact.LIST, Fact.UNSUBSCRIBE, Fact.PRECEDENCE}
_MACHINE = {
    Fact.NO_REPLY,
    Fact.ACCOUNT,
    Fact.ONE_TIME_CODE,
    Fact.RECEIPT,
    Fact.NOTICE,
    Fact.PROGRAM,
    Fact.SERVICE,
    Fact.NULL_SENDER,
    Fact.POSTMASTER,
}
_DOUBT = {Fact.NO_FROM, Fact.SHARED, Fact.INTERFACE, Fact.REWRITTEN, Fact.UNSIGNED_SUBJECT}
"""With one of these, the signs of a mail program don't show a person."""

_ORDER = {fact: place for place, fact in enumerate(Fact)}

_MAYBE_SPAM = {MailClass.PERSON, MailClass.BULK, MailClass.UNKNOWN}
_SPAM = 0.1
"""Probability: only a mail with a lower ``genuine`` is called spam."""
_SPAM_BY_HEADER = -1.0
"""Log-odds: only a mail whose header alone has lower log-odds is called spam."""

_CACHED_NATURES = 1_024

_SCANNERS = frozenset(
    {
        "binaryedge.ninja",
        "censys-scanner.com",
        "censys.io",
        "criminalip.com",
        "cyberresilience.io",
        "internet-census.org",
        "internet-measurement.com",
        "leakix.net",
        "leakix.org",
        "netsystemsresearch.com",
        "onyphe.net",
        "openintel.nl",
        "shadowserver.org",
        "shodan.io",
        "stretchoid.com",
    }
)
"""Domains of services that scan the whole Internet and name their hosts after themselves."""


@value
class MessageFacts:
    """The signs of a message's kind in header and envelope: words and a number, no text."""

    facts: frozenset[Fact]
    by_header: float
    """Log-odds that the mail is genuine, by the header alone."""
    typo: TypoKind | None
    hints: Hints
    """Hints about the intended recipient of the message."""


def read_message_facts(transaction: Transaction, view: HeaderView, intended: Iterable[Intended] = ()) -> MessageFacts:
    """The facts of a message. ``view``: its header's view; ``intended``: the typed domains, judged without hints.

    Any selection of a message's fields may be given as its header: a sign outside the selection isn't seen, so that a
    selection of signed fields without a mail program's sign gives no person.
    """
    header = transaction.header
    facts = header_facts(view, header.by_name.get(b"received", ()) if header else ())
    path = transaction.reverse_path
    if path is None:
        facts.add(Fact.NULL_SENDER)
    elif is_for_tests(path.local_part.lower()):
        facts.add(Fact.TEST_ADDRESS)
    return MessageFacts(
        frozenset(facts), from_traits(traits(view)), _typo(transaction, view), read_hints(view, intended)
    )


def judge_nature(
    message: MessageFacts | None,
    authenticated: Authenticated,
    network: ClientNetwork,
    sender: Sender,
    own_names: Set[str | None],
    hinted: frozenset[Fact],
) -> Nature:
    """The class, ``genuine`` (0..1, two decimals), the kind of typo, and the facts behind them.

    ``own_names``: organizational domains of the client and of the sender. ``hinted`` is listed among the facts and
    decides nothing.
    """
    scans = not _SCANNERS.isdisjoint(own_names)
    if message is None:
        if scans:
            return Nature(MailClass.PROBE, 0.5, None, (Fact.NO_MESSAGE, Fact.SCANNER))
        return Nature(MailClass.UNKNOWN, 0.5, None, (Fact.NO_MESSAGE,))
    # A program with the wrong server configured may send from any network: a client without a name proves nothing.
    proof = 0.0 if message.typo is TypoKind.RELAY else from_proof(authenticated, network, sender)
    facts = message.facts | {Fact.SCANNER} if scans else message.facts
    return _weighed(facts, message.by_header, proof, message.typo, hinted, sender.tier is Tier.VERIFIED)


@lru_cache(_CACHED_NATURES)
def _weighed(
    facts: frozenset[Fact],
    by_header: float,
    proof: float,
    typo: TypoKind | None,
    hinted: frozenset[Fact],
    verified: bool,
) -> Nature:
    """The result; the latest results are cached. The key has words of closed lists and numbers, no message text."""
    genuine = probability(by_header + proof)
    mail_class = classify(facts)
    if not verified and mail_class in _MAYBE_SPAM and genuine < _SPAM and by_header < _SPAM_BY_HEADER:
        facts |= {Fact.UNLIKELY}
        mail_class = MailClass.SPAM
    in_order: list[Fact] = sorted(facts | hinted, key=_ORDER.__getitem__)
    return Nature(mail_class, genuine, typo, tuple(in_order))


def classify(facts: Set[Fact]) -> MailClass:
    """Derives the class from the facts; the most specific fact decides. A null sender alone makes no bounce."""
    if facts & _REPORT:
        return MailClass.AUTOMATIC
    if facts & _BOUNCE and not (facts & _BULK and Fact.DELIVERY_REPORT not in facts):
        return MailClass.BOUNCE
    if Fact.DELIVERY_SUBJECT in facts and facts & {Fact.NULL_SENDER, Fact.POSTMASTER, Fact.AUTO_SUBMITTED}:
        return MailClass.BOUNCE
    if facts & {Fact.SCANNER, Fact.RELAY_TEST}:
        return MailClass.PROBE
    if Fact.SCAN in facts:
        return MailClass.AUTOMATIC
    if {Fact.TEST_SUBJECT, Fact.TEST_ADDRESS} <= facts:
        return MailClass.PROBE
    if facts & _AUTOMATIC:
        return MailClass.AUTOMATIC
    if facts & _BULK:
        return MailClass.BULK
    if facts & _MACHINE:
        return MailClass.AUTOMATIC
    return MailClass.PERSON if Fact.MAIL_PROGRAM in facts and not facts & _DOUBT else MailClass.UNKNOWN


def _typo(transaction: Transaction, view: HeaderView) -> TypoKind | None:
    """``recipient`` when To or Cc name a typed domain. ``relay`` when they name only other domains and the reverse-path
    is at a typed domain: then a mail program has the typo in its server's name."""
    typed = {mailbox.domain for mailbox in transaction.forward_paths}
    named = [mailbox.domain for mailbox in view.recipients]
    if not typed or not named:
        return None
    if not typed.isdisjoint(named) or any(is_at_or_below(name, domain) for name in set(named) for domain in typed):
        return TypoKind.RECIPIENT
    own = transaction.reverse_path
    if own is not None and any(is_at_or_below(own.domain, domain) for domain in typed):
        return TypoKind.RELAY
    return None
