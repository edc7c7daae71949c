"""A DKIM-Signature or ARC-Message-Signature field as a value (RFC 6376 §3.5, RFC 8617 §4.1.2)."""

from __future__ import annotations

import re
from dataclasses import field

from catcher.fingerprint.authentication.dkim.tags import (
    TagListError,
    base64_value,
    decimal_value,
    parse_tags,
    without_white_space,
)
from catcher.model.domain import DomainError, is_at_or_below, to_alabel
from catcher.model.mail.transaction import Canonicalization, DigestAlgorithm, DigestWanted, Header, HeaderField
from catcher.model.value import value

MAX_SIGNATURES = 8
"""Most DKIM signatures of one message that are judged, from the top; other signatures are ignored."""

MAX_DIGESTS = 8
"""Most distinct body digests that are computed for one message."""

_ALGORITHM = re.compile(rb"(rsa|ed25519)-(sha1|sha256)\Z")
_QUOTED_OCTET = re.compile(rb"=([0-9A-F]{2})")
_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*\Z")


class SignatureSyntaxError(ValueError):
    """The field can't be read as a signature. The message names the tag, never its value."""


@value
class DkimSignature:
    """The tags of one signature, checked for syntax; nothing is proven yet."""

    algorithm: str
    """``rsa-sha256``, ``rsa-sha1`` or ``ed25519-sha256``."""
    domain: str
    """``d=``, A-labels."""
    selector: str
    header_canonicalization: Canonicalization
    body: DigestWanted
    signed: tuple[bytes, ...] = field(repr=False)
    """The names in ``h=``, in lower case and in order, with repetitions."""
    body_hash: bytes = field(repr=False)
    value: bytes = field(repr=False)
    """``b=``, decoded."""
    signed_at: int | None
    """``t=``, seconds since 1970."""
    expires_at: int | None
    """``x=``, seconds since 1970."""
    identity: str
    """The domain of ``i=``, or ``d=``."""
    source: HeaderField = field(repr=False)

    @property
    def key_name(self) -> str:
        """The name at which the public key is published (RFC 6376 §3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"


def read_signature(source: HeaderField, *, arc: bool = False) -> DkimSignature:
    """The signature in ``source``. Raises SignatureSyntaxError for a syntax error (RFC 6376 §6.1.1).

    With ``arc``, for an ARC-Message-Signature: no ``v=``, ``i=`` is the instance, ``h=`` may be empty, and the default
    canonicalisation is relaxed/relaxed.
    """
    tags = _tags(source, (b"a", b"b", b"bh", b"d", b"s") + (() if arc else (b"v", b"h")))
    if b"h" not in tags:
        raise SignatureSyntaxError("h= is missing")
    if not arc and tags[b"v"] != b"1":
        raise SignatureSyntaxError("v= is not 1")
    if b"dns/txt" not in without_white_space(tags.get(b"q", b"dns/txt")).lower().split(b":"):
        raise SignatureSyntaxError("q= lacks dns/txt")
    return _signature(source, tags, arc=arc)


def read_seal(source: HeaderField) -> tuple[DkimSignature, bytes]:
    """(the seal, its ``cv=``) of an ARC-Seal; the seal's body tags have no meaning. Raises SignatureSyntaxError."""
    tags = _tags(source, (b"a", b"b", b"cv", b"d", b"s"))
    if b"h" in tags:
        raise SignatureSyntaxError("a seal has no h= (RFC 8617 §4.1.3)")
    return _signature(source, {**tags, b"h": b"", b"bh": b"", b"c": b"relaxed/relaxed"}, arc=True), tags[b"cv"]


def arc_instance(source: HeaderField) -> int:
    """``i=`` of an ARC-Seal or ARC-Message-Signature; 0 when it can't be read."""
    try:
        return decimal_value(parse_tags(source.value).get(b"i", b""), digits=3)
    except TagListError:
        return 0


def _tags(source: HeaderField, needed: tuple[bytes, ...]) -> dict[bytes, bytes]:
    try:
        tags = parse_tags(source.value)
    except TagListError as error:
        raise SignatureSyntaxError(str(error)) from error
    for name in needed:
        if not tags.get(name):
            raise SignatureSyntaxError(f"{name.decode()}= is missing")
    return tags


