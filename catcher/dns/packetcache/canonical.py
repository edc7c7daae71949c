"""Canonical form of a message: the one that stands for every message which must get the same reply. Pure.

::

    message without its ID ─▶ head: RD alone │ QNAME │ QTYPE, QCLASS │ OPT: size, version, DO, NSID
                          └─▶ cookie, apart: it belongs to one client

The octets left out can't change a reply over UDP: the other flags, additional records beside the OPT, trailing octets,
options that aren't served, the difference between two QTYPEs that no zone has. So a stranger who varies them makes no
query dear. The question is always echoed from the message itself.

Bits of the head that ``Authority`` doesn't read say what the octets left out were; so a key made from a canonical form
differs from that of a message as it came.
"""

from __future__ import annotations

from collections.abc import Collection
from struct import Struct
from struct import error as StructError

from catcher.dns.answering.query import MAX_ADDITIONALS, MAX_OPTIONS
from catcher.dns.wire import CLASS_IN, RRType, question_end, record_at

QUESTION = 10
"""Offset of the question in a message without its ID: the header's other ten octets come first."""

Canonical = tuple[bytes, bytes | None]
"""The canonical form without the cookie, and the client's cookie (RFC 7873). A plain tuple: every odd query needs a new
one."""

WITH_COOKIE, PROVEN, PERSONAL = 0x10, 0x20, 0x40
"""Bits of the head's second octet: there is a cookie; it was made here for this client, and the reply depends on that;
the reply may depend on the client's address (IXFR)."""

BEFORE_OPTION = 15
"""Octets of QTYPE, QCLASS and an OPT without options."""
_OPT_TAIL = Struct("!BHHBBHH")
_OPTION = Struct("!HH")
"""Code and length of an option."""
_NSID, _COOKIE = 3, 10
"""Codes of the options that change a reply over UDP (RFC 5001, RFC 7873)."""
_EMPTY_NSID = b"\0\3\0\0"
_SIZES = 512, 1232
"""Octets: a client's UDP size below the first value counts as the first, one above the second as the second
(``message.UDP_SIZE``)."""
_IN = CLASS_IN.to_bytes(2, "big")
_NOT_IN = b"\0\3"
"""Stands for every class but IN: all of them are refused."""
_IXFR = RRType.IXFR.to_bytes(2, "big")

HEADS = {
    bytes((first, second, 0, 1, 0, 0, 0, 0, 0, additional)): bytes((first & 1, 0, 0, 1, 0, 0, 0, 0, 0, additional))
    for first in range(8)
    for second in range(256)
    for additional in (0, 1)
}
"""The head of a standard query with one question and at most one additional record → the head of its canonical form.
Of its flags only RD is echoed (RFC 1035 §4.1.1)."""


def canonical(message: bytes, end: int, types: Collection[bytes], other_type: bytes) -> Canonical | None:
    """The canonical form of ``message`` (without its ID), whose QNAME ends before ``end``; None: it may get a reply of
    its own, as an error or a signed message does.

    ``types``: the QTYPEs, two octets each, of which some zone has records or that are counted apart; ``other_type``
    stands for the rest.
    """
    if message[0] & 0xF8 or message[2:6] != b"\0\1\0\0":
        return None
    qtype, at = message[end : end + 2], end + 4
    personal = 0
    if qtype == _IXFR:
        personal = PERSONAL
    try:
        if message[6:8] != b"\0\0":
            if not personal or message[6:8] != b"\0\1":
                return None
            rrtype, _, _, at = record_at(message, at)
            if rrtype == RRType.TSIG:
                return None
        additionals = message[8] << 8 | message[9]
        opt, cookie = b"", None
        if additionals:
            if additionals > MAX_ADDITIONALS:
                return None
            for _ in range(additionals):
                start = at
                rrtype, size, _, at = record_at(message, at)
                if rrtype == RRType.TSIG:
                    return None
                if rrtype == RRType.OPT:
                    if opt or message[start]:
                        return None
                    found = _options(message, start + 11, at)
                    if found is None:
                        return None
                    nsid, cookie = found
                    size = min(max(size, _SIZES[0]), _SIZES[1])
                    version = min(message[start + 6], 1)
                    opt = _OPT_TAIL.pack(0, 41, size, 0, version, message[start + 7] << 8 & 0x8000, 4 if nsid else 0)
                    if nsid:
                        opt += _EMPTY_NSID
    except (IndexError, StructError):
        return None
    qclass = message[end + 2 : end + 4]
    if len(qclass) < 2:
        return None
    flags = personal if cookie is None else personal | WITH_COOKIE
    head = bytes((message[0] & 1, flags, 0, 1, 0, 0, 0, 0, 0, 1 if opt else 0))
    question = (qtype if qtype in types else other_type) + (_IN if qclass == _IN else _NOT_IN)
    return head + message[QUESTION:end] + question + opt, cookie


def untyped(message: bytes) -> Canonical | None:
    """The canonical form of ``message`` where its QTYPE doesn't matter."""
    end = question_end(message, QUESTION) - 4
    return canonical(message, end, (), b"\0\0") if end > 0 else None


def with_flags(message: bytes, flags: int) -> bytes:
    """A canonical form with other bits in its head's second octet."""
    return message[:1] + bytes((flags,)) + message[2:]


def with_cookie(message: bytes, end: int, cookie: bytes) -> bytes:
    """A canonical form with ``cookie`` as the last option of its OPT."""
    at = end + BEFORE_OPTION - 2
    length = int.from_bytes(message[at : at + 2], "big") + 4 + len(cookie)
    options = message[at + 2 :] + _COOKIE.to_bytes(2, "big") + len(cookie).to_bytes(2, "big") + cookie
    return message[:at] + length.to_bytes(2, "big") + options


def _options(message: bytes, at: int, end: int) -> tuple[bool, bytes | None] | None:
    """Whether NSID is asked for, and the cookie; None if the options break the format."""
    nsid, cookie, left, header = None, None, MAX_OPTIONS, _OPTION.unpack_from
    while at < end:
        if not left:
            return None
        code, length = header(message, at)
        at, left = at + 4, left - 1
        if code == _COOKIE and cookie is None:
            cookie = message[at : at + length]
            if length != 8 and not 16 <= length <= 40:
                return None
        elif code == _NSID and nsid is None:
            nsid = not length
        at += length
    return None if at != end else (bool(nsid), cookie)
