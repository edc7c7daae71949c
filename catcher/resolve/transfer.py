"""Transfers a TLD's zone for the guard: AXFR over TCP (RFC 5936), each message signed by TSIG (RFC 8945) if asked.

::

    server ─▶ messages ─▶ TSIG verified ─▶ records, by their octets ─▶ ZoneRecord ─▶ the guard

The server may be hostile: each message has a deadline, the whole transfer another one, and nothing is kept of it.

Longer than others: the three layers of a transfer are checked against each other.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from time import monotonic
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.tsig

from catcher.catalogue.tldzone import Apex, ZoneRecord
from catcher.catalogue.tldzone.entries import PROOFS, TARGETS
from catcher.model.clock import Clock
from catcher.model.errors import EnvironmentFailure

MESSAGE_SECONDS = 60.0
"""Longest time without a whole message."""
TRANSFER_SECONDS = 6 * 3600.0
"""Longest time for the whole transfer."""
_UNSIGNED = 99
"""Most messages in a row without TSIG (RFC 8945 §5.3.1)."""
_SOA, _TSIG, _AXFR = 6, 250, 252
_LONGEST_NAME = 1020
"""Most octets of a name as text: 255, each as ``\\DDD``."""
_POINTERS = 127
"""Most pointers followed for one name: a name has at most 127 labels, and an honest pointer saves one."""
_PLACES = {
    **dict.fromkeys((b"ns", b"cname", b"dname", b"ptr"), 0),
    **dict.fromkeys((b"mx", b"kx", b"afsdb", b"rt", b"svcb", b"https"), 2),
    b"srv": 6,
}
"""Type → octets of RDATA before the host."""


_validate: Any = dns.tsig.validate


class InboundTransfer:
    """One transfer of ``origin`` from a server, read while it comes. Faults are EnvironmentFailures."""

    is_current = True
    """The data is the server's own at this moment."""

    def __init__(self, host: str, port: int, origin: str, *, clock: Clock, key: Any = None) -> None:
        """``key``: dnspython's TSIG key, or None for an unsigned transfer."""
        self._clock = clock
        self.name = f"{origin} from {host}"
        self._address = (host, port)
        self._zone = dns.name.from_text(origin)
        self._key = key
        self._apex: Apex | None = None
        self._ended = False
        self._count = 0
        self._types: dict[int, bytes] = {}

    @property
    def apex(self) -> Apex:
        """The zone's SOA; known when ``records`` has ended."""
        assert self._apex is not None
        return self._apex

    @property
    def closed(self) -> bool:
        return self._ended

    def records(self) -> Iterator[list[ZoneRecord]]:
        """Every record but SOA and DNSSEC's proofs. Call it once only."""
        query = dns.message.make_query(self._zone, dns.rdatatype.AXFR)
        query.flags = dns.flags.Flag(0)
        if self._key is not None:
            query.use_tsig(self._key)
        wire = query.to_wire()
        try:
            with socket.create_connection(self._address, timeout=MESSAGE_SECONDS) as connection:
                connection.sendall(struct.pack("!H", len(wire)) + wire)
                check = _Signatures(self._key, query, self._clock)
                for message in _messages(connection):
                    signed_from = check.verify(message)
                    yield self._read(message, query.id, signed_from)
                    if self._ended:
                        check.end()
                        return
        except (struct.error, IndexError, ValueError, dns.exception.DNSException) as error:
            raise self._failed(f"a message is malformed or wrongly signed ({type(error).__name__})") from None
        except TimeoutError as error:
            raise self._failed(str(error) or "the server fell silent") from None
        except OSError as error:
            raise self._failed(error.strerror or "the connection failed") from None
        raise self._failed("the server closed the connection before the closing SOA")

    def _failed(self, what: str) -> EnvironmentFailure:
        return EnvironmentFailure(f"{self.name}: the transfer failed: {what}; nothing is cleared by it")

    def _read(self, message: bytes, number: int, end: int) -> list[ZoneRecord]:
        ident, flags, questions, answers = struct.unpack_from("!HHHH", message)
        if ident != number or not flags & 0x8000 or flags & 0x0200 or questions > 1:
            raise ValueError("not a message of this transfer")
        if flags & 15:
            raise self._failed(f"the server answered {dns.rcode.to_text(dns.rcode.Rcode(flags & 15))}")
        if not answers:
            raise ValueError("a message without a record")
        names: dict[int, bytes] = {}
        at = 12
        for _ in range(questions):
            asked, at = _name(message, at, names)
            if asked != self._origin_octets() or message[at : at + 2] != struct.pack("!H", _AXFR):
                raise ValueError("another question")
            at += 4
        found: list[ZoneRecord] = []
        for _ in range(answers):
            if self._ended:
                raise ValueError("records behind the closing SOA")
            owner, at = _name(message, at, names)
            rrtype, kind, _, length = struct.unpack_from("!HHIH", message, at)
            at += 10
            if at + length > end or kind != 1:
                raise ValueError("a record reaches too far, or is of another class")
            self._take(owner, rrtype, message, at, length, names, found)
            at += length
        return found

    def _origin_octets(self) -> bytes:
        return self._zone.to_text(omit_final_dot=True).lower().encode() if self._zone != dns.name.root else b""

    def _take(
        self,
        owner: bytes,
        rrtype: int,
        message: bytes,
        at: int,
        length: int,
        names: dict[int, bytes],
        found: list[ZoneRecord],
    ) -> None:
        self._count += 1
        if rrtype == _SOA:
            _, behind = _name(message, at, names)
            _, behind = _name(message, behind, names)
            apex = Apex(owner.decode("ascii"), struct.unpack_from("!I", message, behind)[0])
            if behind + 20 != at + length or owner != self._origin_octets():
                raise ValueError("a wrong SOA")
            if self._apex is not None and self._apex != apex:
                raise ValueError("the closing SOA is another one")
            self._ended = self._apex is not None
            self._apex = apex
            return
        if self._apex is None:
            raise ValueError("the transfer doesn't begin with the SOA")
        word = self._types.get(rrtype)
        if word is None:
            word = dns.rdatatype.to_text(dns.rdatatype.RdataType.make(rrtype)).lower().encode()
            self._types[rrtype] = word
        if word in PROOFS:
            return
        host = b""
        if word in _PLACES:
            host, behind = _name(message, at + _PLACES[word], names)
            if behind > at + length:
                raise ValueError("a name reaches out of its record")
        elif word in TARGETS:
            rdata = dns.rdata.from_wire("IN", dns.rdatatype.RdataType.make(rrtype), message, at, length)
            host = rdata.to_text().rpartition(" ")[2].rstrip(".").lower().encode("ascii", "backslashreplace")
        found.append(ZoneRecord(owner, word, host, self._count))


