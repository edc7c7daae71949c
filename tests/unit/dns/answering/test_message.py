"""Answers on the wire: compression, sizes, truncation, EDNS, the question as it came."""

from __future__ import annotations

from pathlib import Path

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.dns import Authority, Transport
from catcher.dns.wire import Name, Rdata, RRset, RRType, Writer, name_to_wire
from tests.support.dnsserver.serving import NOW, ask, lines, query, raw, serving

HEAD = "$TTL 300\n@ SOA ns1.sink.example. hostmaster.sink.example. 1 2 3 4 60\n@ NS ns1.sink.example.\n"
BIG = "".join(f'big TXT "{number:02} {"x" * 197}"\n' for number in range(10))
TWENTY = "".join(f"many NS n{number}.many\nn{number}.many A 192.0.2.{number}\n" for number in range(30))
HOSTS = "@ MX 10 m\n" + "".join(f"m AAAA 2001:db8::{number}\n" for number in range(40))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return serving(tmp_path_factory.mktemp("sink"), zones={"zone.example": HEAD + BIG + TWENTY + HOSTS})


@pytest.mark.parametrize(
    ("size", "limit"), [(None, 512), (100, 512), (512, 512), (900, 900), (1232, 1232), (4096, 1232)]
)
def test_udp_replies_keep_to_their_size(authority: Authority, size: int | None, limit: int) -> None:
    """RFC 6891 §6.2.3: what the asker takes, at least 512; and never more than 1232 (RFC 9715)."""
    for name, qtype in (("big", "TXT"), ("x.many", "A"), ("nothing", "A")):
        assert len(raw(authority, f"{name}.zone.example", qtype, size=size).wire) <= limit


def test_what_does_not_fit_is_truncated_to_the_question(authority: Authority) -> None:
    reply = ask(authority, "big.zone.example", "TXT", size=1232)
    assert lines(reply) == ["NOERROR aa tc"]
    assert reply.question and reply.edns == 0


def test_tcp_has_room(authority: Authority) -> None:
    reply = ask(authority, "big.zone.example", "TXT", transport=Transport.TCP)
    assert not reply.flags & dns.flags.TC
    assert len(reply.answer[0]) == 10


def test_additional_records_are_left_out_without_truncation(authority: Authority) -> None:
    reply = ask(authority, "zone.example", "MX")
    assert lines(reply) == ["NOERROR aa", "answer zone.example. 300 MX 10 m.zone.example."]
    assert len(ask(authority, "zone.example", "MX", transport=Transport.TCP).additional[0]) == 40


def test_a_referral_without_room_for_its_glue_is_truncated(authority: Authority) -> None:
    """RFC 9471 §3.1: a referral is useless without it."""
    assert lines(ask(authority, "x.many.zone.example", "A")) == ["NOERROR tc"]
    assert len(ask(authority, "x.many.zone.example", "A", transport=Transport.TCP).additional) == 30


@given(bits=st.integers(0, 255))
def test_the_case_of_the_question_comes_back(authority: Authority, bits: int) -> None:
    """RFC 4343 §4.1 and draft-vixie-dnsext-dns0x20; the answer's owner is a pointer at the question,
    so it has the case, too.
    """
    name = "".join(c.upper() if bits >> i & 1 else c for i, c in enumerate("hq.army.ml"))
    reply = ask(authority, name, "MX")
    assert reply.question[0].name.to_text() == name + "."
    assert reply.answer[0].name.to_text() == name + "."


def test_an_answer_is_small(authority: Authority) -> None:
    """Header, question, a pointer as owner, the fixed fields, preference and the exchange that nothing shortens."""
    assert len(raw(authority, "army.ml", "MX").wire) == 12 + 13 + 2 + 10 + 2 + len(name_to_wire("mx.sink.example"))


@pytest.mark.parametrize("size", [None, 1232])
def test_a_query_with_an_opt_gets_one(authority: Authority, size: int | None) -> None:
    reply = ask(authority, "army.ml", "MX", size=size)
    assert reply.edns == (-1 if size is None else 0)
    assert size is None or reply.payload == 1232


def test_do_comes_back_and_other_flags_do_not(authority: Authority) -> None:
    """RFC 3225 §3."""
    message = dns.message.make_query("army.ml", "MX", use_edns=0, ednsflags=0xFFFF)
    message.flags = dns.flags.RD | dns.flags.AD | dns.flags.CD
    reply = authority.answer(message.to_wire(), transport=Transport.UDP, now=NOW)
    assert reply is not None
    read = dns.message.from_wire(reply.wire)
    assert read.ednsflags == dns.flags.DO
    assert dns.flags.to_text(read.flags) == "QR AA RD"


