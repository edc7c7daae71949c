"""Judges every DKIM signature of a message (RFC 6376 §6, RFC 8301, RFC 8463; result words of RFC 8601 §2.7.1).

=============  ======================================================================================
``pass``       the signature verifies: the domain in ``d=`` answers for this message
``fail``       it doesn't verify (header or body was changed), or it has expired
``policy``     SHA-1, an RSA key under 1024 bits (RFC 8301), or a date in the future: not accepted
``neutral``    it can't be read, or the header was cut before it could be verified
``temperror``  the key couldn't be fetched now
``permerror``  there is no usable key, or ``h=`` lacks From
=============  ======================================================================================

The body was hashed while it arrived (BodyDigest), and this module gets only its digests. ``read_claims`` reduces the
header to digests and signatures; the verdict needs no header text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import field, replace
from datetime import datetime

from catcher.fingerprint.authentication.dkim.canonical import selected, signed_octets
from catcher.fingerprint.authentication.dkim.keyrecord import KeyRecord, KeyRecordError, read_key_record
from catcher.fingerprint.authentication.dkim.signature import (
    MAX_SIGNATURES,
    DkimSignature,
    SignatureSyntaxError,
    header_fields,
    read_signature,
)
from catcher.fingerprint.header.addresses import read_mailboxes
from catcher.fingerprint.header.dates import read_date
from catcher.fingerprint.lookups import Lookups
from catcher.model.mail.fingerprint import AuthResult
from catcher.model.mail.lookup import LookupType, Status
from catcher.model.mail.transaction import BodyFacts, Header, HeaderField
from catcher.model.value import value

AHEAD_SECONDS = 3600
"""Most seconds that ``t=`` may lie in the future: a signer's clock may be wrong by an hour."""


@value
class DkimVerdict:
    """One signature and its result."""

    result: AuthResult
    signature: DkimSignature | None = field(repr=False)
    """None when the field can't be read."""
    names_typed: bool = False
    """Whether signed To and Cc fields name every typed domain."""
    covers_recipients: bool = False
    """Whether the signature covers To or Cc."""
    made_at: float | None = None
    """``t=``, else the signed Date; seconds since 1970. None without either."""

    @property
    def domain(self) -> str | None:
        return self.signature.domain if self.signature else None


def unjudged(header: Header) -> list[DkimVerdict]:
    """The first MAX_SIGNATURES signatures with the result ``none``: for use when no key may be fetched."""
    verdicts = []
    for source in header_fields(header, b"dkim-signature")[:MAX_SIGNATURES]:
        try:
            verdicts.append(DkimVerdict(AuthResult.NONE, read_signature(source)))
        except SignatureSyntaxError:
            verdicts.append(DkimVerdict(AuthResult.NONE, None))
    return verdicts


@value
class Seal:
    """A digest, and the signature over it that a key must verify."""

    digest: bytes = field(repr=False)
    """SHA-256 of the header fields that were signed."""
    value: bytes = field(repr=False)
    """``b=``, decoded."""
    intact: bool = True
    """Whether the body is the signed body, and no From field was added."""

    def fits(self, key: KeyRecord) -> bool:
        return self.intact and key.verifies(self.digest, self.value)


@value
class Claim:
    """A signature with the digests that its key must verify; no text of the header."""

    signature: DkimSignature | None = field(repr=False)
    """The signature without its field's text; None when it couldn't be read."""
    seal: Seal | None = None
    """None for SHA-1, which no key makes acceptable (RFC 8301 §3.1)."""
    cut: bool = False
    """Whether catcher cut the header: then catcher may have caused a failure."""
    signs_from: bool = False
    signs_thread: bool = False
    """Whether In-Reply-To or References can be neither added nor taken away without breaking the signature."""
    names_typed: bool = False
    """Whether signed To and Cc fields name every typed domain."""
    covers_recipients: bool = False
    """Whether ``h=`` has To or Cc."""
    made_at: float | None = None
    """``t=``, else the signed Date; seconds since 1970. None without either."""


