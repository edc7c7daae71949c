"""Reduces a fingerprint to its storable part: no text of a stranger's choice, no host name with an address. Pure.

``catcher fingerprint`` shows its user the whole fingerprint; the store keeps less:

- the name in HELO, only where it is confirmed: its address is the client's, or SPF passes for it. An unconfirmed name
  identifies no sender. Where SPF passes (a null reverse-path, RFC 7208 §2.4), its organizational domain is kept;
- host names without the labels that contain digits: a client's reverse name often spells its address, and addresses are
  kept for only 30 days (DESIGN §3);
- domain and selector of a DKIM signature, only if the signature verifies: then the domain's owner published the
  selector. The domain of another signature is kept if it is From's;
- of a recipient's domain the catalogued domain, without the labels that were typed left of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import cache, lru_cache

from catcher.directory import Suffixes
from catcher.model.mail.fingerprint import (
    HELO_SCOPE,
    Authentication,
    AuthResult,
    DkimResult,
    Evidence,
    EvidenceKind,
    Intended,
    Sender,
    Tier,
)
from catcher.model.mail.mailbox import Mailbox

_CACHED_SENDERS = 4_096
"""Most senders whose storable form is cached: the same senders write repeatedly."""

_OF_HOST = frozenset({EvidenceKind.HELO, EvidenceKind.IPREV})


_suffixes = cache(Suffixes)


@lru_cache(_CACHED_SENDERS)
def storable_sender(sender: Sender, *, spf_scope: str | None = None) -> Sender:
    """``sender`` without unconfirmed HELO text and without domains that only failed signatures name. Host names are cut
    to the network's name. Cached.

    ``spf_scope``: the identity that SPF judged, as ``SpfResult.scope``.
    """
    of_helo = spf_scope == HELO_SCOPE
    authors = frozenset(piece.domain for piece in sender.evidence if piece.kind is EvidenceKind.FROM)
    evidence = _storable_evidence(sender.evidence, authors, of_helo)
    conflicts = _storable_evidence(sender.conflicts, authors, of_helo)
    naming = [piece for piece in sender.evidence if piece.domain == sender.domain and piece.tier is sender.tier]
    if sender.domain is None or not naming:
        return Sender(sender.domain, sender.organisation, sender.tier, evidence, conflicts)
    kept = _storable_evidence(tuple(naming), authors, of_helo)
    # The sender keeps its name if a piece with that name is kept whole; else it has the name that its piece is cut to.
    named = next((piece for piece in naming if piece in kept), kept[0] if kept else None)
    domain, organisation = (named.domain, sender.organisation) if named is not None else (None, None)
    return Sender(domain, organisation, sender.tier, evidence, conflicts)


def storable_authentication(authentication: Authentication, sender: Sender) -> Authentication:
    """``authentication`` without HELO text that SPF doesn't confirm, and without the names of signatures that don't
    verify. ``sender``: the sender of the same mail."""
    spf = authentication.spf
    if spf.scope == HELO_SCOPE and spf.domain is not None:
        passed = spf.result is AuthResult.PASS
        spf = replace(spf, domain=_suffixes().organizational_domain(spf.domain) if passed else None)
        authentication = replace(authentication, spf=spf)
    if not authentication.dkim:
        return authentication
    authors = frozenset(piece.domain for piece in sender.evidence if piece.kind is EvidenceKind.FROM)
    return replace(authentication, dkim=tuple([_signature(result, authors) for result in authentication.dkim]))


def storable_intended(intended: Intended, domain: str) -> Intended:
    """``intended`` as of the catalogued ``domain``, whatever was typed left of it."""
    return intended if intended.typed == domain else replace(intended, typed=domain)


def storable_domain(path: Mailbox | None) -> str | None:
    """The domain of a reverse-path; None for an address literal (RFC 5321 §4.1.3), which is a client's address."""
    return None if path is None or not path.domain or path.domain.startswith("[") else path.domain


def _storable_evidence(
    pieces: tuple[Evidence, ...], authors: Collection[str], spf_of_helo: bool
) -> tuple[Evidence, ...]:
    """The pieces that may stay, each as it may stay and once."""
    kept = (_storable(piece, authors, spf_of_helo) for piece in pieces)
    return tuple(dict.fromkeys([piece for piece in kept if piece is not None]))


def _storable(piece: Evidence, authors: Collection[str], spf_of_helo: bool) -> Evidence | None:
    if piece.kind in _OF_HOST:
        return replace(piece, domain=_network_name(piece.domain)) if piece.tier is Tier.NETWORK else None
    if piece.kind is EvidenceKind.SPF and spf_of_helo:
        passed = piece.result is AuthResult.PASS
        return replace(piece, domain=_suffixes().organizational_domain(piece.domain)) if passed else None
    if piece.kind is EvidenceKind.DKIM and piece.result is not AuthResult.PASS:
        return piece if piece.domain in authors else None
    return piece


def _network_name(name: str) -> str:
    """``name`` without its leading labels that contain digits; at least two labels stay."""
    labels = name.split(".")
    while len(labels) > 2 and any(character.isdigit() for character in labels[0]):
        del labels[0]
    return ".".join(labels)


def _signature(result: DkimResult, authors: Collection[str]) -> DkimResult:
    if result.result is AuthResult.PASS:
        return result
    return replace(result, domain=result.domain if result.domain in authors else None, selector=None)
