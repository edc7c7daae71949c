"""Weighs the evidence: names the sender, its tier of proof, and the conflicting evidence (DESIGN §3 "Tiers").

Tiers are never mixed and nothing is averaged. The best piece of evidence names the sender; every piece that names
another organisation is listed as a conflict. A domain that only text claims stays ``claimed``. The platform that
carried the mail is also evidence, but of a separate kind: it names no organisation and contradicts none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from catcher.fingerprint.authentication.authenticate import Authenticated
from catcher.fingerprint.context import Context
from catcher.fingerprint.network import ClientNetwork
from catcher.model.mail.fingerprint import AuthResult, Evidence, EvidenceKind, Platform, Sender, Tier
from catcher.model.tenant import decodes_to, tenant_of
from catcher.model.value import value

_CACHED_SENDERS = 4_096
"""Most senders whose result is cached: the same senders write repeatedly."""

_PREFERENCE = [
    EvidenceKind.DMARC,
    EvidenceKind.DKIM,
    EvidenceKind.SPF,
    EvidenceKind.IPREV,
    EvidenceKind.HELO,
]
"""Within a tier the first kind names the sender. Aligned evidence goes first, a platform's evidence last."""

_CLAIMED_PREFERENCE = [EvidenceKind.FROM, EvidenceKind.MAILFROM, EvidenceKind.HELO]
_OF_HOST = frozenset({EvidenceKind.IPREV, EvidenceKind.HELO})
_CARRYING = _OF_HOST | {EvidenceKind.DKIM, EvidenceKind.SPF, EvidenceKind.MAILFROM}
"""Kinds of evidence whose domain may belong to the platform that carries the mail."""
_NAMELESS = frozenset({EvidenceKind.PLATFORM, EvidenceKind.OWNER, EvidenceKind.DMARC_7489})
"""Kinds of evidence that never name a sender."""


@value
class Bystanders:
    """Names without any proof, beside the evidence."""

    reverse_path: str | None = None
    """The domain of the reverse-path."""
    carriers: tuple[str, ...] = ()
    """The platforms whose own fields stand in the header."""
    owner: str | None = None
    """The holder of the client's network."""
    forwarder: str | None = None
    """The domain of MAIL FROM, proven by SPF, when it forwarded the mail by a rule: then it is the sender, whoever the
    author is."""
    tenant_bound: bool = False
    """Whether something outside the mail binds its platform's tenant to From's domain."""


@value
class _Piece:
    evidence: Evidence
    aligned: bool
    """Whether the evidence's domain is aligned with From."""
    carrier: bool
    """Whether the domain belongs to a platform that carries other people's mail."""

    def rank(self) -> tuple[int, bool, bool, int]:
        order = _CLAIMED_PREFERENCE if self.evidence.tier is Tier.CLAIMED else _PREFERENCE
        preference = order.index(self.evidence.kind) if self.evidence.kind in order else len(order)
        return -self.evidence.tier.rank, not self.aligned, self.carrier, preference


def judge_sender(authenticated: Authenticated, network: ClientNetwork, others: Bystanders, context: Context) -> Sender:
    """The sender, by all evidence."""
    return _weighed(
        _signs(authenticated, network, others.reverse_path),
        _former(authenticated),
        others,
        context.organizational_domain,
        context.platform,
        context.organisation,
    )


_Sign = tuple[Tier, EvidenceKind, str, AuthResult, bool]
"""The fields of an Evidence, and whether its domain is aligned with From; a tuple hashes faster than an Evidence."""


@lru_cache(_CACHED_SENDERS)
def _weighed(
    signs: tuple[_Sign, ...],
    former: tuple[Evidence, ...],
    others: Bystanders,
    own: Callable[[str], str],
    platform_of: Callable[[str], Platform | None],
    organisation: Callable[[str], str | None],
) -> Sender:
    """The sender. The cache's key has domains and words of closed lists.

    The key also has the three functions, so the cache keeps a directory in memory as long as the process lives. That is
    safe: a reload starts new processes, and the old directory ends with the old processes.
    """
    naming = [
        _Piece(Evidence(tier, kind, domain, result), aligned, _carries(kind, platform_of(own(domain))))
        for tier, kind, domain, result, aligned in signs
    ]
    naming.sort(key=_Piece.rank)
    carrying = [*former, *_carriers(naming, others.carriers, own), *_owner(others.owner)]
    distinct = dict.fromkeys([piece.evidence for piece in naming] + carrying)
    # The sort is stable: within a tier, naming evidence stays before the carriers' evidence.
    pieces = tuple(sorted(distinct, key=lambda piece: -piece.tier.rank))
    if not naming:
        return Sender(None, None, Tier.CLAIMED, pieces, ())
    best = next((piece.evidence for piece in naming if _is_forwarders(piece, others)), naming[0].evidence)
    author = next((piece.evidence.domain for piece in naming if piece.evidence.kind is EvidenceKind.FROM), "")
    domain = author if _is_tenant_of(best, author, own, bound=others.tenant_bound) else best.domain
    of_carriers = {piece.evidence for piece in naming if piece.carrier}
    return Sender(
        domain=domain,
        organisation=None if platform_of(own(domain)) else organisation(domain),
        tier=best.tier,
        evidence=pieces,
        conflicts=tuple(
            piece
            for piece in pieces
            if piece.kind not in _NAMELESS
            and piece not in of_carriers
            and own(piece.domain) != own(domain)
            and not _is_tenant_of(piece, domain, own, bound=others.tenant_bound)
        ),
    )


