"""Throw-away DKIM keys, made anew for each demo: RSA (RFC 8017) and Ed25519 (RFC 8463), and their DNS records.

No key is shipped: one that lies in a package is one that somebody publishes in earnest one day.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from nacl.signing import SigningKey as Ed25519Key

_SMALL_PRIMES = tuple(n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2)))
_EXPONENT = 65537
_RSA_ALGORITHM = bytes.fromhex("300d06092a864886f70d0101010500")
"""AlgorithmIdentifier of rsaEncryption, DER (RFC 3279 §2.3.1)."""


class Algorithm(StrEnum):
    """``a=`` of a DKIM signature (RFC 6376 §3.3, RFC 8463 §3)."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"


@dataclass(frozen=True, slots=True)
class DemoKey:
    """A key pair as a signer and a zone need it."""

    algorithm: Algorithm
    private: bytes = field(repr=False)
    """RSA: PKCS #1 in PEM. Ed25519: the seed in base64."""
    record: str
    """The text of the TXT record at ``SELECTOR._domainkey.DOMAIN`` (RFC 6376 §3.6.1)."""


def make_key(algorithm: Algorithm) -> DemoKey:
    """A new key pair. RSA has 2048 bits and takes a quarter of a second."""
    return _rsa() if algorithm is Algorithm.RSA else _ed25519()


def _ed25519() -> DemoKey:
    key = Ed25519Key.generate()
    public = base64.b64encode(bytes(key.verify_key)).decode()
    return DemoKey(Algorithm.ED25519, base64.b64encode(bytes(key)), f"v=DKIM1; k=ed25519; p={public}")


def _rsa(bits: int = 2048) -> DemoKey:
    while True:
        p, q = _prime(bits // 2), _prime(bits // 2)
        if p != q and (p - 1) % _EXPONENT and (q - 1) % _EXPONENT:
            break
    n, d = p * q, pow(_EXPONENT, -1, (p - 1) * (q - 1))
    private = _sequence(*map(_integer, (0, n, _EXPONENT, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))))
    public = _sequence(_RSA_ALGORITHM, _element(0x03, b"\0" + _sequence(_integer(n), _integer(_EXPONENT))))
    pem = b"-----BEGIN RSA PRIVATE KEY-----\n" + base64.encodebytes(private) + b"-----END RSA PRIVATE KEY-----\n"
    return DemoKey(Algorithm.RSA, pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}")


def _prime(bits: int) -> int:
    """A random prime of exactly ``bits`` bits, the two highest set, so that a product of two has twice as many."""
    while True:
        candidate = secrets.randbits(bits) | 3 << (bits - 2) | 1
        if all(candidate % prime for prime in _SMALL_PRIMES) and _is_probably_prime(candidate):
            return candidate


def _is_probably_prime(n: int, rounds: int = 5) -> bool:
    """Miller-Rabin; for a random 1024-bit number five rounds leave less than 2^-100 (Damgård, Landrock, Pomerance)."""
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(n, odd, twos) for _ in range(rounds))


def _passes(n: int, odd: int, twos: int) -> bool:
    x = pow(secrets.randbelow(n - 3) + 2, odd, n)
    if x in (1, n - 1):
        return True
    for _ in range(twos - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False


def _element(tag: int, content: bytes) -> bytes:
    """One DER element (X.690 §8.1)."""
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _integer(value: int) -> bytes:
    return _element(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _sequence(*elements: bytes) -> bytes:
    return _element(0x30, b"".join(elements))
