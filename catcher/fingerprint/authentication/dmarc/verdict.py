"""Judges a message by DMARC: is the domain in From proven by an aligned DKIM or SPF pass? (RFC 9989 §4.4, §5.3)"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from catcher.fingerprint.authentication.dmarc.record import DmarcRecord, Walk, walk
from catcher.fingerprint.authentication.dmarc.rfc7489 import Identifier, differing, former_result
from catcher.fingerprint.lookups import Lookups
from catcher.model.domain import is_at_or_below
from catcher.model.mail.fingerprint import AuthResult, DmarcResult
from catcher.model.mail.lookup import LookupType, Status
from catcher.model.tenant import tenant_of
from catcher.model.value import value


@value
class DmarcVerdict:
    published: DmarcResult
    aligned: frozenset[Identifier] = frozenset()
    """The identifiers aligned with the Author Domain, with any result."""
    former: AuthResult | None = None
    """The result by RFC 7489; None when it doesn't differ."""
    proven: bool = False
    """Whether the domain in From is proven: DMARC passes by an identifier, and by the public suffix list this
    identifier also belongs to the same organisation. By the tree walk alone, the tenants of a suffix that publishes
    DMARC without ``psd=y`` could prove each other's domains."""


def judge_dmarc(
    lookups: Lookups,
    author: str,
    identifiers: Iterable[Identifier],
    organizational_domain: Callable[[str], str],
) -> DmarcVerdict | None:
    """The verdict on the Author Domain ``author``; None when questions are open.

    Without a record the result is ``none``, and alignment is judged by the public suffix list.
    """
    tree = walk(lookups, author)
    if tree is None:
        return None
    own, identifiers = organizational_domain, tuple(identifiers)
    policy_domain = author if tree.record_at(author) else tree.organizational_domain
    # Above the organizational domain, only a public suffix's own record counts (§4.10.1).
    record = tree.record_at(policy_domain) or next((r for _, r in tree.records if r.psd == "y"), None)
    if record is None:
        result = AuthResult.TEMPERROR if tree.failed else AuthResult.NONE
        found = without_record(author, identifiers, organizational_domain, result)
        return replace(found, former=differing(result, former_result(lookups, author, identifiers, own)))
    policy = _policy(lookups, author, record, own=policy_domain == author)
    aligned = set()
    for identifier in identifiers:
        alignment = _aligned(lookups, tree, record, identifier)
        if alignment:
            aligned.add(identifier)
    if lookups.open:
        return None
    passes = [i for i in aligned if i.result is AuthResult.PASS]
    if passes:
        result = AuthResult.PASS
    elif tree.failed or any(i.result is AuthResult.TEMPERROR for i in aligned):
        result = AuthResult.TEMPERROR
    else:
        result = AuthResult.FAIL
    return DmarcVerdict(
        former=differing(result, former_result(lookups, author, identifiers, own)),
        published=DmarcResult(result, author, policy),
        aligned=frozenset(aligned),
        proven=any(own(i.domain) == own(author) for i in passes),
    )


def without_record(
    author: str,
    identifiers: Iterable[Identifier],
    organizational_domain: Callable[[str], str],
    result: AuthResult = AuthResult.NONE,
) -> DmarcVerdict:
    """The verdict without a record, or without look-ups."""
    own = organizational_domain(author)
    aligned = frozenset(i for i in identifiers if organizational_domain(i.domain) == own)
    return DmarcVerdict(DmarcResult(result, author), aligned)


def _aligned(lookups: Lookups, tree: Walk, record: DmarcRecord, identifier: Identifier) -> bool | None:
    """Identifier alignment (§4.4.1, §4.4.2); None when questions are open."""
    if identifier.domain == tree.start:
        return True
    if tenant_of(identifier.domain) != tenant_of(tree.start):
        # The customers of one platform aren't each other, whatever record the platform publishes.
        return False
    if record.strict_dkim if identifier.dkim else record.strict_spf:
        return False
    own = tree.organizational_domain
    if not is_at_or_below(identifier.domain, own):
        return False
    if identifier.domain == own:
        return True
    theirs = walk(lookups, identifier.domain)
    return None if theirs is None else theirs.organizational_domain == own


_UNDER_TEST = {"reject": "quarantine", "quarantine": "none", "none": "none"}
"""Published policy → policy in force with ``t=y`` (RFC 9989 §4.7)."""


def _policy(lookups: Lookups, author: str, record: DmarcRecord, *, own: bool) -> str:
    """The policy in force for ``author``: ``p``, or ``sp`` or ``np`` for a name below the record; with ``t=y`` one
    level lower."""
    policy = _published(lookups, author, record, own=own)
    return _UNDER_TEST[policy] if record.testing else policy


def _published(lookups: Lookups, author: str, record: DmarcRecord, *, own: bool) -> str:
    if own:
        return record.policy
    if record.nonexistent_policy == record.subdomain_policy:
        return record.subdomain_policy
    answers = [lookups.get(author, rrtype) for rrtype in (LookupType.A, LookupType.AAAA, LookupType.MX)]
    if all(a is not None and a.status in (Status.NXDOMAIN, Status.NODATA) for a in answers):
        return record.nonexistent_policy
    return record.subdomain_policy
