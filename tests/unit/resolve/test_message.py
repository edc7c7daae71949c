"""Replies of hostile servers: read as dnspython reads them where it can, and never an exception or a long time."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.mail.lookup import LookupResult, LookupType, Status
from catcher.resolve.message import DnsReply, FailedReply, is_reply, is_truncated, query_octets, read_reply
from catcher.resolve.records import records_of

NAME = dns.name.from_text("Mail.contractor.example")
QUESTION = b"\x04mail\x0acontractor\x07example\0"
SOA = "contractor.example. 120 IN SOA ns. Host\\.master.contractor.example. 1 2 3 4 90"


def message(*answers: str, authority: Sequence[str] = (), rcode: int = 0, rrtype: str = "A") -> dns.message.Message:
    response = dns.message.make_response(dns.message.make_query(NAME, rrtype))
    response.set_rcode(dns.rcode.Rcode(rcode))
    for section, texts in ((response.answer, answers), (response.authority, authority)):
        for text in texts:
            name, ttl, rdclass, rdtype, data = text.split(" ", 4)
            section.append(dns.rrset.from_text(name, int(ttl), rdclass, rdtype, *data.split("|")))
    return response


def read(response: dns.message.Message, rrtype: str = "A") -> DnsReply | FailedReply:
    return read_reply(response.to_wire(), NAME, LookupType(rrtype))


@pytest.mark.parametrize(
    ("rrtype", "data", "expected"),
    [
        ("A", "192.0.2.1|192.0.2.2", ("192.0.2.1", "192.0.2.2")),
        ("AAAA", "2001:db8::1|::ffff:192.0.2.1", ("2001:db8::1", "::ffff:c000:201")),
        ("MX", "10 Mx.Contractor.example.|0 .", ((10, "mx.contractor.example"), (0, ""))),
        ("PTR", "Host.Contractor.example.|od\\032d\\.x.example.", ("host.contractor.example", "od\\032d\\.x.example")),
        ("NS", "ns1.contractor.example.", ("ns1.contractor.example",)),
        ("CNAME", "www.hosting.example.", ("www.hosting.example",)),
        ("TXT", '"v=spf1 " "-all"', (b"v=spf1 -all",)),
        ("SOA", "ns. . 1 2 3 4 90", (".",)),
        ("SOA", "ns. Host\\.master.contractor.example. 1 2 3 4 90", ("Host\\.master.contractor.example",)),
    ],
)
def test_each_type_is_read_in_the_models_form(rrtype: str, data: str, expected: tuple[object, ...]) -> None:
    response = message(f"mail.contractor.example. 60 IN {rrtype} {data}", rrtype=rrtype)
    reply = read(response, rrtype)
    assert isinstance(reply, DnsReply)
    assert (reply.answer.status, reply.ttl, reply.aliases, reply.alias) == (Status.FOUND, 60, (), None)
    assert set(reply.answer.records) == set(expected), "in any order: a server shuffles them"


@pytest.mark.parametrize(
    ("authority", "ttl"),
    [
        ((SOA,), 90),
        ((SOA.replace("120", "30"),), 30),
        ((SOA.replace(" 90", " 4294967295"),), 0),
        ((), 0),
        (("contractor.example. 120 IN NS ns.contractor.example.",), 0),
        ((SOA.replace("contractor.example. 120", "other.example. 120"),), 0),
        ((SOA.replace("contractor.example. 120", "tor.example. 120"),), 0),
        ((SOA.replace("contractor.example. 120", "a.mail.contractor.example. 120"),), 0),
        ((SOA.replace("contractor.example. 120", ". 120"),), 90),
    ],
)
@pytest.mark.parametrize("rcode", [dns.rcode.NOERROR, dns.rcode.NXDOMAIN])
def test_a_negative_answer_holds_as_long_as_its_soa_says(authority: Sequence[str], ttl: int, rcode: int) -> None:
    status = Status.NXDOMAIN if rcode else Status.NODATA
    assert read(message(authority=authority, rcode=rcode)) == DnsReply(LookupResult(status), ttl)


def test_aliases_are_followed_and_named() -> None:
    first, second = (
        "mail.contractor.example. 60 IN CNAME A.hosting.example.",
        "a.hosting.example. 50 IN CNAME b.example.",
    )
    targets = (dns.name.from_text("a.hosting.example"), dns.name.from_text("b.example"))
    address = "b.example. 40 IN A 192.0.2.80"
    assert read(message(first, second, address)) == DnsReply(LookupResult(Status.FOUND, ("192.0.2.80",)), 40, targets)
    gone = read(
        message(first, second, rcode=dns.rcode.NXDOMAIN, authority=[SOA.replace("contractor.example. 120", ". 120")])
    )
    assert gone == DnsReply(LookupResult(Status.NXDOMAIN), 50, targets)
    lazy = read(message(first, second))
    assert lazy == DnsReply(LookupResult(Status.NODATA), 0, targets, targets[1])
    assert read(message(first, rrtype="CNAME"), "CNAME") == DnsReply(
        LookupResult(Status.FOUND, ("a.hosting.example",)), 60
    )


@pytest.mark.parametrize(
    "answers",
    [
        ["mail.contractor.example. 60 IN CNAME mail.contractor.example."],
        [f"{name}.example. 60 IN CNAME {name + 1}.example." for name in range(20)]
        + ["mail.contractor.example. 60 IN CNAME 0.example."],
    ],
    ids=["loop", "long"],
)
def test_a_chain_of_aliases_without_an_end_is_a_failure(answers: list[str]) -> None:
    assert read(message(*answers)) == FailedReply()


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.FORMERR, dns.rcode.NOTIMP])
def test_another_rcode_is_a_failure(rcode: int) -> None:
    assert read(message("mail.contractor.example. 60 IN A 192.0.2.1", rcode=rcode)) == FailedReply()


def test_records_of_another_name_class_or_type_are_no_answer() -> None:
    others = (
        "other.example. 60 IN A 192.0.2.1",
        "mail.contractor.example. 60 CH A a. 1",
        "mail.contractor.example. 60 IN MX 1 a.",
    )
    assert read(message(*others)) == DnsReply(LookupResult(Status.NODATA), 0)


def test_an_answer_beside_nxdomain_is_a_failure() -> None:
    assert read(message("mail.contractor.example. 60 IN A 192.0.2.1", rcode=dns.rcode.NXDOMAIN)) == FailedReply()


def test_a_reply_is_one_to_this_very_query() -> None:
    query = query_octets(NAME, LookupType.A, 0x1234)
    parsed = dns.message.from_wire(query)
    assert (parsed.id, parsed.flags, parsed.edns, parsed.payload) == (0x1234, dns.flags.RD, 0, 1232)
    assert str(parsed.question[0]) == "Mail.contractor.example. IN A"
    response = dns.message.make_response(parsed)
    octets = response.to_wire()
    assert is_reply(octets, query) and not is_truncated(octets)
    assert is_reply(octets.replace(b"Mail", b"mAIL"), query)
    assert not is_reply(query, query), "no response"
    assert not is_reply(b"\0" + octets[1:], query), "another ID"
    assert not is_reply(octets.replace(b"Mail", b"Nail"), query), "another question"
    assert not is_reply(octets[:11], query)
    other = dns.message.make_response(dns.message.make_query(NAME, "AAAA"))
    other.id = parsed.id
    assert not is_reply(other.to_wire(), query), "another type"
    response.flags |= dns.flags.TC
    assert is_truncated(response.to_wire())
    bare = struct.pack("!HHHHHH", 0x1234, 0x8180, 0, 0, 0, 0)
    assert not is_reply(bare, query), "success without a question"
    assert is_reply(bare[:3] + b"\x01" + bare[4:], query), "FORMERR without a question"


def raw(records: Sequence[bytes], *, tail: bytes = b"") -> bytes:
    """A reply of one question (A) with these records as its answer section."""
    header = struct.pack("!HHHHHH", 1, 0x8180, 1, len(records), 0, 0)
    return header + QUESTION + b"\0\x01\0\x01" + b"".join(records) + tail


def record(data: bytes, rdtype: int = 1, owner: bytes = b"\xc0\x0c", ttl: int = 60) -> bytes:
    return owner + struct.pack("!HHIH", rdtype, 1, ttl, len(data)) + data


HOSTILE = {
    "pointer to itself": [record(b"\1\2\3\4", owner=b"\xc0\x29")],
    "pointer ahead": [record(b"\1\2\3\4", owner=b"\xc0\xff")],
    "a label of 64": [record(b"\1\2\3\4", owner=b"\x40" + b"a" * 64 + b"\0")],
    "a name of 256": [record(b"\1\2\3\4", owner=(b"\x3f" + b"a" * 63) * 4 + b"\0")],
    "address of three": [record(b"\1\2\3")],
    "data beyond the end": [record(b"\1\2\3\4")[:-1]],
    "record cut off": [record(b"\1\2\3\4")[:8]],
    "nothing where a record was counted": [b""],
}


@pytest.mark.parametrize("records", HOSTILE.values(), ids=HOSTILE)
def test_a_malformed_reply_is_a_failure(records: list[bytes]) -> None:
    assert read_reply(raw(records), NAME, LookupType.A) == FailedReply()


def test_a_pointer_leads_backwards_only() -> None:
    ahead = 12 + len(QUESTION) + 4 + 16
    octets = raw([record(b"\xc0\0\2\1", owner=struct.pack("!H", 0xC000 | ahead))], tail=QUESTION)
    assert read_reply(octets, NAME, LookupType.A) == FailedReply()


@pytest.mark.parametrize(
    ("rrtype", "rdtype", "data"),
    [
        ("TXT", 16, b"\x05abc"),
        ("MX", 15, b"\0"),
        ("MX", 15, b"\0\1\x03abc"),
        ("NS", 2, b""),
        ("NS", 2, b"\x03ab"),
        ("SOA", 6, b"\0"),
        ("AAAA", 28, b"\1\2\3\4"),
    ],
)
def test_data_that_is_no_record_of_its_type_is_a_failure(rrtype: str, rdtype: int, data: bytes) -> None:
    octets = raw([record(data, rdtype)], tail=b"\x20" * 40)
    assert read_reply(octets, NAME, LookupType(rrtype)) == FailedReply()


def test_a_ttl_with_its_highest_bit_set_is_zero() -> None:
    reply = read_reply(raw([record(b"\1\2\3\4", ttl=0x8000_0000)]), NAME, LookupType.A)
    assert isinstance(reply, DnsReply) and reply.ttl == 0


def test_thousands_of_pointers_end_the_reading_not_the_program() -> None:
    chain = b"".join(
        struct.pack("!H", 0xC000 | 12 + len(QUESTION) + 4 + 12 + 2 * n - (2 if n else 0)) for n in range(7000)
    )
    octets = raw([record(chain, 16), record(b"\1\2\3\4", owner=struct.pack("!H", 0xC000 | 14_000))])
    assert read_reply(octets, NAME, LookupType.A) == FailedReply()


def test_records_by_the_thousand_within_the_limit_are_read_and_beyond_it_are_a_failure() -> None:
    records = [record(number.to_bytes(4)) for number in range(1000)]
    reply = read_reply(raw(records), NAME, LookupType.A)
    assert isinstance(reply, DnsReply) and len(reply.answer.records) == 1000
    assert read_reply(raw(records * 2), NAME, LookupType.A) == FailedReply()
    same = read_reply(raw([record(b"\xc0\0\2\1")] * 1000), NAME, LookupType.A)
    assert isinstance(same, DnsReply) and same.answer.records == ("192.0.2.1",)


SEEDS = [
    (rrtype, message(*answers, authority=[SOA], rrtype=rrtype).to_wire())
    for rrtype, answers in {
        "A": ["mail.contractor.example. 60 IN CNAME a.contractor.example.", "a.contractor.example. 60 IN A 192.0.2.1"],
        "MX": ["mail.contractor.example. 60 IN MX 10 mx.contractor.example.|20 mx2.contractor.example."],
        "TXT": ['mail.contractor.example. 60 IN TXT "v=spf1" "-all"|"x"'],
        "SOA": ["mail.contractor.example. 60 IN SOA ns.contractor.example. h.contractor.example. 1 1 1 1 1"],
        "NS": [],
    }.items()
]


def as_dnspython_has_it(octets: bytes, rrtype: str) -> DnsReply | FailedReply | None:
    """None: dnspython can't read the message, or calls it no response."""
    try:
        response = dns.message.from_wire(octets)
        if not isinstance(response, dns.message.QueryMessage) or response.rcode() not in (0, 3):
            return FailedReply()
        if response.flags & dns.flags.TC:
            return FailedReply()
        response.question = [dns.rrset.RRset(NAME, 1, dns.rdatatype.from_text(rrtype))]
        chain = response.resolve_chaining()
    except (dns.exception.DNSException, ValueError, NotImplementedError):
        return None
    if chain.answer is not None:
        return DnsReply(LookupResult(Status.FOUND, records_of(chain.answer)), 0)
    return DnsReply(LookupResult(Status.NXDOMAIN if response.rcode() else Status.NODATA), 0)


@given(st.integers(0, 2**32))
def test_what_dnspython_can_read_is_read_alike_and_nothing_raises(seed: int) -> None:
    """A reply with some octets changed, cut or doubled; what dnspython refuses (beyond what was asked) may be read."""
    random_of = random.Random(seed)
    rrtype, octets = random_of.choice(SEEDS)
    changed = bytearray(octets)
    for _ in range(random_of.randrange(4)):
        at = random_of.randrange(2, len(changed))
        match random_of.randrange(3):
            case 0:
                changed[at] = random_of.choice([0, 1, 2, 12, 63, 64, 192, 255, random_of.randrange(256)])
            case 1:
                del changed[at : at + random_of.randrange(1, 4)]
            case 2:
                changed[at:at] = changed[at : at + random_of.randrange(1, 40)]
        if len(changed) < 12:
            return
    found = read_reply(bytes(changed), NAME, LookupType(rrtype))
    expected = as_dnspython_has_it(bytes(changed), rrtype)
    if isinstance(expected, DnsReply):
        assert isinstance(found, DnsReply)
        assert (found.answer.status, set(found.answer.records)) == (
            expected.answer.status,
            set(expected.answer.records),
        )
