"""Transaction signatures (RFC 8945): verifies the signature of a query, and signs its reply message by message.

Only this module uses dnspython's TSIG. Keys come from ``keyfile``; secrets stay out of every repr.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tsig
from dns.rdtypes.ANY.TSIG import TSIG

from catcher.dns.answering.query import signature_at
from catcher.dns.wire import CLASS_ANY, RRType, lower

FUDGE = 300
"""Seconds by which two clocks may differ (RFC 8945 §10)."""
ALGORITHMS = ("hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha224", "hmac-sha1")
"""Algorithms that a key may have; MD5 and truncated forms are not accepted (RFC 8945 §6)."""

_dnspython: Any = dns.tsig
_Rdata: Any = TSIG


class TsigError(IntEnum):
    """The error of a signature (RFC 8945 §3)."""

    NONE = 0
    BADSIG = 16
    """The message was changed, or the secrets differ."""
    BADKEY = 17
    """No key with this name and this algorithm is known here."""
    BADTIME = 18
    """The clocks differ by more than the fudge."""


@dataclass(frozen=True, slots=True)
class Key:
    """A shared secret."""

    name: bytes
    """Absolute, wire format, folded."""
    algorithm: str
    """One of ALGORITHMS."""
    secret: bytes = field(repr=False)

    def _dnspython(self) -> Any:
        return _dnspython.Key(dns.name.from_wire(self.name, 0)[0], self.secret, self.algorithm)


class TsigSignature:
    """The TSIG of a query with the result of its verification; signs the reply."""

    def __init__(self, owner: bytes, rdata: Any, key: Key | None, error: TsigError, now: int) -> None:
        self._owner = owner
        self._rdata = rdata
        self._key = None if key is None else key._dnspython()
        self._context: Any = None
        self.key = key if error is TsigError.NONE else None
        """The key that signed; None if the signature is wrong."""
        self.error = error
        self._other = now.to_bytes(6, "big") if error is TsigError.BADTIME else b""
        mac = 0 if self._key is None or error in (TsigError.BADKEY, TsigError.BADSIG) else _mac_size(key)
        self.octets = len(owner) + 10 + len(self._algorithm) + 16 + mac + len(self._other)
        """Octets that a signature adds to a message."""

    @property
    def _algorithm(self) -> bytes:
        wire: bytes = self._rdata.algorithm.to_wire()
        return wire

    def sign(self, wire: bytes, now: int) -> bytes:
        """The message with its TSIG. The next call signs the next message of the same reply (RFC 8945 §5.3.1).

        The reply to a broken signature or an unknown key isn't signed (§5.3.2).
        """
        time = self._rdata.time_signed if self.error else now
        unsigned = self._rdata.replace(
            time_signed=time, fudge=FUDGE, mac=b"", original_id=int.from_bytes(wire[:2], "big")
        )
        unsigned = unsigned.replace(error=int(self.error), other=self._other)
        if self._key is None or self.error in (TsigError.BADKEY, TsigError.BADSIG):
            rdata = unsigned
        else:
            rdata, self._context = _dnspython.sign(
                wire, self._key, unsigned, time, self._rdata.mac, self._context, multi=True
            )
        octets = rdata.to_wire()
        return append(wire, self._owner, octets)


def verify(wire: bytes, at: int, keys: Mapping[bytes, Key], now: int) -> TsigSignature | None:
    """Verifies the TSIG that begins at ``at``; None if it is malformed. ``now`` in Unix seconds."""
    try:
        owner, used = dns.name.from_wire(wire, at)
        start = at + used + 10
        length = int.from_bytes(wire[start - 2 : start], "big")
        rdata: Any = dns.rdata.from_wire(dns.rdataclass.ANY, dns.rdatatype.TSIG, wire, start, length)
    except dns.exception.DNSException:
        return None
    named = lower(owner.to_wire() or b"")
    key = keys.get(named)
    if key is None or dns.name.from_text(key.algorithm) != rdata.algorithm:
        return TsigSignature(named, rdata, None, TsigError.BADKEY, now)
    try:
        _dnspython.validate(wire, key._dnspython(), owner, rdata, now, b"", at)
    except _dnspython.BadTime:
        return TsigSignature(named, rdata, key, TsigError.BADTIME, now)
    except (_dnspython.BadSignature, _dnspython.PeerError):
        return TsigSignature(named, rdata, key, TsigError.BADSIG, now)
    return TsigSignature(named, rdata, key, TsigError.NONE, now)


def sign_request(wire: bytes, key: Key, now: int) -> tuple[bytes, bytes]:
    """A signed request of our own, and its MAC, which the reply's signature covers."""
    algorithm = dns.name.from_text(key.algorithm)
    rdata = _Rdata(
        dns.rdataclass.ANY, dns.rdatatype.TSIG, algorithm, now, FUDGE, b"", int.from_bytes(wire[:2], "big"), 0, b""
    )
    signed, _ = _dnspython.sign(wire, key._dnspython(), rdata, now, b"")
    return append(wire, key.name, signed.to_wire()), signed.mac


def verify_reply(wire: bytes, key: Key, mac: bytes, now: int) -> bool:
    """Whether the signature of a reply is right. ``key`` and ``mac``: those of the signed request."""
    at = signature_at(wire)
    if not at:
        return False
    try:
        owner, used = dns.name.from_wire(wire, at)
        start = at + used + 10
        length = int.from_bytes(wire[start - 2 : start], "big")
        rdata: Any = dns.rdata.from_wire(dns.rdataclass.ANY, dns.rdatatype.TSIG, wire, start, length)
        _dnspython.validate(wire, key._dnspython(), owner, rdata, now, mac, at)
    except dns.exception.DNSException:
        return False
    return True


def append(wire: bytes, owner: bytes, rdata: bytes) -> bytes:
    """The message with a TSIG record at its end."""
    count = int.from_bytes(wire[10:12], "big") + 1
    record = owner + RRType.TSIG.to_bytes(2, "big") + CLASS_ANY.to_bytes(2, "big") + bytes(4)
    return wire[:10] + count.to_bytes(2, "big") + wire[12:] + record + len(rdata).to_bytes(2, "big") + rdata


def _mac_size(key: Key | None) -> int:
    return 0 if key is None else int(_dnspython.mac_sizes[dns.name.from_text(key.algorithm)])
