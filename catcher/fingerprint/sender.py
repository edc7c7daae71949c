"""Weighs the evidence: who sent it, how well proven, and what speaks for somebody else (DESIGN §3 "Tiers").

Tiers are never mixed and nothing is averaged: the best piece of evidence names the sender, and every piece that names
another organisation stays visible as a conflict. A domain that only text claims stays ``claimed``.
"""

from __future__ import annotations

from catcher.fingerprint.authentication import Authenticated
from catcher.fingerprint.context import Context
from catcher.fingerprint.network import Network
from catcher.model.fingerprint import AuthResult, Evidence, EvidenceKind, Sender, Tier

_PREFERENCE = [
    EvidenceKind.DMARC,
    EvidenceKind.DKIM,
    EvidenceKind.SPF,
    EvidenceKind.IPREV,
    EvidenceKind.HELO,
]
"""Within a tier, the first names the sender; aligned evidence goes before evidence that isn't."""

_CLAIMED_PREFERENCE = [EvidenceKind.FROM, EvidenceKind.MAILFROM, EvidenceKind.HELO]


def judge_sender(
    authenticated: Authenticated, network: Network, reverse_path_domain: str | None, context: Context
) -> Sender:
    """The sender by all evidence there is."""
    evidence = sorted(
        _evidence(authenticated, network, reverse_path_domain),
        key=lambda pair: (-pair[0].tier.rank, not pair[1], _preference(pair[0])),
    )
    pieces = tuple(dict.fromkeys(piece for piece, _ in evidence))
    if not pieces:
        return Sender(None, None, Tier.CLAIMED, (), ())
    best = pieces[0]
    own = context.organizational_domain(best.domain)
    return Sender(
        domain=best.domain,
        organisation=context.organisation(best.domain),
        tier=best.tier,
        evidence=pieces,
        conflicts=tuple(e for e in pieces if context.organizational_domain(e.domain) != own),
    )


def _preference(piece: Evidence) -> int:
    order = _CLAIMED_PREFERENCE if piece.tier is Tier.CLAIMED else _PREFERENCE
    return order.index(piece.kind) if piece.kind in order else len(order)


def _evidence(
    authenticated: Authenticated, network: Network, reverse_path_domain: str | None
) -> list[tuple[Evidence, bool]]:
    """(piece, whether its domain is aligned with From)."""
    found: list[tuple[Evidence, bool]] = []

    def add(kind: EvidenceKind, domain: str | None, result: AuthResult, tier: Tier, aligned: bool = False) -> None:
        if domain is not None:
            found.append((Evidence(tier if result is AuthResult.PASS else Tier.CLAIMED, kind, domain, result), aligned))

    results = authenticated.results
    if results.dmarc.result is not AuthResult.NONE:
        # A pass that the public suffix list doesn't bear out proves nothing beyond DKIM's or SPF's own domain.
        tier = Tier.VERIFIED if authenticated.proven else Tier.CLAIMED
        add(EvidenceKind.DMARC, results.dmarc.domain, results.dmarc.result, tier, True)
    for signature in results.dkim:
        if signature.result is AuthResult.NONE:
            continue
        add(EvidenceKind.DKIM, signature.domain, signature.result, Tier.AUTHENTICATED, signature.aligned)
    if results.spf.result is not AuthResult.NONE:
        add(EvidenceKind.SPF, results.spf.domain, results.spf.result, Tier.AUTHENTICATED, authenticated.spf_aligned)
    for name in network.reverse:
        add(EvidenceKind.IPREV, name, network.reverse_result, Tier.NETWORK)
    add(EvidenceKind.HELO, network.helo, network.helo_result, Tier.NETWORK)
    for name in authenticated.authors:
        add(EvidenceKind.FROM, name, AuthResult.NONE, Tier.CLAIMED, True)
    add(EvidenceKind.MAILFROM, reverse_path_domain, AuthResult.NONE, Tier.CLAIMED)
    return found
