"""A DKIM key record: what a domain publishes to verify its signatures with (RFC 6376 §3.6.1, RFC 8463)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from nacl.exceptions import BadSignatureError
from nacl.exceptions import ValueError as NaclValueError
from nacl.signing import VerifyKey

from catcher.fingerprint import rsa
from catcher.fingerprint.tags import TagListError, base64_value, parse, without_white_space

MIN_BITS = 1024
"""RFC 8301 §3.2: "Verifiers MUST NOT consider signatures using RSA keys of less than 1024 bits as valid"."""

_MAX_RECORD = 4096


class KeyRecordError(ValueError):
    """No usable key: none there, revoked, unreadable, or of a kind that isn't known."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    key: rsa.RsaKey | VerifyKey = field(repr=False)
    hashes: frozenset[bytes] | None
    """``h=``: acceptable hash algorithms; None means all."""
    strict_identity: bool
    """``t=s``: the domain of ``i=`` must equal ``d=``."""

    @property
    def kind(self) -> str:
        return "rsa" if isinstance(self.key, rsa.RsaKey) else "ed25519"

    @property
    def too_short(self) -> bool:
        return isinstance(self.key, rsa.RsaKey) and self.key.bits < MIN_BITS

    def verifies(self, hash_name: str, digest: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is this key's over ``digest``."""
        if isinstance(self.key, rsa.RsaKey):
            return rsa.verify(self.key, hash_name, digest, signature)
        try:
            self.key.verify(digest, signature)
        except (BadSignatureError, NaclValueError):
            return False
        return True


def read_key_record(records: Iterable[object]) -> KeyRecord:
    """The first of the TXT ``records`` that is a key record. Raises KeyRecordError.

    ``t=y`` (testing) changes nothing here: a pass proves as much, and a failure has no consequence.
    """
    for record in records:
        if not isinstance(record, bytes) or len(record) > _MAX_RECORD:
            continue
        try:
            tags = parse(record)
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
    try:
        octets = base64_value(tags[b"p"])
        if kind == b"rsa":
            key: rsa.RsaKey | VerifyKey = rsa.read_key(octets)
        elif kind == b"ed25519":
            key = VerifyKey(octets)
        else:
            raise KeyRecordError("k= is unknown")
    except (TagListError, rsa.RsaKeyError, NaclValueError) as error:
        raise KeyRecordError("the key can't be read") from error
    return KeyRecord(
        key=key,
        hashes=_list(tags[b"h"]) if b"h" in tags else None,
        strict_identity=b"s" in _list(tags.get(b"t", b"")),
    )


def _list(value: bytes) -> frozenset[bytes]:
    return frozenset(without_white_space(value).lower().split(b":"))
