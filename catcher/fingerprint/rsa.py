"""RSA as DKIM needs it: reading a public key (DER) and verifying RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2).

Verification needs no secret, so plain integers will do. The encoded message is built and compared as a whole; nothing
of the signature is parsed.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_BITS = 8192
"""RFC 8301 §3.2 asks for up to 4096; the work grows with the cube."""

_SEQUENCE, _INTEGER, _BIT_STRING = 0x30, 0x02, 0x03
_RSA_ENCRYPTION = bytes.fromhex("300d06092a864886f70d0101010500")
_DIGEST_INFO = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
}


class RsaKeyError(ValueError):
    """The octets are no usable RSA public key."""


@dataclass(frozen=True, slots=True)
class RsaKey:
    modulus: int
    exponent: int

    @property
    def bits(self) -> int:
        return self.modulus.bit_length()


def read_key(der: bytes) -> RsaKey:
    """A SubjectPublicKeyInfo (RFC 5280 §4.1) or a bare RSAPublicKey (RFC 8017 §A.1.1). Raises RsaKeyError."""
    content, rest = _element(der, _SEQUENCE)
    if rest:
        raise RsaKeyError("octets follow the key")
    if content.startswith(_RSA_ENCRYPTION):
        bits, rest = _element(content[len(_RSA_ENCRYPTION) :], _BIT_STRING)
        if rest or not bits.startswith(b"\x00"):
            raise RsaKeyError("not an RSA key")
        content, rest = _element(bits[1:], _SEQUENCE)
        if rest:
            raise RsaKeyError("octets follow the key")
    modulus, rest = _element(content, _INTEGER)
    exponent, rest = _element(rest, _INTEGER)
    if rest:
        raise RsaKeyError("octets follow the key")
    key = RsaKey(int.from_bytes(modulus), int.from_bytes(exponent))
    if key.bits > MAX_BITS or not 1 < key.exponent < 1 << 33 or key.exponent % 2 == 0 or key.modulus % 2 == 0:
        raise RsaKeyError("no RSA key of a usable size")
    return key


def verify(key: RsaKey, hash_name: str, digest: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is the one of ``digest``, made with ``hash_name`` (``sha1``, ``sha256``)."""
    size = (key.bits + 7) // 8
    info = _DIGEST_INFO[hash_name] + digest
    number = int.from_bytes(signature)
    if len(signature) != size or number >= key.modulus or size < len(info) + 11:
        return False
    expected = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    return pow(number, key.exponent, key.modulus) == int.from_bytes(expected)


def _element(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """(content of the first element, which must have ``tag``; what follows it)."""
    if len(data) < 2 or data[0] != tag:
        raise RsaKeyError("not an RSA key")
    length, start = data[1], 2
    if length & 0x80:
        octets = length & 0x7F
        start += octets
        if not 1 <= octets <= 3 or len(data) < start:
            raise RsaKeyError("not an RSA key")
        length = int.from_bytes(data[2:start])
    if len(data) < start + length:
        raise RsaKeyError("the key is cut short")
    return data[start : start + length], data[start + length :]
