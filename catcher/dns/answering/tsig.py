"""Transaction signatures (RFC 8945): verifies the signature of a query, and signs its reply message by message.

The order of checks is the RFC's: key (§5.2.1), MAC (§5.2.2), time (§5.2.3), length of the MAC (§5.2.4). The errors of
key and MAC are sent unsigned, so that nobody gets a signature of ours who can't make one (§5.3.2). Keys come from
``keyfile``; secrets stay out of every repr.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import new as new_hash

from catcher.dns.answering.query import signature_at
from catcher.dns.answering.tsigrecord import TsigRecord, read_tsig
from catcher.dns.wire import name_to_wire

FUDGE = 300
"""Seconds by which two clocks may differ (RFC 8945 §10)."""
ALGORITHMS = ("hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha224", "hmac-sha1")
"""Algorithms that a key may have; MD5 and truncated forms are not accepted (RFC 8945 §6)."""

_LEAST_MAC = 10
"""Fewest octets of a truncated MAC, if half of the whole is less (RFC 8945 §5.2.2.1)."""
_WIRE = {algorithm: name_to_wire(algorithm) for algorithm in ALGORITHMS}
_DIGESTS = {algorithm: algorithm.removeprefix("hmac-") for algorithm in ALGORITHMS}
_SIZES = {algorithm: new_hash(digest, usedforsecurity=False).digest_size for algorithm, digest in _DIGESTS.items()}
"""Octets of a whole MAC."""


class TsigError(IntEnum):
    """The error of a signature (RFC 8945 §3)."""

    NONE = 0
    BADSIG = 16
    """The message was changed, or the secrets differ."""
    BADKEY = 17
    """No key with this name and this algorithm is known here, or the client is none of our secondaries."""
    BADTIME = 18
    """The clocks differ by more than the fudge."""
    BADTRUNC = 22
    """The MAC is right and truncated."""


_UNSIGNED = frozenset((TsigError.BADKEY, TsigError.BADSIG))
"""Errors whose reply isn't signed (RFC 8945 §5.3.2)."""


@dataclass(frozen=True, slots=True)
class Key:
    """A shared secret."""

    name: bytes
    """Absolute, wire format, folded."""
    algorithm: str
    """One of ALGORITHMS."""
    secret: bytes = field(repr=False)

    def mac(self, *parts: bytes) -> bytes:
        """The MAC of ``parts``, one after the other."""
        return hmac.digest(self.secret, b"".join(parts), _DIGESTS[self.algorithm])


class TsigSignature:
    """The TSIG of a query with the result of its verification; signs the reply."""

    __slots__ = ("_begun", "_key", "_mac", "_other", "_record", "error", "key", "octets")

    def __init__(self, record: TsigRecord, key: Key | None, error: TsigError, now: int) -> None:
        """``key``: the key that the record names, None if it isn't known; ``now`` in Unix seconds."""
        self._record = record
        self._key = None if error in _UNSIGNED else key
        self._mac = record.mac
        """The MAC that the next message's signature covers: the query's, then that of the message before."""
        self._begun = False
        self.error = error
        self.key = None if error else key
        """The key that signed; None if the signature is wrong."""
        self._other = now.to_bytes(6, "big") if error is TsigError.BADTIME else b""
        size = 0 if self._key is None else _SIZES[self._key.algorithm]
        self.octets = len(record.owner) + 10 + len(record.algorithm) + 16 + size + len(self._other)
        """Octets that a signature adds to a message."""

    def sign(self, wire: bytes, now: int) -> bytes:
        """The message with its TSIG. The next call signs the next message of the same reply (RFC 8945 §5.3.1)."""
        query, key = self._record, self._key
        time = query.time if self.error else now  # BADTIME shows the client's time, and ours in Other Data (§5.2.3)
        id_ = wire[0] << 8 | wire[1]
        record = TsigRecord(query.owner, query.algorithm, time, FUDGE, b"", id_, self.error, self._other)
        if key is not None:
            covered = record.timers() if self._begun else record.variables()
            self._mac = key.mac(len(self._mac).to_bytes(2, "big"), self._mac, wire, covered)
            self._begun = True
            record = record._replace(mac=self._mac)
        return record.appended(wire)


def verify(wire: bytes, at: int, keys: Mapping[bytes, Key], now: int) -> TsigSignature | None:
    """Verifies the TSIG that begins at ``at``; None if it is malformed. ``now`` in Unix seconds.

    ``keys`` by name: those with which this client may sign. Without a key nothing is computed.
    """
    record = read_tsig(wire, at)
    if record is None:
        return None
    key = keys.get(record.owner)
    if key is None or _WIRE[key.algorithm] != record.algorithm:
        return TsigSignature(record, None, TsigError.BADKEY, now)
    size = _SIZES[key.algorithm]
    if not max(_LEAST_MAC, size // 2) <= len(record.mac) <= size:
        return None  # RFC 8945 §5.2.2.1
    if not _is_right(wire, at, record, key, b""):
        return TsigSignature(record, key, TsigError.BADSIG, now)
    if abs(now - record.time) > record.fudge:
        return TsigSignature(record, key, TsigError.BADTIME, now)
    error = TsigError.NONE if len(record.mac) == size else TsigError.BADTRUNC
    return TsigSignature(record, key, error, now)


def sign_request(wire: bytes, key: Key, now: int) -> tuple[bytes, bytes]:
    """A signed request of our own, and its MAC, which the reply's signature covers."""
    id_ = wire[0] << 8 | wire[1]
    record = TsigRecord(key.name, _WIRE[key.algorithm], now, FUDGE, b"", id_, 0, b"")
    signed = record._replace(mac=key.mac(wire, record.variables()))
    return signed.appended(wire), signed.mac


def verify_reply(wire: bytes, key: Key, mac: bytes, now: int) -> bool:
    """Whether the signature of a reply is right. ``key`` and ``mac``: those of the signed request."""
    at = signature_at(wire)
    record = read_tsig(wire, at) if at else None
    if record is None or record.owner != key.name or record.algorithm != _WIRE[key.algorithm] or record.error:
        return False
    whole = len(record.mac) == _SIZES[key.algorithm]
    covered = len(mac).to_bytes(2, "big") + mac
    return whole and _is_right(wire, at, record, key, covered) and abs(now - record.time) <= record.fudge


def _is_right(wire: bytes, at: int, record: TsigRecord, key: Key, before: bytes) -> bool:
    """Whether the MAC is that of the message without its TSIG and with its original ID (RFC 8945 §4.3.2); ``before``:
    the octets that it covers before the message."""
    count = (wire[10] << 8 | wire[11]) - 1
    head = record.original_id.to_bytes(2, "big") + wire[2:10] + count.to_bytes(2, "big")
    made = key.mac(before, head, wire[12:at], record.variables())
    return hmac.compare_digest(made[: len(record.mac)], record.mac)
