"""A DKIM key record: the public key that a domain publishes for its signatures (RFC 6376 §3.6.1, RFC 8463)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from catcher.fingerprint.authentication.dkim.rsa import read_rsa_key, verify_rsa
from catcher.fingerprint.authentication.dkim.tags import TagListError, base64_value, parse_tags, without_white_space

MIN_BITS = 1024
"""RFC 8301 §3.2: "Verifiers MUST NOT consider signatures using RSA keys of less than 1024 bits as valid"."""

_MAX_RECORD = 4096
"""Octets of the longest TXT record that is read; a key of 8192 bits takes about 1400."""


class KeyRecordError(ValueError):
    """The record has no usable key: the key is absent, revoked, unreadable, or of an unknown kind."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    key: RSAPublicKey | Ed25519PublicKey = field(repr=False)
    hashes: frozenset[bytes] | None
    """``h=``: acceptable hash algorithms; None means all."""
    strict_identity: bool
    """``t=s``: the domain of ``i=`` must equal ``d=``."""

    @property
    def kind(self) -> str:
        return "rsa" if isinstance(self.key, RSAPublicKey) else "ed25519"

    @property
    def too_short(self) -> bool:
        return isinstance(self.key, RSAPublicKey) and self.key.key_size < MIN_BITS

    def verifies(self, digest: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is this key's over ``digest``, a SHA-256 (RFC 8301 §3.1, RFC 8463 §3)."""
        if isinstance(self.key, RSAPublicKey):
            return verify_rsa(self.key, digest, signature)
        try:
            self.key.verify(signature, digest)
        except InvalidSignature:
            return False
        return True


def read_key_record(records: Iterable[object]) -> KeyRecord:
    """The first of the TXT ``records`` that is a key record. Raises KeyRecordError.

    ``t=y`` (testing) has no effect here: a pass proves the same, and a failure has no consequence.
    """
    for record in records:
        if not isinstance(record, bytes) or len(record) > _MAX_RECORD:
            continue
        try:
            tags = parse_tags(record)
        except TagListError:
            continue
        if b"p" in tags and tags.get(b"v", b"DKIM1") == b"DKIM1":
            return _read(tags)
    raise KeyRecordError("no key record")


def _read(tags: dict[bytes, bytes]) -> KeyRecord:
    if not tags[b"p"]:
        raise KeyRecordError("the key is revoked")
    services = _list(tags.get(b"s", b"*"))
    if not services & {b"*", b"email"}:
        raise KeyRecordError("the key isn't for mail")
    kind = tags.get(b"k", b"rsa").lower()
    if kind not in (b"rsa", b"ed25519"):
        raise KeyRecordError("k= is unknown")
    try:
        octets = base64_value(tags[b"p"])
        key = read_rsa_key(octets) if kind == b"rsa" else Ed25519PublicKey.from_public_bytes(octets)
    except ValueError as error:  # neither base64 nor DER, no RSA key of a usable size, or not 32 octets
        raise KeyRecordError("the key can't be read") from error
    return KeyRecord(
        key=key,
        hashes=_list(tags[b"h"]) if b"h" in tags else None,
        strict_identity=b"s" in _list(tags.get(b"t", b"")),
    )


def _list(value: bytes) -> frozenset[bytes]:
    return frozenset(without_white_space(value).lower().split(b":"))