def read_claims(header: Header, body: BodyFacts, typed: Collection[str]) -> tuple[Claim, ...]:
    """A claim for each of the first MAX_SIGNATURES signatures, top first. ``typed``: the domains of the recipients."""
    claims = []
    for source in header_fields(header, b"dkim-signature")[:MAX_SIGNATURES]:
        try:
            signature = read_signature(source)
        except SignatureSyntaxError:
            claims.append(Claim(None))
            continue
        claims.append(
            Claim(
                replace(signature, source=_NO_FIELD, signed=(), body_hash=b""),
                None if signature.algorithm == _SHA1 else sealed(signature, header, body),
                cut=bool(header.dropped),
                signs_from=b"from" in signature.signed,
                signs_thread=not _THREAD.isdisjoint(signature.signed),
                names_typed=_names(signature, header, set(typed)),
                covers_recipients=not _RECIPIENTS.isdisjoint(signature.signed),
                made_at=_made_at(signature, header),
            )
        )
    return tuple(claims)


def covered_headers(header: Header) -> list[Header | None]:
    """For each of the first MAX_SIGNATURES signatures, top first: ``header`` with the fields alone that it covers, in
    their order; None for a signature that can't be read."""
    found: list[Header | None] = []
    for source in header_fields(header, b"dkim-signature")[:MAX_SIGNATURES]:
        try:
            signature = read_signature(source)
        except SignatureSyntaxError:
            found.append(None)
            continue
        covered = set(map(id, selected([f for f in header.fields if f is not source], signature.signed)))
        fields = tuple([f for f in header.fields if id(f) in covered])
        found.append(replace(header, fields=fields))
    return found


_THREAD = frozenset({b"in-reply-to", b"references"})
_NO_FIELD = HeaderField(b"", b"")
_SHA1 = "rsa-sha1"
_RECIPIENTS = frozenset({b"to", b"cc"})


def _names(signature: DkimSignature, header: Header, typed: set[str]) -> bool:
    covered = [
        f.value for f in selected(header.fields, signature.signed) if f.name.rstrip(b" \t").lower() in _RECIPIENTS
    ]
    return bool(typed) and typed <= {mailbox.domain for mailbox in read_mailboxes(covered)}


def _made_at(signature: DkimSignature, header: Header) -> float | None:
    if signature.signed_at is not None:
        return signature.signed_at
    dates = header.by_name.get(b"date")
    # The bottom field is the one that the first ``date`` in h= covers (RFC 6376 §5.4.2).
    written = read_date(dates[-1].value) if dates and b"date" in signature.signed else None
    return written.timestamp() if written is not None else None


def judge_dkim(lookups: Lookups, claims: tuple[Claim, ...], now: datetime) -> list[DkimVerdict] | None:
    """A verdict for each claim; None when questions are open."""
    verdicts = []
    for claim in claims:
        if claim.signature is None:
            verdicts.append(DkimVerdict(AuthResult.NEUTRAL, None))
            continue
        result = _judge(lookups, claim.signature, claim, now)
        if result is not None:
            verdicts.append(
                DkimVerdict(result, claim.signature, claim.names_typed, claim.covers_recipients, claim.made_at)
            )
    return None if lookups.open else verdicts


def _judge(lookups: Lookups, signature: DkimSignature, claim: Claim, now: datetime) -> AuthResult | None:
    if not claim.signs_from:
        return AuthResult.PERMERROR
    if signature.algorithm == _SHA1 or (signature.signed_at or 0) > now.timestamp() + AHEAD_SECONDS:
        return AuthResult.POLICY
    if signature.expires_at is not None and signature.expires_at < now.timestamp():
        return AuthResult.FAIL
    answer = lookups.get(signature.key_name, LookupType.TXT)
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
    if claim.seal is not None and claim.seal.fits(key):
        return AuthResult.PASS
    return AuthResult.NEUTRAL if claim.cut else AuthResult.FAIL


def _fits(key: KeyRecord, signature: DkimSignature) -> bool:
    """Whether the key may be used for this signature (RFC 6376 §6.1.2)."""
    kind, _, hash_name = signature.algorithm.partition("-")
    return (
        key.kind == kind
        and (key.hashes is None or hash_name.encode() in key.hashes)
        and not (key.strict_identity and signature.identity != signature.domain)
    )


def sealed(signature: DkimSignature, header: Header, body: BodyFacts) -> Seal:
    """The seal of ``signature`` on this header and body.

    A signature that covers From fails when there is another From that it doesn't cover: a mail program may show the
    other From.
    """
    covered = signature.signed.count(b"from")
    if body.digests.get(signature.body) != signature.body_hash or (
        covered and len(header_fields(header, b"from")) > covered
    ):
        return Seal(b"", signature.value, intact=False)
    others = [f for f in header.fields if f is not signature.source]
    octets = signed_octets(others, signature.signed, signature.source, signature.header_canonicalization)
    return Seal(hashlib.sha256(octets).digest(), signature.value)