class _Signatures:
    """The TSIG of a transfer's messages (RFC 8945 §5.3): the first and the last one are signed, and none too late."""

    def __init__(self, key: Any, query: dns.message.Message, clock: Clock) -> None:
        self._clock = clock
        self._key = key
        self._mac = query.mac if key is not None else b""
        self._context: Any = None
        self._unsigned = 0
        self._first = True

    def verify(self, message: bytes) -> int:
        """The end of the message's records before its TSIG. Raises dnspython's errors, ValueError."""
        if self._key is None:
            return len(message)
        place = _tsig_of(message)
        if place is None:
            self._unsigned += 1
            if self._first or self._unsigned > _UNSIGNED:
                raise dns.tsig.BadSignature
            self._context.update(message)
            return len(message)
        start, owner, at, length = place
        rdata = dns.rdata.from_wire("ANY", dns.rdatatype.TSIG, message, at, length)
        if owner != self._key.name:
            raise dns.tsig.BadKey
        now = int(self._clock.now().timestamp())
        self._context = _validate(message, self._key, owner, rdata, now, self._mac, start, self._context, True)
        self._first, self._unsigned = False, 0
        return start

    def end(self) -> None:
        """Raises BadSignature if the last message had no TSIG."""
        if self._key is not None and self._unsigned:
            raise dns.tsig.BadSignature


