"""Reads RSA public keys in DKIM's forms, and verifies RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2.2)."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

MAX_BITS = 8192
"""Longest modulus in bits. RFC 8301 §3.2 asks for up to 4096; the work grows with the cube of the length."""
_MAX_EXPONENT = 1 << 33
"""Public exponents must be below this number: the work grows with their length, and the usual exponent is 65537."""

_FORMS = (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1)
"""The only forms that are read. The library also accepts other forms, such as RSASSA-PSS in SubjectPublicKeyInfo."""
_PADDING, _SHA256 = PKCS1v15(), Prehashed(SHA256())


class RsaKeyError(ValueError):
    """The octets are no usable RSA public key."""


def read_rsa_key(der: bytes) -> RSAPublicKey:
    """A SubjectPublicKeyInfo (RFC 5280 §4.1) or a bare RSAPublicKey (RFC 8017 §A.1.1). Raises RsaKeyError."""
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RsaKeyError("not an RSA key") from error
    if not isinstance(key, RSAPublicKey) or not any(key.public_bytes(Encoding.DER, form) == der for form in _FORMS):
        raise RsaKeyError("not an RSA key")
    numbers = key.public_numbers()
    if key.key_size > MAX_BITS or not 1 < numbers.e < _MAX_EXPONENT or numbers.e % 2 == 0 or numbers.n % 2 == 0:
        raise RsaKeyError("no RSA key of a usable size")
    return key


def verify_rsa(key: RSAPublicKey, digest: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is this key's over ``digest``, a SHA-256."""
    try:
        key.verify(signature, digest, _PADDING, _SHA256)
    except InvalidSignature:
        return False
    return True
