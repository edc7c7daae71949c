"""Removes what belongs to a person from the copy of a message: the labels and the options that its client chose. Pure.

- QNAME: each label left of the zone or catalogued name that answers becomes ``x`` of the same length, so that every
  compression pointer keeps its place. What is left of a catalogued name may be anything: also the local part of an
  address. A name that isn't ours loses all labels: it is somebody else's.
- EDNS: the OPT record keeps size, version and flags, and loses every option: a client's subnet (RFC 7871), cookies
  (RFC 7873), and options that name devices.
- The records of a reply are kept if none of the removed labels stands in them; else the copy ends with the question,
  and its counts say so. A reply to a transfer, or of more than 4,096 octets, ends there, too.
- A message without a whole question is only a header with zero counts. A signature (RFC 8945) is never copied.
"""

from __future__ import annotations

from struct import error as StructError

from catcher.dns.wire import RRType, label_offsets, lower, question_end, record_at

_LONGEST = 4096
"""Most octets of a reply whose records are copied."""
_HEADER = 12
_SIGNED = frozenset((RRType.TSIG,))
_TRANSFERS = frozenset((RRType.AXFR, RRType.IXFR))


def qname_of(message: bytes) -> bytes:
    """The QNAME in wire format; no octets if ``message`` has no whole question or not exactly one."""
    end = question_end(message) if message[4:6] == b"\0\1" else 0
    return message[_HEADER : end - 4] if end else b""


def scrubbed_query(message: bytes, apex: bytes) -> bytes:
    """The copy of a query. ``apex``: the zone or catalogued name that answers (folded); no octets if none does."""
    return _scrubbed(message, apex, with_records=False)


def scrubbed_reply(message: bytes, apex: bytes) -> bytes:
    """The copy of a reply to a query for ``apex``."""
    return _scrubbed(message, apex, with_records=len(message) <= _LONGEST)


def _scrubbed(message: bytes, apex: bytes, *, with_records: bool) -> bytes:
    qname = qname_of(message)
    if not qname:
        return message[:4].ljust(4, b"\0") + bytes(8)
    end = _HEADER + len(qname) + 4
    removed = qname[: len(qname) - len(apex)] if apex and lower(qname).endswith(apex) else qname[:-1]
    question = _crossed_out(removed) + lower(qname[len(removed) :]) + message[end - 4 : end]
    found = _records(message, end)
    opt = b"" if found is None else found[1]
    counts = b"\0\1\0\0\0\0" + len(opt[:1]).to_bytes(2, "big")
    records = b""
    is_transfer = int.from_bytes(message[end - 4 : end - 2], "big") in _TRANSFERS
    if with_records and found is not None and not is_transfer and not _shows(removed, found[0]):
        records = found[0]
        additionals = int.from_bytes(message[10:12], "big") - found[2] + len(opt[:1])
        counts = message[4:10] + additionals.to_bytes(2, "big")
    return message[:4] + counts + question + records + opt


def _crossed_out(labels: bytes) -> bytes:
    """``labels`` with the same lengths and other octets."""
    out = bytearray(b"x" * len(labels))
    for at in label_offsets(labels + b"\0"):
        out[at] = labels[at]
    return bytes(out)


def _shows(removed: bytes, records: bytes) -> bool:
    """Whether one of the ``removed`` labels stands in ``records``, with the octet of its length."""
    folded, inside = lower(removed), lower(records)
    return any(folded[at : at + folded[at] + 1] in inside for at in label_offsets(folded + b"\0"))


def _records(message: bytes, at: int) -> tuple[bytes, bytes, int] | None:
    """The records from ``at`` on but for OPT and signatures; an OPT without options; the number of both. None: the
    records can't be read, or one that is left out isn't among the last."""
    kept_to, opt, left_out = at, b"", 0
    number = sum(int.from_bytes(message[count : count + 2], "big") for count in (6, 8, 10))
    try:
        for _ in range(number):
            rrtype, _, start, at = record_at(message, at)
            if rrtype == RRType.OPT and not opt:
                opt, left_out = b"\0" + message[start : start + 8] + b"\0\0", left_out + 1
            elif rrtype in _SIGNED:
                left_out += 1
            elif left_out:
                return None
            else:
                kept_to = at
    except (IndexError, StructError):
        return None
    return message[question_end(message) : kept_to], opt, left_out
