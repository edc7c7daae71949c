"""The whole judgement: transaction, known answers and context give a Fingerprint, or the questions still open.

::

    transaction ─▶ TransactionFacts: names, digests, words; no text ─┐
                                                       answers ──────┼─▶ fingerprint_from ─▶ Fingerprint | Unanswered
                                                       context ──────┘
"""

from __future__ import annotations

from collections.abc import Callable

from catcher.fingerprint.authentication.arc import Chain
from catcher.fingerprint.authentication.authenticate import Credentials, authenticate, read_credentials
from catcher.fingerprint.authentication.spf import is_ip_address
from catcher.fingerprint.context import Context
from catcher.fingerprint.freshness import judge_freshness
from catcher.fingerprint.header.addresses import domain_or_none
from catcher.fingerprint.header.headerview import HeaderView
from catcher.fingerprint.header.markings import MarkedField, judge_markings, signed_markings
from catcher.fingerprint.header.platforms import header_platforms
from catcher.fingerprint.lookups import Lookups
from catcher.fingerprint.nature.classify import MessageFacts, judge_nature, read_message_facts
from catcher.fingerprint.nature.facts import Fact
from catcher.fingerprint.nature.hints import apply_hints
from catcher.fingerprint.network import claimed_network, judge_network
from catcher.fingerprint.sender import Bystanders, judge_sender
from catcher.model.mail.fingerprint import Fingerprint, Intended
from catcher.model.mail.lookup import LookupResults, Unanswered
from catcher.model.mail.marking import NO_OWN_MARKINGS, OwnMarkings
from catcher.model.mail.transaction import Transaction
from catcher.model.value import value


@value
class TransactionFacts:
    """All facts of a transaction that are judged. They hold no text of the header, so they may outlive it."""

    credentials: Credentials
    typed: tuple[str, ...]
    """The distinct domains of the recipients."""
    reverse_path: str | None
    """The domain of the reverse-path; None without one."""
    carriers: tuple[str, ...]
    """The platforms whose own fields stand in the header."""
    message: MessageFacts | None
    """None without a message."""
    markings: tuple[MarkedField, ...]

    @property
    def octets(self) -> int:
        """The memory that it takes, in octets: a high estimate."""
        kept = self.credentials
        seals = [claim.seal for claim in kept.claims if claim.seal]
        seals += [seal for _, seal in kept.chain.links] if isinstance(kept.chain, Chain) else []
        hinted = [domain for domain, _ in self.message.hints] if self.message else []
        names = (kept.helo, *kept.authors, *self.typed, *hinted)
        return _FRAME + sum(2 * len(seal.value) + _FRAME for seal in seals) + sum(len(name) + _NAME for name in names)


_NOTHING: frozenset[Fact] = frozenset()
_FRAME, _NAME = 2_000, 100
"""Octets of memory that a value with several fields takes, and that a text takes besides its characters."""


def read_transaction_facts(
    transaction: Transaction,
    *,
    lookups: bool = True,
    intended: Callable[[str], Intended] | None = None,
    own_markings: OwnMarkings = NO_OWN_MARKINGS,
) -> TransactionFacts:
    """The facts of ``transaction``; without ``lookups``, the facts that are useful only with answers from the DNS are
    left out.

    ``intended``: typed domain → its Intended. Without ``intended`` no hints are read. ``own_markings``: the operator's
    list.
    """
    header, reverse_path = transaction.header, transaction.reverse_path
    view = None if header is None else HeaderView(header)
    typed = tuple(dict.fromkeys([mailbox.domain for mailbox in transaction.forward_paths]))
    credentials = read_credentials(transaction, view, lookups=lookups)
    sent_from = domain_or_none(reverse_path.domain) if reverse_path else None
    message = read_message_facts(transaction, view, map(intended, typed) if intended else ()) if view else None
    markings = judge_markings(header, own_markings)
    return TransactionFacts(credentials, typed, sent_from, header_platforms(header), message, markings)


def fingerprint(transaction: Transaction, answers: LookupResults, context: Context) -> Fingerprint | Unanswered:
    """The sender, the intended organisation and the kind of a mail. Pure: the same arguments give the same result.

    Unanswered names questions that aren't in ``answers``: ask the questions, add their answers, and call again. After
    MAX_ROUNDS pass ``failing_the_rest(answers)``, which always gives a result. With ``context.lookups`` False no
    question is asked.
    """
    facts = read_transaction_facts(
        transaction, lookups=context.lookups, intended=context.intended, own_markings=context.own_markings
    )
    return fingerprint_from(facts, answers, context)


def fingerprint_from(facts: TransactionFacts, answers: LookupResults, context: Context) -> Fingerprint | Unanswered:
    """The same as ``fingerprint``, from the ``facts`` of a transaction."""
    lookups = Lookups(answers)
    credentials, message = facts.credentials, facts.message
    own = context.organizational_domain
    authenticated = authenticate(lookups, credentials, context)
    if context.lookups and is_ip_address(credentials.client):
        network = judge_network(lookups, credentials.client, credentials.helo, own)
    else:
        network = claimed_network(credentials.helo, own)
    if authenticated is None or network is None:
        return Unanswered(frozenset(lookups.open))
    bystanders = Bystanders(facts.reverse_path, facts.carriers, context.network_owner(credentials.client))
    sender = judge_sender(authenticated, network, bystanders, context)
    own_names = {*network.reverse, network.helo, *map(own, authenticated.authors)}
    hints = message.hints if message else ()
    weighed = [apply_hints(context.intended(domain), hints, context.organisation) for domain in facts.typed]
    intended = tuple([found for found, _ in weighed])
    hinted = _NOTHING.union(*(words for _, words in weighed)) if hints else _NOTHING
    nature = judge_nature(message, authenticated, network, sender, own_names, hinted)
    freshness = judge_freshness(authenticated, network, context, has_message=message is not None)
    return Fingerprint(sender, intended, nature, signed_markings(facts.markings), authenticated.results, freshness)
