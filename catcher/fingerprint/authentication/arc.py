"""Validates an ARC chain, in which forwarders state their own results (RFC 8617 §5.2). No tier depends on it.

A chain is valid when its instances run from 1 without a gap, each instance has one seal, one signature and one results
field, the newest signature and every seal verify, and ``cv=`` is ``none`` in the first seal and ``pass`` in all others.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from catcher.fingerprint.authentication.dkim.canonical import canonical_field
from catcher.fingerprint.authentication.dkim.keyrecord import KeyRecordError, read_key_record
from catcher.fingerprint.authentication.dkim.signature import (
    DkimSignature,
    SignatureSyntaxError,
    arc_instance,
    read_seal,
    read_signature,
)
from catcher.fingerprint.authentication.dkim.tags import without_value_of
from catcher.fingerprint.authentication.dkim.verdict import Seal, sealed
from catcher.fingerprint.lookups import Lookups
from catcher.model.mail.fingerprint import ArcResult, AuthResult
from catcher.model.mail.lookup import LookupType, Status
from catcher.model.mail.transaction import BodyFacts, Canonicalization, Header, HeaderField
from catcher.model.value import value

MAX_SETS = 10
"""Most sets of a chain that is judged; a longer chain gets ``policy``. Each set costs a look-up; RFC 8617 allows 50."""

_RESULTS, _SIGNATURE, _SEAL = b"arc-authentication-results", b"arc-message-signature", b"arc-seal"
_KINDS = (_RESULTS, _SIGNATURE, _SEAL)
_RESULTS_INSTANCE = re.compile(rb"\s*i\s*=\s*([0-9]{1,3})\s*;")


class _BrokenChainError(ValueError):
    """The ARC fields don't form a chain."""


@dataclass(frozen=True, slots=True)
class _Set:
    """The three fields that one forwarder added (RFC 8617 §4.2)."""

    results: HeaderField = field(repr=False)
    signature: HeaderField = field(repr=False)
    seal: HeaderField = field(repr=False)


@value
class Chain:
    """A chain before its keys are known: for each link the key's name and the seal that it must verify; no text."""

    links: tuple[tuple[str, Seal], ...] = field(repr=False)
    """(name of the key, seal): first for the newest signature, then for each ARC-Seal, oldest first."""


def read_arc(header: Header, body: BodyFacts) -> Chain | ArcResult:
    """The chain, or the result when no key is needed: ``none`` without ARC fields, ``fail`` for a broken one."""
    fields = [f for kind in _KINDS for f in header.by_name.get(kind, ())]
    if not fields:
        return ArcResult()
    try:
        sets = _sets(fields)
        if len(sets) > MAX_SETS:
            return ArcResult(AuthResult.POLICY)
        newest = read_signature(sets[-1].signature, arc=True)
        seals = [read_seal(each.seal) for each in sets]
    except (_BrokenChainError, SignatureSyntaxError):
        return ArcResult(AuthResult.FAIL)
    if _SEAL in newest.signed or [cv for _, cv in seals] != [b"none", *[b"pass"] * (len(sets) - 1)]:
        return ArcResult(AuthResult.FAIL)
    links = [(newest.key_name, sealed(newest, header, body))]
    links += [(seal.key_name, _sealed(sets[:n], seal)) for n, (seal, _) in enumerate(seals, 1)]
    return Chain(tuple(links))


def judge_arc(lookups: Lookups, chain: Chain | ArcResult) -> ArcResult | None:
    """``pass`` or ``fail``; ``temperror`` when a key couldn't be fetched. None when questions are open."""
    if isinstance(chain, ArcResult):
        return chain
    answers = [lookups.get(name, LookupType.TXT) for name, _ in chain.links]
    present = [answer for answer in answers if answer is not None]
    if len(present) < len(answers):
        return None
    if any(answer.status is Status.FAILED for answer in present):
        return ArcResult(AuthResult.TEMPERROR)
    try:
        keys = [read_key_record(answer.records) for answer in present]
    except KeyRecordError:
        return ArcResult(AuthResult.FAIL)
    valid = not any(key.too_short or key.kind != "rsa" for key in keys) and all(
        seal.fits(key) for (_, seal), key in zip(chain.links, keys, strict=True)
    )
    return ArcResult(AuthResult.PASS if valid else AuthResult.FAIL)


def _sets(fields: list[HeaderField]) -> list[_Set]:
    """The sets by instance, from 1. Raises _BrokenChainError for a gap, a duplicate, or a field without instance."""
    found: dict[int, dict[bytes, HeaderField]] = {}
    for each in fields:
        kind = each.name.rstrip(b" \t").lower()
        instance = _results_instance(each) if kind == _RESULTS else arc_instance(each)
        of_instance = found.setdefault(instance, {})
        if instance < 1 or kind in of_instance:
            raise _BrokenChainError
        of_instance[kind] = each
    if sorted(found) != list(range(1, len(found) + 1)) or any(len(each) < len(_KINDS) for each in found.values()):
        raise _BrokenChainError
    return [_Set(found[n][_RESULTS], found[n][_SIGNATURE], found[n][_SEAL]) for n in sorted(found)]


def _results_instance(each: HeaderField) -> int:
    match = _RESULTS_INSTANCE.match(each.value)
    return int(match[1]) if match else 0


def _sealed(sets: list[_Set], seal: DkimSignature) -> Seal:
    """The last set's seal over the fields of all ``sets``, oldest set first (RFC 8617 §5.1.1)."""
    parts = []
    for each in sets:
        parts += [canonical_field(f, Canonicalization.RELAXED) + b"\r\n" for f in (each.results, each.signature)]
        if each is not sets[-1]:
            parts.append(canonical_field(each.seal, Canonicalization.RELAXED) + b"\r\n")
    unsigned = HeaderField(seal.source.name, without_value_of(seal.source.value, b"b"))
    octets = b"".join(parts) + canonical_field(unsigned, Canonicalization.RELAXED)
    return Seal(hashlib.sha256(octets).digest(), seal.value)
