"""Throw-away DKIM keys, made anew for each demo: RSA (RFC 8017) and Ed25519 (RFC 8463), and their DNS records.

No key is shipped: one that lies in a package is one that somebody publishes in earnest one day.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


class Algorithm(StrEnum):
    """``a=`` of a DKIM signature (RFC 6376 §3.3, RFC 8463 §3)."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A key pair as a signer and a zone need it."""

    algorithm: Algorithm
    private: bytes = field(repr=False)
    """RSA: PKCS #1 in PEM. Ed25519: the seed in base64."""
    record: str
    """The text of the TXT record at ``SELECTOR._domainkey.DOMAIN`` (RFC 6376 §3.6.1)."""


def make_key(algorithm: Algorithm) -> DkimKey:
    """A new key pair. RSA has 2048 bits."""
    return _rsa() if algorithm is Algorithm.RSA else _ed25519()


def _ed25519() -> DkimKey:
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    return DkimKey(Algorithm.ED25519, base64.b64encode(key.private_bytes_raw()), f"v=DKIM1; k=ed25519; p={public}")


def _rsa() -> DkimKey:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return DkimKey(Algorithm.RSA, pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}")