def _signature(source: HeaderField, tags: dict[bytes, bytes], *, arc: bool) -> DkimSignature:
    try:
        domain = _domain(tags[b"d"])
        signed_at = decimal_value(tags[b"t"], digits=12) if b"t" in tags else None
        expires_at = decimal_value(tags[b"x"], digits=12) if b"x" in tags else None
        if signed_at is not None and expires_at is not None and expires_at <= signed_at:
            raise SignatureSyntaxError("x= is not after t=")
        header_canonicalization, body = _wanted(tags, arc=arc)
        return DkimSignature(
            algorithm=tags[b"a"].lower().decode(),
            domain=domain,
            selector=_selector(tags[b"s"]),
            header_canonicalization=header_canonicalization,
            body=body,
            signed=tuple(without_white_space(tags[b"h"]).lower().split(b":")),
            body_hash=base64_value(tags[b"bh"]),
            value=base64_value(tags[b"b"]),
            signed_at=signed_at,
            expires_at=expires_at,
            identity=domain if arc else _identity(tags.get(b"i"), domain),
            source=source,
        )
    except TagListError as error:
        raise SignatureSyntaxError(str(error)) from error


def wanted_digests(header: Header) -> tuple[DigestWanted, ...]:
    """The distinct body digests that the signatures of ``header`` need, at most MAX_DIGESTS."""
    wanted: dict[DigestWanted, None] = {}
    fields = header_fields(header, b"dkim-signature")[:MAX_SIGNATURES]
    if not fields and b"arc-message-signature" not in header.by_name:
        return ()
    arc = sorted(header_fields(header, b"arc-message-signature"), key=arc_instance)[-1:]
    for source in fields + arc:
        try:
            _, body = _wanted(parse_tags(source.value), arc=source in arc)
        except (TagListError, SignatureSyntaxError):
            continue
        wanted.setdefault(body)
    return tuple(wanted)[:MAX_DIGESTS]


def header_fields(header: Header, name: bytes) -> list[HeaderField]:
    """The fields called ``name`` (lower case), top first; blanks before the colon don't count."""
    return header.by_name.get(name, [])


def _wanted(tags: dict[bytes, bytes], *, arc: bool) -> tuple[Canonicalization, DigestWanted]:
    if arc and tags.get(b"a") != b"rsa-sha256":
        raise SignatureSyntaxError("a= is unknown (RFC 8617 §4.1.1)")
    algorithm = _ALGORITHM.match(tags.get(b"a", b"").lower())
    if algorithm is None or algorithm[0] == b"ed25519-sha1":
        raise SignatureSyntaxError("a= is unknown")
    default = b"relaxed/relaxed" if arc else b"simple/simple"
    for_header, _, for_body = tags.get(b"c", default).lower().partition(b"/")
    try:
        header_canonicalization = Canonicalization(for_header.decode("ascii"))
        body_canonicalization = Canonicalization((for_body or b"simple").decode("ascii"))
    except ValueError as error:
        raise SignatureSyntaxError("c= is unknown") from error
    length = decimal_value(tags[b"l"], digits=15) if b"l" in tags else None
    return header_canonicalization, DigestWanted(DigestAlgorithm(algorithm[2].decode()), body_canonicalization, length)


def _domain(value: bytes) -> str:
    try:
        name = to_alabel(value.decode("utf-8"))
    except (DomainError, UnicodeDecodeError) as error:
        raise SignatureSyntaxError("d= is no domain") from error
    if "." not in name:
        raise SignatureSyntaxError("d= is no domain")
    return name


def _selector(value: bytes) -> str:
    try:
        name = to_alabel(value.decode("utf-8"))
    except (DomainError, UnicodeDecodeError) as error:
        raise SignatureSyntaxError("s= is no selector") from error
    if not _SELECTOR.match(name):
        raise SignatureSyntaxError("s= is no selector")
    return name


def _octet(match: re.Match[bytes]) -> bytes:
    return bytes((int(match[1], 16),))


def _identity(value: bytes | None, domain: str) -> str:
    """The domain of ``i=``, whose text is dkim-quoted-printable (RFC 6376 §2.11, §3.5)."""
    if value is None:
        return domain
    _, at, host = _QUOTED_OCTET.sub(_octet, value).rpartition(b"@")
    try:
        name = to_alabel(host.decode("utf-8"))
    except (DomainError, UnicodeDecodeError) as error:
        raise SignatureSyntaxError("i= has no domain") from error
    if not at or not is_at_or_below(name, domain):
        raise SignatureSyntaxError("i= is not at or below d=")
    return name
