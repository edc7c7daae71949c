"""The whole judgement: transaction, known answers and context give a Fingerprint, or the questions still open.

::

    transaction ─▶ TransactionFacts: names, digests, words; no text ─┐
                                                       answers ──────┼─▶ fingerprint_from ─▶ Fingerprint | Unanswered
                                                       context ──────┘
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from catcher.fingerprint.authentication.arc import Chain
from catcher.fingerprint.authentication.authenticate import Credentials, authenticate, read_credentials
from catcher.fingerprint.authentication.dkim.verdict import covered_headers
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
from catcher.fingerprint.ways.proofs import Proofs
from catcher.fingerprint.ways.route import MailRoute, read_route
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import Fingerprint, Intended, MailClass, MailKind, TypoKind
from catcher.model.mail.lookup import LookupResults, Unanswered
from catcher.model.mail.marking import NO_OWN_MARKINGS, Marking, OwnMarkings
from catcher.model.mail.transaction import Header, HeaderField, Transaction
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
    signed: tuple[MessageFacts | None, ...]
    """For each claim of ``credentials`` the facts of the fields alone that its signature covers; None for a signature
    that couldn't be read, or beyond the bound. Empty without look-ups."""
    covered: tuple[frozenset[Marking], ...]
    """For each claim of ``credentials`` the markings of the fields that its signature covers. Empty without
    look-ups."""
    route: MailRoute
    """The signs that the mail was passed on, and that it names the typed domains."""
    markings: tuple[Marking, ...]
    """The distinct markings. Their fields' names are the sender's words and aren't kept."""

    @property
    def octets(self) -> int:
        """The memory that it takes, in octets: a high estimate."""
        kept = self.credentials
        seals = [claim.seal for claim in kept.claims if claim.seal]
        seals += [seal for _, seal in kept.chain.links] if isinstance(kept.chain, Chain) else []
        hinted = [domain for domain, _ in self.message.hints] if self.message else []
        names = (kept.helo, *kept.authors, *self.typed, *hinted)
        frames = _FRAME * (1 + len(self.signed) + len(seals))
        return frames + sum(2 * len(seal.value) for seal in seals) + sum(len(name) + _NAME for name in names)


_NOTHING: frozenset[Fact] = frozenset()
_NO_MARKINGS: frozenset[Marking] = frozenset()
_MAX_SELECTIONS = 3
"""Most selections of signed fields whose facts are read: each costs as much as the whole header. Signers of one mail
agree, or they are its author's, his platform's and a gateway's."""
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
    marked = judge_markings(header, own_markings)
    covered = covered_headers(header) if header is not None and lookups else []
    return TransactionFacts(
        credentials=credentials,
        typed=typed,
        reverse_path=sent_from,
        carriers=header_platforms(header),
        message=message,
        signed=_read_signed_facts(transaction, covered),
        covered=tuple([_covered_by(each, marked) for each in covered]),
        route=MailRoute() if header is None or view is None else read_route(transaction, header, view),
        markings=tuple(dict.fromkeys([each.marking for each in marked])),
    )


def _covered_by(covered: Header | None, marked: Collection[MarkedField]) -> frozenset[Marking]:
    """The markings whose field is one of ``covered``, the fields that one signature covers: an unsigned field may have
    the name of a signed one."""
    if covered is None or not marked:
        return _NO_MARKINGS
    fields = frozenset(covered.fields)
    return frozenset(each.marking for each in marked if each.field in fields)


def _read_signed_facts(transaction: Transaction, headers: list[Header | None]) -> tuple[MessageFacts | None, ...]:
    """For each of ``headers``, the fields that one signature covers, their facts. Equal fields share them."""
    found: dict[tuple[HeaderField, ...], MessageFacts] = {}
    facts: list[MessageFacts | None] = []
    for covered in headers:
        if covered is not None and covered.fields not in found and len(found) < _MAX_SELECTIONS:
            found[covered.fields] = _doubted(read_message_facts(transaction, view := HeaderView(covered)), view)
        facts.append(None if covered is None else found.get(covered.fields))
    return tuple(facts)


