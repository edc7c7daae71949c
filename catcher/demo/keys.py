"""Makes new DKIM keys for each demo, RSA (RFC 8017) and Ed25519 (RFC 8463), and their DNS records.

The package contains no key: sooner or later somebody would publish it in a real zone.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

_RSA_BITS = 2048
"""Size of an RSA key in bits, as RFC 8301 §3.2 recommends to signers."""


class Algorithm(StrEnum):
    """``a=`` of a DKIM signature (RFC 6376 §3.3, RFC 8463 §3)."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"


@dataclass(frozen=True, slots=True)
class DemoKey:
    """A key pair: the private key for the signer, the record for the zone."""

    algorithm: Algorithm
    private: bytes = field(repr=False)
    """RSA: PKCS #1 in PEM. Ed25519: the seed in base64. dkimpy needs these forms."""
    record: str
    """The text of the TXT record at ``SELECTOR._domainkey.DOMAIN`` (RFC 6376 §3.6.1)."""


def make_key(algorithm: Algorithm) -> DemoKey:
    """A new key pair."""
    return _rsa() if algorithm is Algorithm.RSA else _ed25519()


def _ed25519() -> DemoKey:
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    return DemoKey(Algorithm.ED25519, base64.b64encode(key.private_bytes_raw()), f"v=DKIM1; k=ed25519; p={public}")


def _rsa() -> DemoKey:
    key = generate_private_key(65537, _RSA_BITS)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return DemoKey(Algorithm.RSA, private, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}")