def _is_forwarders(piece: _Piece, others: Bystanders) -> bool:
    return piece.evidence.kind is EvidenceKind.SPF and piece.evidence.domain == others.forwarder


def _is_tenant_of(piece: Evidence, domain: str, own: Callable[[str], str], *, bound: bool) -> bool:
    """Whether ``piece`` is the signature of the tenant that a platform gave to the organisation of ``domain``."""
    tenant = tenant_of(piece.domain) if piece.kind is EvidenceKind.DKIM else None
    if tenant is None or piece.result is not AuthResult.PASS or not domain or tenant_of(domain) is not None:
        return False
    return bound or decodes_to(tenant, domain) or decodes_to(tenant, own(domain))


def _carries(kind: EvidenceKind, platform: Platform | None) -> bool:
    """Whether such evidence names a carrier. A freemail provider's domain is also its users' domain, so only its host
    names count."""
    if platform is Platform.FREEMAIL:
        return kind in _OF_HOST
    return platform is not None and kind in _CARRYING


def _carriers(naming: list[_Piece], claimed: tuple[str, ...], own: Callable[[str], str]) -> list[Evidence]:
    """One piece of evidence for each platform: the strongest one."""
    found: dict[str, Evidence] = {}
    for piece in naming:
        if piece.carrier:
            platform, tier, result = own(piece.evidence.domain), piece.evidence.tier, piece.evidence.result
            found.setdefault(platform, Evidence(tier, EvidenceKind.PLATFORM, platform, result))
    for platform in claimed:
        found.setdefault(platform, Evidence(Tier.CLAIMED, EvidenceKind.PLATFORM, platform, AuthResult.NONE))
    return list(found.values())


def _former(authenticated: Authenticated) -> tuple[Evidence, ...]:
    author, result = authenticated.results.dmarc.domain, authenticated.former_dmarc
    return (Evidence(Tier.CLAIMED, EvidenceKind.DMARC_7489, author, result),) if author and result else ()


def _owner(owner: str | None) -> list[Evidence]:
    """The network's holder. A database proves nothing, so the tier is ``claimed``."""
    return [] if owner is None else [Evidence(Tier.CLAIMED, EvidenceKind.OWNER, owner, AuthResult.NONE)]


def _signs(authenticated: Authenticated, network: ClientNetwork, reverse_path_domain: str | None) -> tuple[_Sign, ...]:
    found: list[_Sign] = []
    results = authenticated.results
    dmarc, spf = results.dmarc, results.spf
    if dmarc.result is not AuthResult.NONE and dmarc.domain is not None:
        # A pass without confirmation by the public suffix list proves only DKIM's or SPF's own domain.
        tier = Tier.VERIFIED if authenticated.proven else Tier.CLAIMED
        found.append(_proof(EvidenceKind.DMARC, dmarc.domain, dmarc.result, tier, aligned=True))
    for signature in results.dkim:
        if signature.result is not AuthResult.NONE and signature.domain is not None:
            proof = _proof(
                EvidenceKind.DKIM, signature.domain, signature.result, Tier.AUTHENTICATED, aligned=signature.aligned
            )
            found.append(proof)
    if spf.result is not AuthResult.NONE and spf.domain is not None:
        found.append(
            _proof(EvidenceKind.SPF, spf.domain, spf.result, Tier.AUTHENTICATED, aligned=authenticated.spf_aligned)
        )
    for name in network.reverse:
        found.append(_proof(EvidenceKind.IPREV, name, network.reverse_result, Tier.NETWORK))
    if network.helo is not None:
        found.append(_proof(EvidenceKind.HELO, network.helo, network.helo_result, Tier.NETWORK))
    for name in authenticated.authors:
        found.append((Tier.CLAIMED, EvidenceKind.FROM, name, AuthResult.NONE, True))
    if reverse_path_domain is not None:
        found.append((Tier.CLAIMED, EvidenceKind.MAILFROM, reverse_path_domain, AuthResult.NONE, False))
    return tuple(found)


def _proof(kind: EvidenceKind, domain: str, result: AuthResult, tier: Tier, *, aligned: bool = False) -> _Sign:
    """A piece of evidence. ``tier`` is the tier of a pass; any other result is ``claimed``."""
    return tier if result is AuthResult.PASS else Tier.CLAIMED, kind, domain, result, aligned
