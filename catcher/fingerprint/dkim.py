"""Judges every DKIM signature of a message (RFC 6376 §6, RFC 8301, RFC 8463; result words of RFC 8601 §2.7.1).

=============  ======================================================================================
``pass``       the signature verifies: the domain in ``d=`` answers for this message
``fail``       it doesn't verify (header or body was changed), or it has expired
``policy``     SHA-1, an RSA key under 1024 bits (RFC 8301), or a date in the future: not accepted
``neutral``    it can't be read, or the header was cut before it could be verified
``temperror``  the key couldn't be fetched now
``permerror``  there is no usable key, or ``h=`` lacks From
=============  ======================================================================================

The body was hashed while it streamed by (BodyDigest); only its digests are here.
"""

from __future__ import annotations

import hashlib
from dataclasses import field
from datetime import datetime

from catcher.fingerprint.canonical import signed_octets
from catcher.fingerprint.keyrecord import KeyRecord, KeyRecordError, read_key_record
from catcher.fingerprint.lookups import Lookups
from catcher.fingerprint.signature import (
    MAX_SIGNATURES,
    Signature,
    SignatureSyntaxError,
    header_fields,
    read_signature,
)
from catcher.model.fingerprint import AuthResult
from catcher.model.lookup import RRType, Status
from catcher.model.transaction import BodyFacts, Header
from catcher.model.value import value

CLOCK_SKEW = 3600
"""Seconds that ``t=`` may lie in the future."""


@value
class Verdict:
    """One signature and what came of it."""

    result: AuthResult
    signature: Signature | None = field(repr=False)
    """None when it couldn't be read."""

    @property
    def domain(self) -> str | None:
        return self.signature.domain if self.signature else None


def unjudged(header: Header) -> list[Verdict]:
    """The first MAX_SIGNATURES signatures, read only: what is known of them when no key may be fetched."""
    verdicts = []
    for source in header_fields(header, b"dkim-signature")[:MAX_SIGNATURES]:
        try:
            verdicts.append(Verdict(AuthResult.NONE, read_signature(source)))
        except SignatureSyntaxError:
            verdicts.append(Verdict(AuthResult.NONE, None))
    return verdicts


def judge_dkim(lookups: Lookups, header: Header, body: BodyFacts, now: datetime) -> list[Verdict] | None:
    """A verdict for each of the first MAX_SIGNATURES signatures, top first; None when questions are open."""
    verdicts = []
    for source in header_fields(header, b"dkim-signature")[:MAX_SIGNATURES]:
        try:
            signature = read_signature(source)
        except SignatureSyntaxError:
            verdicts.append(Verdict(AuthResult.NEUTRAL, None))
            continue
        result = _judge(lookups, signature, header, body, now)
        if result is not None:
            verdicts.append(Verdict(result, signature))
    return None if lookups.open else verdicts


def _judge(lookups: Lookups, signature: Signature, header: Header, body: BodyFacts, now: datetime) -> AuthResult | None:
    if b"from" not in signature.signed:
        return AuthResult.PERMERROR
    if signature.algorithm == "rsa-sha1" or (signature.signed_at or 0) > now.timestamp() + CLOCK_SKEW:
        return AuthResult.POLICY
    if signature.expires_at is not None and signature.expires_at < now.timestamp():
        return AuthResult.FAIL
    answer = lookups.get(signature.key_name, RRType.TXT)
    if answer is None:
        return None
    if answer.status is Status.FAILED:
        return AuthResult.TEMPERROR
    try:
        key = read_key_record(answer.records)
    except KeyRecordError:
        return AuthResult.PERMERROR
    if not _fits(key, signature):
        return AuthResult.PERMERROR
    if key.too_short:
        return AuthResult.POLICY
    if verifies(signature, key, header, body):
        return AuthResult.PASS
    return AuthResult.NEUTRAL if header.dropped else AuthResult.FAIL


def _fits(key: KeyRecord, signature: Signature) -> bool:
    """Whether the key may be used for this signature (RFC 6376 §6.1.2)."""
    kind, _, hash_name = signature.algorithm.partition("-")
    return (
        key.kind == kind
        and (key.hashes is None or hash_name.encode() in key.hashes)
        and not (key.strict_identity and signature.identity != signature.domain)
    )


def verifies(signature: Signature, key: KeyRecord, header: Header, body: BodyFacts) -> bool:
    """Whether body digest and header hash are the ones that were signed.

    Where it covers From, a further From field that it doesn't cover fails it: that may be the one people see.
    """
    if body.digests.get(signature.body) != signature.body_hash:
        return False
    covered = signature.signed.count(b"from")
    if covered and len(header_fields(header, b"from")) > covered:
        return False
    others = [f for f in header.fields if f is not signature.source]
    octets = signed_octets(others, signature.signed, signature.source, signature.header_canonicalization)
    hash_name = signature.body.algorithm.value
    return key.verifies(hash_name, hashlib.new(hash_name, octets, usedforsecurity=False).digest(), signature.value)