def _tsig_of(message: bytes) -> tuple[int, dns.name.Name, int, int] | None:
    """Begin, owner, and place and length of the RDATA of a message's last record, if it is a TSIG."""
    counts = struct.unpack_from("!HHHH", message, 4)
    if not counts[3]:
        return None
    at = 12
    for _ in range(counts[0]):
        at = _behind(message, at) + 4
    start = at
    for _ in range(counts[1] + counts[2] + counts[3]):
        start = at
        at = _behind(message, at)
        rrtype, _, _, length = struct.unpack_from("!HHIH", message, at)
        at += 10 + length
    if rrtype != _TSIG or at != len(message):
        return None
    owner, _ = dns.name.from_wire(message, start)
    return start, owner, at - length, length


def _messages(connection: socket.socket) -> Iterator[bytes]:
    """Each message until the server closes. Raises TimeoutError, OSError."""
    ends = monotonic() + TRANSFER_SECONDS
    waiting = bytearray()
    while True:
        deadline = min(ends, monotonic() + MESSAGE_SECONDS)
        size = 0
        while len(waiting) < 2 + size or not size:
            if len(waiting) >= 2 and not size:
                size = int.from_bytes(waiting[:2])
                if size < 12:
                    raise ValueError("a message without a header")
                continue
            left = deadline - monotonic()
            if left <= 0 and deadline == ends:
                raise TimeoutError(f"it took over {TRANSFER_SECONDS / 3600:.0f} hours")
            if left <= 0:
                raise TimeoutError(f"no whole message came within {MESSAGE_SECONDS:.0f} seconds")
            connection.settimeout(left)
            try:
                piece = connection.recv(1 << 17)
            except TimeoutError:
                continue
            if not piece:
                return
            waiting += piece
        yield bytes(waiting[2 : 2 + size])
        del waiting[: 2 + size]


def _behind(message: bytes, at: int) -> int:
    """The place behind the name at ``at``."""
    while (size := message[at]) and size < 64:
        at += size + 1
    return at + (1 if size < 64 else 2)


def _name(message: bytes, at: int, names: dict[int, bytes]) -> tuple[bytes, int]:
    """A name in lower case without final dot, odd octets as ``\\\\DDD``, and the place behind it. Raises ValueError.

    ``names``: place → name, for the pointers (RFC 1035 §4.1.4) to names of this message.
    """
    labels: list[bytes] = []
    begin = start = at
    behind = octets = pointers = 0
    while size := message[at]:
        if size >= 192:
            target = (size & 63) << 8 | message[at + 1]
            behind = behind or at + 2
            pointers += 1
            if target >= start or pointers > _POINTERS:
                raise ValueError("a pointer forward, or one of many")
            known = names.get(target)
            if known is not None:
                labels.append(known)
                break
            at = start = target
            continue
        octets += size + 1
        if size > 63 or octets > 255:
            raise ValueError("an over-long name")
        labels.append(_label(message[at + 1 : at + 1 + size]))
        at += size + 1
    name = b".".join(filter(None, labels))
    if len(name) > _LONGEST_NAME:
        raise ValueError("an over-long name")
    names[begin] = name
    return name, behind or at + 1


_ODD = frozenset(range(256)) - frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-/*")


def _label(octets: bytes) -> bytes:
    octets = octets.lower()
    if _ODD.isdisjoint(octets):
        return octets
    return b"".join(b"\\%03d" % octet if octet in _ODD else bytes([octet]) for octet in octets)
