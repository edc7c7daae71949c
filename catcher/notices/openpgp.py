"""A notice encrypted to its contact's OpenPGP key, as PGP/MIME (RFC 3156 §4). The only module that uses pysequoia.

pysequoia (extra ``openpgp``) is loaded when the first key is used. Each encryption gives different octets: a second
copy of an encrypted notice has the same Message-ID and the same content, but different octets.
"""

from __future__ import annotations

import re
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from catcher.model.errors import EnvironmentFailure

_KEY_OCTETS = 1_000_000
"""Octets of the largest key file that is read."""
_FIELD = re.compile(rb"([^:\r\n]+):[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")
_INSIDE = (b"content-", b"subject")
"""Prefixes of the names of the fields that go into the encrypted part."""


def encrypted(text: bytes, key_file: Path, *, boundary: str, subject: str, now: datetime) -> bytes:
    """``text`` (a mail, CRLF lines) with everything but the envelope's fields encrypted to the key in ``key_file``.

    ``subject`` stays readable for everyone. Raises EnvironmentFailure when the key can't be used at ``now``, or
    pysequoia is not installed.
    """
    head, _, body = text.partition(b"\r\n\r\n")
    outside: list[bytes] = []
    inside: list[bytes] = []
    for field in _FIELD.finditer(head + b"\r\n"):
        (inside if field[1].lower().startswith(_INSIDE) else outside).append(field[0])
    armored = _encrypt(b"".join(_marked(field) for field in inside) + b"\r\n" + body, key_file, now)
    lines = (
        *(f"Subject: {subject}", 'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";'),
        *(
            f' boundary="{boundary}"',
            "",
            f"--{boundary}",
            "Content-Type: application/pgp-encrypted",
            "",
            "Version: 1",
            "",
        ),
        *(f"--{boundary}", "Content-Type: application/octet-stream", "", *armored.splitlines(), f"--{boundary}--", ""),
    )
    return b"".join(outside) + "\r\n".join(lines).encode("ascii")


def _marked(field: bytes) -> bytes:
    """The Content-Type ``field`` with a mark that the fields beside it belong to the mail, so mail programs show the
    inner Subject."""
    if not field.lower().startswith(b"content-type:"):
        return field
    return field.removesuffix(b"\r\n") + b';\r\n protected-headers="v1"\r\n'


def check_key(key_file: Path, now: datetime) -> None:
    """Raises EnvironmentFailure when nothing can be encrypted to the key in ``key_file`` at ``now``."""
    _encrypt(b"", key_file, now)


def _encrypt(octets: bytes, key_file: Path, now: datetime) -> str:
    if find_spec("pysequoia") is None:
        raise _unusable(key_file, "pysequoia is not installed; pip install 'catcher[openpgp]'")
    from pysequoia import Cert, encrypt  # imported here: few notices are encrypted

    try:
        with key_file.open("rb") as file:
            read = file.read(_KEY_OCTETS)
    except OSError as error:
        raise _unusable(key_file, f"it can't be read: {error.strerror}") from None
    try:
        key = Cert.from_bytes(read)
        if key.is_revoked or (key.expiration is not None and key.expiration <= now):
            raise _unusable(key_file, "it is revoked or has expired; ask the contact for a new one")
        return encrypt(octets, [key]).decode("ascii")
    except RuntimeError:  # pysequoia raises nothing else; its text holds a backtrace
        raise _unusable(key_file, "it is no OpenPGP key that mail can be encrypted to") from None


def _unusable(key_file: Path, why: str) -> EnvironmentFailure:
    return EnvironmentFailure(f"{key_file}: the contact's OpenPGP key can't be used: {why}")
