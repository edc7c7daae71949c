"""DKIM signatures (RFC 6376, RFC 8463) on our own mail, and the key that makes them.

Fields are selected and canonicalised by the code that verifies other people's signatures
(``fingerprint.authentication.dkim.canonical``).
dkimpy isn't used here: it writes its own clock's time into the signature, so a second copy would be another mail.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from catcher.fingerprint import BodyDigest
from catcher.fingerprint.authentication.dkim.canonical import signed_octets
from catcher.model.errors import EnvironmentFailure
from catcher.model.mail.transaction import Canonicalization, DigestAlgorithm, DigestWanted, HeaderField
from catcher.privacy.keyfile import sync_folder
from catcher.regularfile import read_regular

RSA_BITS = 2048
"""Bits of a new key: every verifier takes such keys (RFC 8301 §3.2), and the record fits into one UDP reply."""
_LEAST_RSA_BITS = 1024
"""Bits of the shortest key that verifiers accept (RFC 8301 §3.2)."""
_BODY = DigestWanted(DigestAlgorithm.SHA256, Canonicalization.RELAXED)
_SIGNED = (
    *("from", "to", "cc", "reply-to", "subject", "date", "message-id", "auto-submitted"),
    *("mime-version", "content-type", "content-language", "content-transfer-encoding"),
)
"""Fields that the signature covers."""
_NO_MORE = frozenset({"from", "to", "cc", "reply-to", "subject", "date"})
"""Fields that nobody may add later: the signature names them once more than they occur (§8.15)."""
_LINE = 76
"""Most characters in a line of the field."""


class SigningKey:
    """A private key, with the name at which its public key is published."""

    __slots__ = ("_key", "domain", "selector")

    def __init__(self, pem: bytes, *, selector: str, domain: str) -> None:
        """Raises ValueError unless ``pem`` is an RSA (1024 bits or more) or Ed25519 key without a passphrase."""
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except (TypeError, UnsupportedAlgorithm) as error:
            raise ValueError("it needs a passphrase, or is of an unknown kind") from error
        if isinstance(key, RSAPrivateKey) and key.key_size < _LEAST_RSA_BITS:
            raise ValueError(f"an RSA key of {key.key_size} bits is too short")
        if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
            raise ValueError("it is neither an RSA nor an Ed25519 key")
        self._key, self.selector, self.domain = key, selector, domain

    def __repr__(self) -> str:
        return f"SigningKey(selector={self.selector!r}, domain={self.domain!r})"

    @property
    def name(self) -> str:
        """The name of the TXT record."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The text of the TXT record (§3.6.1)."""
        if isinstance(self._key, RSAPrivateKey):
            kind, form = "rsa", serialization.PublicFormat.SubjectPublicKeyInfo
            octets = self._key.public_key().public_bytes(serialization.Encoding.DER, form)
        else:
            kind = "ed25519"
            octets = self._key.public_key().public_bytes_raw()
        return f"v=DKIM1; k={kind}; p={base64.b64encode(octets).decode('ascii')}"

    def signature(self, message: bytes, at: datetime) -> bytes:
        """The field DKIM-Signature with its CRLF for ``message`` (CRLF lines), made at ``at``.

        The same arguments give the same octets: both kinds of signature are deterministic.
        """
        head, _, body = message.partition(b"\r\n\r\n")
        fields = _fields(head + b"\r\n")
        digest = BodyDigest(_BODY)
        digest.feed(body)
        body_hash = digest.digest()
        assert body_hash is not None, "without l= there is always one"
        names = list(_covered([field.name.decode("ascii").lower() for field in fields]))
        kind = "rsa" if isinstance(self._key, RSAPrivateKey) else "ed25519"
        tags = [
            f"v=1; a={kind}-sha256; c=relaxed/relaxed;",
            f"d={self.domain};",
            f"s={self.selector}; t={int(at.timestamp())};",
            *_folded(":".join(names), "h=", ";", ":"),
            f"bh={base64.b64encode(body_hash).decode('ascii')};",
            "b=",
        ]
        unsigned = HeaderField(b"DKIM-Signature", (" " + "\r\n ".join(tags)).encode("ascii"))
        octets = signed_octets(fields, [name.encode("ascii") for name in names], unsigned, _BODY.canonicalization)
        text = base64.b64encode(self._sign(octets)).decode("ascii")
        lines = "\r\n ".join(text[n : n + _LINE - 3] for n in range(0, len(text), _LINE - 3))
        return unsigned.name + b":" + unsigned.value + lines.encode("ascii") + b"\r\n"

    def _sign(self, octets: bytes) -> bytes:
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
        hash_ = hashes.Hash(hashes.SHA256())
        hash_.update(octets)
        return self._key.sign(hash_.finalize())


def _fields(head: bytes) -> list[HeaderField]:
    """The fields of a header section in CRLF lines, top first."""
    fields = []
    for match in re.finditer(rb"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*", head):
        name, _, value = match[0].removesuffix(b"\r\n").partition(b":")
        fields.append(HeaderField(name, value))
    return fields


def _covered(present: Sequence[str]) -> Iterator[str]:
    for name in _SIGNED:
        yield from [name] * (present.count(name) + (name in _NO_MORE))


def _folded(text: str, before: str, after: str, at: str) -> list[str]:
    """``text`` in lines, each of which ends after a character ``at``."""
    lines = [before]
    for piece in re.findall(f"[^{at}]+{at}?", text):
        if len(lines[-1]) + len(piece) >= _LINE:
            lines.append("")
        lines[-1] += piece
    lines[-1] += after
    return lines


def key_from(file: Path, *, selector: str, domain: str) -> SigningKey:
    """The key in the PEM file ``file``. Raises EnvironmentFailure when ``file`` can't be read or others may read it."""
    try:
        mode = file.stat().st_mode
        pem = read_regular(file)
    except OSError as error:
        raise EnvironmentFailure(f"{file}: the DKIM key can't be read: {error.strerror}") from None
    if mode & 0o077:
        raise EnvironmentFailure(f"{file}: others may read this key (mode {mode & 0o7777:04o}); chmod 600 it")
    try:
        return SigningKey(pem, selector=selector, domain=domain)
    except ValueError as error:
        raise EnvironmentFailure(f"{file}: it is no DKIM key: {error}; give a PEM file of an RSA key") from None


def make_key_file(file: Path) -> None:
    """Makes ``file`` with a new RSA key, mode 0600, whole or not at all; an existing file stays as it is."""
    pem = generate_private_key(public_exponent=65537, key_size=RSA_BITS).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.stem}.") as draft:
            draft.write(pem)
            draft.flush()
            os.fsync(draft.fileno())
            if not file.exists():
                os.link(draft.name, file)
                sync_folder(file.parent)
    except FileExistsError:
        return
    except OSError as error:
        raise EnvironmentFailure(f"{file}: the DKIM key can't be made: {error.strerror}") from None
