"""Encodes answers: header, question as received, the sections that fit, OPT (RFC 1035 §4.1, RFC 6891)."""

from __future__ import annotations

from struct import Struct

from catcher.dns.answering.answer import Answer, AnswerKind
from catcher.dns.answering.options import EXTENDED_ERROR, option
from catcher.dns.answering.query import Edns, Query, Rejection
from catcher.dns.wire import Rcode, RRType, Transport, Writer

UDP_SIZE = 1232
"""Most octets of a UDP reply: nearly every path carries them without fragmentation (RFC 9715 §3.2). Our OPT states the
same size."""
_PLAIN_SIZE = 512
"""Most octets of a reply over UDP without EDNS (RFC 1035 §4.2.1)."""
_TCP_SIZE = 65535
"""Most octets of a message over TCP: its length field has two octets (RFC 1035 §4.2.2)."""

_HEADER = Struct("!HHHHHH")
_OPT = Struct("!BHHBBHH")
_QR, _AA, _TC, _RD = 0x8000, 0x0400, 0x0200, 0x0100


def turn_down(data: bytes, rcode: Rcode) -> bytes:
    """A header alone: ID, opcode and RD of ``data`` (at least twelve octets), and the lower four bits of ``rcode``."""
    return data[:2] + bytes((0x80 | data[2] & 0x79, rcode & 15)) + bytes(8)


def rejected(data: bytes, rejection: Rejection) -> bytes:
    """The reply to a message that isn't answered: a header; if an OPT was read, with the question and an OPT."""
    head = turn_down(data, rejection.rcode)
    if rejection.edns is None:
        return head
    counts = b"\0\1\0\0\0\0\0\1" if rejection.question else b"\0\0\0\0\0\0\0\1"
    return head[:4] + counts + rejection.question + _opt(rejection.edns, rejection.rcode, b"")


def cookie_reply(data: bytes, edns: Edns, rcode: Rcode, options: bytes) -> bytes:
    """The reply to a message without a question that asks for a cookie (RFC 7873 §5.4)."""
    return turn_down(data, rcode)[:4] + b"\0\0\0\0\0\0\0\1" + _opt(edns, rcode, options)


def encode(query: Query, answer: Answer, transport: Transport, options: bytes = b"", reserve: int = 0) -> bytes:
    """The reply in wire format. A reply that is too long loses additional records; if it is still too long, it loses
    all sections and gets TC.

    The question is echoed octet by octet, so that its case stays (draft-vixie-dnsext-dns0x20). The OPT holds the
    extended error and ``options``; ``reserve`` octets are left for a signature.
    """
    opt = _opt(query.edns, answer.rcode, _explained(answer) + options)
    if answer.kind is AnswerKind.ERROR and not answer.answer:
        flags = _QR | (answer.rcode & 15) | (_RD if query.recursion_desired else 0)
        head = _HEADER.pack(query.id, flags, 1, 0, 0, 1 if opt else 0)
        return b"".join((head, query.name.wire, query.rest, opt))
    limit = _limit(query, transport) - len(opt) - reserve
    writer = Writer(query.name, query.rest)
    question_end = len(writer.buffer)
    flags = _QR | (answer.rcode & 15)
    flags |= _RD if query.recursion_desired else 0
    flags |= _AA if answer.authoritative else 0
    answers = sum(writer.rrset(owner, rrset) for owner, rrset in answer.answer)
    authorities = sum(writer.rrset(owner, rrset) for owner, rrset in answer.authority)
    additionals = sum(writer.rrset(owner, rrset) for owner, rrset in answer.glue)
    if len(writer.buffer) > limit:
        writer.cut(question_end)
        answers = authorities = additionals = 0
        flags |= _TC
    else:
        for owner, rrset in answer.additional:
            end = len(writer.buffer)
            count = writer.rrset(owner, rrset)
            if len(writer.buffer) > limit:
                writer.cut(end)
            else:
                additionals += count
    writer.buffer += opt
    _HEADER.pack_into(writer.buffer, 0, query.id, flags, 1, answers, authorities, additionals + bool(opt))
    return bytes(writer.buffer)


def empty(query: Query, options: bytes) -> bytes:
    """A reply with TC and no records: the client then asks over TCP."""
    opt = _opt(query.edns, Rcode.NOERROR, options)
    flags = _QR | _TC | (_RD if query.recursion_desired else 0)
    return _HEADER.pack(query.id, flags, 1, 0, 0, bool(opt)) + query.name.wire + query.rest + opt


def transferred(query: Query, writer: Writer, records: int, options: bytes) -> bytes:
    """One message of a zone transfer: ``writer`` holds the question and ``records`` RRs (RFC 5936 §2.2)."""
    opt = _opt(query.edns, Rcode.NOERROR, options)
    writer.buffer += opt
    _HEADER.pack_into(writer.buffer, 0, query.id, _QR | _AA, 1, records, 0, bool(opt))
    return bytes(writer.buffer)


def _limit(query: Query, transport: Transport) -> int:
    if transport is Transport.TCP:
        return _TCP_SIZE
    if query.edns is None:
        return _PLAIN_SIZE
    return min(UDP_SIZE, max(_PLAIN_SIZE, query.edns.size))


def _explained(answer: Answer) -> bytes:
    """The extended error (RFC 8914 §2), where the answer has one."""
    return b"" if answer.extended is None else option(EXTENDED_ERROR, answer.extended.to_bytes(2, "big"))


def _opt(edns: Edns | None, rcode: Rcode, options: bytes) -> bytes:
    """An OPT if the query had one (RFC 6891 §6.1.1). DO is copied from the query (RFC 3225 §3); other flags are not."""
    if edns is None:
        return b""
    flags = 0x8000 if edns.dnssec_ok else 0
    return _OPT.pack(0, RRType.OPT, UDP_SIZE, rcode >> 4, 0, flags, len(options)) + options