def _doubted(message: MessageFacts, view: HeaderView) -> MessageFacts:
    """``message``, the facts of signed fields, with the doubts about a mail that SPF doesn't prove.

    A list whose copy lost the list's fields may stand in From, and then it stands in To or Cc as well; without a signed
    Subject nothing tells whether the mail is an answer.
    """
    doubts = set()
    if view.author is not None and view.author.address.lower() in {each.address.lower() for each in view.recipients}:
        doubts.add(Fact.REWRITTEN)
    if b"subject" not in view.names:
        doubts.add(Fact.UNSIGNED_SUBJECT)
    return replace(message, facts=message.facts | doubts) if doubts else message


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
    proofs = Proofs(lookups, authenticated, network, credentials.client, facts.route, context)
    freshness = judge_freshness(proofs, has_message=message is not None)
    if freshness is None:
        return Unanswered(frozenset(lookups.open))
    bystanders = Bystanders(
        facts.reverse_path,
        facts.carriers,
        context.network_owner(credentials.client),
        forwarder=proofs.spf_domain if freshness.reason == CountReason.FORWARD else None,
        tenant_bound=freshness.reason == CountReason.TENANT,
    )
    sender = judge_sender(authenticated, network, bystanders, context)
    own_names = {*network.reverse, network.helo, *map(own, authenticated.authors)}
    hints = message.hints if message else ()
    weighed = [apply_hints(context.intended(domain), hints, context.organisation) for domain in facts.typed]
    intended = tuple([found for found, _ in weighed])
    hinted = _NOTHING.union(*(words for _, words in weighed)) if hints else _NOTHING
    nature = judge_nature(message, authenticated, network, sender, own_names, hinted)
    if freshness.reason == CountReason.FORWARD:
        nature = replace(nature, typo=TypoKind.RELAY)
    elif nature.mail_class is MailClass.PERSON and not proofs.spf_aligned and proofs.aligned():
        signed = _signed_facts(facts, proofs)
        by_signed = judge_nature(signed, authenticated, network, sender, own_names, hinted) if signed else None
        nature = replace(nature, mail_class=by_signed.mail_class if by_signed else MailClass.UNKNOWN)
        is_answer = nature.kind is MailKind.ANSWER
        if freshness.reason == CountReason.DKIM and not is_answer and not _is_thread_signed(facts, proofs):
            freshness = replace(freshness, reason=CountReason.DKIM_ALONE)
    markings = signed_markings(facts.markings, _covered_markings(facts, proofs)) if facts.markings else ()
    return Fingerprint(sender, intended, nature, markings, authenticated.results, freshness)


def _signed_facts(facts: TransactionFacts, proofs: Proofs) -> MessageFacts | None:
    """The message's facts by the fields alone that a passing aligned signature covers; None when none of them was
    read.

    A mail that SPF doesn't prove may have got fields on its way here, and only its signature tells which are the
    author's. Of several signatures the first counts.
    """
    aligned = {id(signature) for _, signature in proofs.aligned()}
    for claim, message in zip(facts.credentials.claims, facts.signed, strict=True):
        if message is not None and facts.message is not None and id(claim.signature) in aligned:
            return replace(facts.message, facts=message.facts)
    return None


def _is_thread_signed(facts: TransactionFacts, proofs: Proofs) -> bool:
    """Whether a passing aligned signature tells if the mail answers another one."""
    aligned = {id(signature) for _, signature in proofs.aligned()}
    return any(claim.signs_thread for claim in facts.credentials.claims if id(claim.signature) in aligned)


def _covered_markings(facts: TransactionFacts, proofs: Proofs) -> frozenset[Marking]:
    """The markings of the fields that a passing aligned signature covers."""
    aligned = {id(signature) for _, signature in proofs.aligned()}
    claims = zip(facts.credentials.claims, facts.covered, strict=False)
    return _NO_MARKINGS.union(*(markings for claim, markings in claims if id(claim.signature) in aligned))