def test_an_unknown_edns_version_is_named(authority: Authority) -> None:
    """RFC 6891 §6.1.3."""
    message = dns.message.make_query("army.ml", "MX", use_edns=1)
    reply = authority.answer(message.to_wire(), transport=Transport.UDP, now=NOW)
    assert reply is not None
    read = dns.message.from_wire(reply.wire)
    assert (read.rcode(), read.edns, read.answer) == (dns.rcode.BADVERS, 0, [])


@pytest.mark.parametrize(
    ("name", "qtype", "rdclass", "code"),
    [
        ("elsewhere.example", "A", "IN", dns.edns.EDECode.NOT_AUTHORITATIVE),
        ("army.ml", "AXFR", "IN", dns.edns.EDECode.PROHIBITED),
        ("version.bind", "TXT", "CH", dns.edns.EDECode.NOT_SUPPORTED),
        ("army.ml", "MX", "ANY", dns.edns.EDECode.NOT_SUPPORTED),
    ],
)
def test_a_refusal_says_why(authority: Authority, name: str, qtype: str, rdclass: str, code: dns.edns.EDECode) -> None:
    """RFC 8914; CHAOS tells nothing about us."""
    message = dns.message.make_query(name, qtype, rdclass=rdclass, use_edns=0)
    reply = authority.answer(message.to_wire(), transport=Transport.TCP, now=NOW)
    assert reply is not None
    read = dns.message.from_wire(reply.wire)
    assert read.rcode() == dns.rcode.REFUSED and read.question == message.question
    assert [option.code for option in read.options if isinstance(option, dns.edns.EDEOption)] == [code]


def test_a_header_alone_keeps_id_opcode_and_rd(authority: Authority) -> None:
    message = query("army.ml", "SOA")
    message.flags = dns.flags.from_text("RD AD") | (4 << 11)
    reply = authority.answer(message.to_wire(), transport=Transport.UDP, now=NOW)
    assert reply is not None
    assert reply.wire == message.id.to_bytes(2, "big") + bytes((0x80 | 4 << 3 | 1, 5)) + bytes(8)


LABELS = st.lists(st.text("abAB1", min_size=1, max_size=4), min_size=1, max_size=5)
NAMES = LABELS.map(".".join)


@given(NAMES, st.lists(st.tuples(NAMES, NAMES), max_size=30), st.integers(0, 20))
def test_compression_loses_nothing(asked: str, pairs: list[tuple[str, str]], keep: int) -> None:
    """Whatever names are written, and taken back in between, a reader finds them all again."""
    writer = Writer(Name(name_to_wire(asked)), b"\0\x02\0\x01")
    written: list[tuple[str, str]] = []
    for number, (owner, host) in enumerate(pairs):
        end = len(writer.buffer)
        writer.rrset(name_to_wire(owner), RRset(RRType.NS, 300, (Rdata(b"", (name_to_wire(host),)),)))
        if number % (keep + 1):
            writer.cut(end)
        else:
            written.append((owner.lower(), host.lower()))
    writer.buffer[:12] = b"\0\0\x80\0\0\1" + len(written).to_bytes(2, "big") + bytes(4)
    read = dns.message.from_wire(bytes(writer.buffer), one_rr_per_rrset=True)
    told = [(rrset.name.to_text(True).lower(), rrset[0].target.to_text(True).lower()) for rrset in read.answer]
    assert told == written


def test_no_pointer_beyond_what_fourteen_bits_reach(tmp_path: Path) -> None:
    """RFC 1035 §4.1.4."""
    writer = Writer(Name(name_to_wire("a.example")), b"\0\x02\0\x01")
    names = [f"host{number}.zone{number}.test" for number in range(900)]
    for name in names * 2:
        writer.rrset(b"\x01a\x07example\0", RRset(RRType.NS, 300, (Rdata(b"", (name_to_wire(name),)),)))
    assert len(writer.buffer) > 0x4000
    writer.buffer[:12] = b"\0\0\x80\0\0\1" + (1800).to_bytes(2, "big") + bytes(4)
    read = dns.message.from_wire(bytes(writer.buffer), one_rr_per_rrset=True)
    assert [rrset[0].target.to_text(True) for rrset in read.answer] == names * 2
