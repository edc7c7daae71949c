"""Server cookies (RFC 7873) in the interoperable form of RFC 9018: any server with the same secret can check them."""

from __future__ import annotations

from hashlib import blake2b
from typing import Protocol

from siphash24 import siphash24  # type: ignore[import-not-found, import-untyped, unused-ignore]

SECRET_OCTETS = 16
"""Octets of a secret, which is a key of SipHash-2-4 (RFC 9018 §4.4)."""
CLIENT_OCTETS = 8
"""Octets of a client's cookie (RFC 7873 §4.1)."""

_VERSION = b"\x01\0\0\0"
"""Version 1 and three reserved octets; in a client's cookie the reserved octets are ignored (RFC 9018 §4.2)."""
_OLDEST, _AHEAD, _FRESH = 3600, 300, 1800
"""Seconds: the highest age of an accepted cookie; the most that the clock of the server that made it may be ahead; the
highest age at which a cookie is sent back unchanged (RFC 9018 §4.3)."""
_DAY = 86_400


class Secrets(Protocol):
    """A source of secrets."""

    def at(self, now: int) -> tuple[bytes, ...]:
        """The secrets in force at ``now`` (Unix seconds): the first makes new cookies; cookies of all are accepted."""
        ...


class Fixed:
    """Secrets from the operator's file, shared by a set of anycast servers; a change of the file rotates them."""

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        self._secrets = secrets

    def at(self, now: int) -> tuple[bytes, ...]:
        return self._secrets


class Daily:
    """One secret a day (UTC), derived from a permanent key; yesterday's secret is accepted: its cookies may be
    fresh."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._day = -1
        self._secrets: tuple[bytes, ...] = ()

    def at(self, now: int) -> tuple[bytes, ...]:
        day = now // _DAY
        if day != self._day:
            self._secrets = tuple(
                blake2b(b"dns cookies %d" % date, digest_size=SECRET_OCTETS, key=self._key).digest()
                for date in (day, day - 1)
            )
            self._day = day
        return self._secrets


class Cookies:
    """Makes and recognises server cookies."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def answer(self, cookie: bytes, client: bytes, now: int) -> tuple[bytes, bool]:
        """The COOKIE of the reply to ``cookie`` (8 or 16 to 40 octets), and whether ``cookie`` was made here.

        ``client`` is an IP address, 4 or 16 octets; ``now`` Unix seconds. For half an hour a good cookie is sent back
        unchanged, so that the client's queries and our replies repeat.
        """
        secrets = self._secrets.at(now)
        valid = False
        if len(cookie) == 24 and cookie[8] == _VERSION[0]:
            stamp = int.from_bytes(cookie[12:16], "big")
            age = (now - stamp + 0x80000000) % 0x100000000 - 0x80000000  # RFC 1982
            if -_AHEAD <= age <= _OLDEST:
                signed, shown = cookie[:16] + client, cookie[16:]
                if _hash(signed, secrets[0]) == shown:
                    if age <= _FRESH:
                        return cookie, True
                    valid = True
                else:
                    valid = any(_hash(signed, secret) == shown for secret in secrets[1:])
        head = cookie[:CLIENT_OCTETS] + _VERSION + (now & 0xFFFFFFFF).to_bytes(4, "big")
        return head + _hash(head + client, secrets[0]), valid


def _hash(octets: bytes, secret: bytes) -> bytes:
    digest: bytes = siphash24(octets, key=secret).digest()
    return digest
