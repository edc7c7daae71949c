"""Reduces a fingerprint to its storable part: no text of a stranger's choice, no host name with an address. Pure.

``catcher fingerprint`` shows its user the whole fingerprint; the store keeps less:

- HELO's name, only if it is confirmed for the client's address: an unconfirmed name identifies no sender;
- host names without the labels that contain digits: a client's reverse name often spells its address, and addresses are
  kept for only 30 days (DESIGN §3);
- the selector of a DKIM signature, only if the signature verifies: then the domain's owner published the selector.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from catcher.model.mail.fingerprint import Authentication, AuthResult, DkimResult, Evidence, EvidenceKind, Sender, Tier
from catcher.model.mail.mailbox import Mailbox

_CACHED_SENDERS = 4_096
"""Most senders whose storable form is cached: the same senders write repeatedly."""

_OF_HOST = frozenset({EvidenceKind.HELO, EvidenceKind.IPREV})


@lru_cache(_CACHED_SENDERS)
def storable_sender(sender: Sender) -> Sender:
    """``sender`` without claimed HELO text, and with host names cut to the network's name. Cached."""
    evidence = tuple(_storable(piece) for piece in sender.evidence if _may_stay(piece))
    conflicts = tuple(_storable(piece) for piece in sender.conflicts if _may_stay(piece))
    domain, organisation, tier = sender.domain, sender.organisation, sender.tier
    naming = [p.kind in _OF_HOST for p in sender.evidence if p.domain == domain and p.tier is tier]
    if domain is not None and naming and all(naming):
        confirmed = tier is Tier.NETWORK
        domain, organisation = (_network_name(domain), organisation) if confirmed else (None, None)
    return Sender(domain, organisation, tier, evidence, conflicts)


def storable_authentication(authentication: Authentication) -> Authentication:
    """``authentication`` without the selectors of signatures that don't verify."""
    if not authentication.dkim:
        return authentication
    return replace(authentication, dkim=tuple(map(_signature, authentication.dkim)))


def storable_domain(path: Mailbox | None) -> str | None:
    """The domain of a reverse-path; None for an address literal (RFC 5321 §4.1.3), which is a client's address."""
    return None if path is None or not path.domain or path.domain.startswith("[") else path.domain


def _may_stay(piece: Evidence) -> bool:
    return piece.kind not in _OF_HOST or piece.tier is Tier.NETWORK


def _storable(piece: Evidence) -> Evidence:
    return replace(piece, domain=_network_name(piece.domain)) if piece.kind in _OF_HOST else piece


def _network_name(name: str) -> str:
    """``name`` without its leading labels that contain digits; at least two labels stay."""
    labels = name.split(".")
    while len(labels) > 2 and any(character.isdigit() for character in labels[0]):
        del labels[0]
    return ".".join(labels)


def _signature(result: DkimResult) -> DkimResult:
    return result if result.result is AuthResult.PASS else replace(result, selector=None)
