"""Runs SPF, DKIM, DMARC and ARC for one transaction: gives their results, and the facts for the judgement."""

from __future__ import annotations

from dataclasses import field

from catcher.fingerprint.authentication.arc import Chain, judge_arc, read_arc
from catcher.fingerprint.authentication.dkim.verdict import Claim, DkimVerdict, judge_dkim, read_claims, unjudged
from catcher.fingerprint.authentication.dmarc.record import walk
from catcher.fingerprint.authentication.dmarc.rfc7489 import Identifier
from catcher.fingerprint.authentication.dmarc.verdict import DmarcVerdict, judge_dmarc, without_record
from catcher.fingerprint.authentication.pyspf import SpfMatch
from catcher.fingerprint.authentication.spf import judge_spf
from catcher.fingerprint.context import Context
from catcher.fingerprint.header.addresses import domain_or_none, read_mailboxes
from catcher.fingerprint.header.headerview import HeaderView
from catcher.fingerprint.lookups import Lookups
from catcher.model.mail.fingerprint import ArcResult, Authentication, AuthResult, DkimResult, DmarcResult, SpfResult
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.transaction import BodyFacts, Header, Transaction
from catcher.model.value import value

_NOTHING_JUDGED = Authentication()
_MAX_AUTHORS = 4
"""Most domains of From that are kept as evidence."""


@value
class Authenticated:
    results: Authentication = Authentication()
    authors: tuple[str, ...] = ()
    """The distinct domains in From."""
    proven: bool = False
    """Whether the domain in From is proven (tier ``verified``)."""
    former_dmarc: AuthResult | None = None
    """DMARC's result by RFC 7489; None when it doesn't differ."""
    spf_aligned: bool = False
    spf_match: SpfMatch = SpfMatch()
    """The mechanism by which SPF passed."""
    verdicts: tuple[DkimVerdict, ...] = field(default=(), repr=False)
    """The same as ``results.dkim``, with the signatures."""


@value
class Credentials:
    """The parts of a transaction that can prove its sender: names, signatures and digests, but no text."""

    client: str
    helo: str = field(repr=False)
    reverse_path: Mailbox | None = field(repr=False)
    """The reverse-path, with ``-`` in place of its local-part, which must never get into a DNS query."""
    authors: tuple[str, ...]
    """The distinct domains in From."""
    author: str | None
    """The domain of the only author; None when there are several or none."""
    claims: tuple[Claim, ...] = ()
    chain: Chain | ArcResult = ArcResult()
    unjudged: tuple[DkimVerdict, ...] = field(default=(), repr=False)
    """The signatures with the result ``none``, when no look-ups are made."""


def read_credentials(transaction: Transaction, view: HeaderView | None, *, lookups: bool) -> Credentials:
    """The credentials of ``transaction``; without ``lookups`` no key is fetched, so no digest is computed.

    ``view``: the view of its header; None without a header.
    """
    header, body = transaction.header or Header(), transaction.body or BodyFacts()
    author, authors = _authors(header, view)
    path = transaction.reverse_path
    bare = None if path is None else Mailbox("-" if path.local_part else "", path.domain)
    client, helo = transaction.client, transaction.helo
    if not lookups:
        return Credentials(client, helo, bare, authors, author, unjudged=tuple(unjudged(header)))
    typed = {mailbox.domain for mailbox in transaction.forward_paths}
    return Credentials(client, helo, bare, authors, author, read_claims(header, body, typed), read_arc(header, body))


def _authors(header: Header, view: HeaderView | None) -> tuple[str | None, tuple[str, ...]]:
    """(the only author's domain or None, the distinct domains in From), from whole From fields."""
    if view is not None and view.author is not None:
        return view.author.domain, (view.author.domain,)
    froms = header.all("from")
    authors = tuple(dict.fromkeys([mailbox.domain for mailbox in read_mailboxes(froms)]))
    return authors[0] if len(authors) == 1 and len(froms) == 1 else None, authors


def authenticate(lookups: Lookups, credentials: Credentials, context: Context) -> Authenticated | None:
    """All results; None when questions are open in ``lookups``."""
    author, authors = credentials.author, credentials.authors
    if not context.lookups:
        return _without_lookups(credentials.unjudged, author, authors, context)
    spf = judge_spf(
        lookups,
        client=credentials.client,
        helo=credentials.helo,
        reverse_path=credentials.reverse_path,
        now=context.now,
    )
    verdicts = judge_dkim(lookups, credentials.claims, context.now)
    arc = judge_arc(lookups, credentials.chain)
    if author is not None:
        walk(lookups, author)
    if spf is None or verdicts is None or arc is None or lookups.open:
        return None
    dmarc = _dmarc(lookups, author, spf.published, verdicts, context)
    if dmarc is None:
        return None
    if author is None and authors:
        # There are several authors, and DMARC judges only one (RFC 9989 §5.3.1).
        dmarc = DmarcVerdict(DmarcResult(AuthResult.PERMERROR))
    return Authenticated(
        results=Authentication(
            spf=spf.published,
            dkim=tuple(_dkim_result(verdict, dmarc) for verdict in verdicts),
            dmarc=dmarc.published,
            arc=arc,
        ),
        authors=authors[:_MAX_AUTHORS],
        proven=dmarc.proven,
        former_dmarc=dmarc.former,
        spf_aligned=any(not i.dkim for i in dmarc.aligned),
        spf_match=spf.match,
        verdicts=tuple(verdicts),
    )


def _without_lookups(
    verdicts: tuple[DkimVerdict, ...], author: str | None, authors: tuple[str, ...], context: Context
) -> Authenticated:
    """The results without look-ups: all are ``none``, and the signatures are listed."""
    if not verdicts:
        return Authenticated(_NOTHING_JUDGED, authors[:_MAX_AUTHORS])
    identifiers = [Identifier(v.domain, v.result, True) for v in verdicts if v.domain]
    dmarc = (
        without_record(author, identifiers, context.organizational_domain) if author else DmarcVerdict(DmarcResult())
    )
    return Authenticated(
        results=Authentication(dkim=tuple(_dkim_result(verdict, dmarc) for verdict in verdicts)),
        authors=authors[:_MAX_AUTHORS],
        verdicts=verdicts,
    )


def _dmarc(
    lookups: Lookups, author: str | None, spf: SpfResult, verdicts: list[DkimVerdict], context: Context
) -> DmarcVerdict | None:
    if author is None:
        return DmarcVerdict(DmarcResult())
    identifiers = [Identifier(v.domain, v.result, True) for v in verdicts if v.domain]
    if spf.domain and domain_or_none(spf.domain):
        identifiers.append(Identifier(spf.domain, spf.result, False))
    return judge_dmarc(lookups, author, identifiers, context.organizational_domain)


def _dkim_result(verdict: DkimVerdict, dmarc: DmarcVerdict) -> DkimResult:
    signature = verdict.signature
    if signature is None:
        return DkimResult(verdict.result, None, None, None, False)
    return DkimResult(
        result=verdict.result,
        domain=signature.domain,
        selector=signature.selector,
        algorithm=signature.algorithm,
        aligned=Identifier(signature.domain, verdict.result, True) in dmarc.aligned,
    )
