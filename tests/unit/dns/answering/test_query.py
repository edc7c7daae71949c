"""Octets are read as one question with its EDNS, turned down with an rcode, or met with silence."""

from __future__ import annotations

import struct

import dns.edns
import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.dns.answering.query import MAX_ADDITIONALS, MAX_OPTIONS, CookieQuery, Edns, Query, Rejection, parse_query
from catcher.dns.wire import Rcode

NAME = b"\x04army\x02ml\0"
MX = b"\0\x0f\0\x01"
NO_RECORD = b"\0\0\1\0\1" + bytes(6)


def packet(*, flags: int = 0, counts: tuple[int, int, int, int] = (1, 0, 0, 0), body: bytes = NAME + MX) -> bytes:
    return struct.pack("!HHHHHH", 0x1234, flags, *counts) + body


def rejection(data: bytes) -> Rejection:
    read = parse_query(data)
    assert isinstance(read, Rejection)
    return read


def opt(*, options: bytes = b"", owner: bytes = b"\0", size: int = 1232, version: int = 0, flags: int = 0) -> bytes:
    return owner + struct.pack("!HHBBHH", 41, size, 0, version, flags, len(options)) + options


def test_a_plain_question() -> None:
    query = parse_query(packet())
    assert isinstance(query, Query)
    assert (query.id, query.qtype, query.qclass, query.edns) == (0x1234, 15, 1, None)
    assert (query.name.wire, query.name.offsets, query.rest) == (NAME, [0, 5], MX)
    assert not query.recursion_desired


def test_the_case_of_a_name_is_kept_beside_its_folded_form() -> None:
    query = parse_query(packet(body=b"\x04aRmY\x02ML\0" + MX))
    assert isinstance(query, Query)
    assert (query.name.wire, query.name.folded) == (b"\x04aRmY\x02ML\0", NAME)


def test_the_root_can_be_asked_for() -> None:
    query = parse_query(packet(body=b"\0" + MX))
    assert isinstance(query, Query) and query.name.offsets == []


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "nothing"), (packet()[:11], "shorter than a header"), (packet(flags=0x8000), "a response")],
)
def test_silence(data: bytes, why: str) -> None:
    assert parse_query(data) is None, why


@pytest.mark.parametrize(
    ("opcode", "rcode"),
    [
        (1, Rcode.NOTIMP),
        (2, Rcode.NOTIMP),
        (3, Rcode.NOTIMP),
        (15, Rcode.NOTIMP),
    ],
)
def test_other_opcodes_are_turned_down(opcode: int, rcode: Rcode) -> None:
    assert rejection(packet(flags=opcode << 11)).rcode is rcode


def test_a_notify_is_refused() -> None:
    """RFC 1996: it is understood; nothing here is copied from others."""
    assert rejection(packet(flags=4 << 11)).rcode is Rcode.REFUSED


def test_an_update_is_refused() -> None:
    """RFC 2136: it is understood; nothing here is changed over the network."""
    assert rejection(packet(flags=5 << 11)).rcode is Rcode.REFUSED


def test_stateful_operations_are_not_implemented() -> None:
    """RFC 8490 §5.1: NOTIMP tells the client that there are none."""
    assert rejection(packet(flags=6 << 11)).rcode is Rcode.NOTIMP


@pytest.mark.parametrize(
    "data",
    [
        packet(counts=(0, 0, 0, 0), body=b""),
        packet(counts=(2, 0, 0, 0), body=(NAME + MX) * 2),
        packet(counts=(1, 1, 0, 0)),
        packet(counts=(1, 0, 1, 0)),
        packet(counts=(1, 0, 0, 1)),
        packet(body=NAME[:-1]),
        packet(body=NAME + MX[:3]),
        packet(body=b"\xc0\x0c" + MX),
        packet(body=b"\x01a\xc0\x0c" + MX),
        packet(body=b"\x40" + b"a" * 64 + b"\0" + MX),
        packet(body=(b"\x3f" + b"a" * 63) * 4 + b"\0" + MX),
        packet(counts=(1, 0, 0, 2), body=NAME + MX + opt() * 2),
        packet(counts=(1, 0, 0, 1), body=NAME + MX + opt(owner=b"\x01a\0")),
        packet(counts=(1, 0, 0, 1), body=NAME + MX + opt(options=b"\0\x0a\0\x09ab")),
        packet(counts=(1, 0, 0, 1), body=NAME + MX + opt(options=b"\0\x0a\0")),
        packet(counts=(1, 0, 0, 1), body=NAME + MX + opt()[:-1] + b"\x05"),
        packet(counts=(1, 0, 0, 1), body=NAME + MX + b"\x41a\0" + opt()[1:]),
    ],
)
def test_broken_format(data: bytes) -> None:
    assert rejection(data).rcode is Rcode.FORMERR


def test_a_name_of_255_octets_is_the_longest() -> None:
    longest = (b"\x3f" + b"a" * 63) * 3 + b"\x3d" + b"a" * 61 + b"\0"
    assert len(longest) == 255
    assert isinstance(parse_query(packet(body=longest + MX)), Query)
    assert rejection(packet(body=b"\x3e" + longest[1:-1] + b"a\0" + MX)).rcode is Rcode.FORMERR


def test_edns_is_read_and_unknown_options_are_not_heeded() -> None:
    """RFC 6891 §6.1.2."""
    assert edns_with(b"\xfd\xe9\0\x03xyz") == Edns(size=4096, version=1, dnssec_ok=True)


def edns_with(options: bytes) -> Edns | None:
    """What a query's OPT with these options is read as."""
    query = parse_query(
        packet(counts=(1, 0, 0, 1), body=NAME + MX + opt(options=options, size=4096, version=1, flags=0x8000))
    )
    assert isinstance(query, Query)
    return query.edns


def test_client_subnet_is_passed_over() -> None:
    """RFC 7871 §7.2.1 lets a server ignore it."""
    subnet = dns.edns.ECSOption("198.51.100.0", 24).to_wire()
    assert subnet is not None
    assert edns_with(b"\0\x08" + len(subnet).to_bytes(2, "big") + subnet) == edns_with(b"")


def test_padding_is_passed_over() -> None:
    """RFC 7830 §3: whatever its octets are."""
    assert edns_with(b"\0\x0c\0\x03\0x\xff") == edns_with(b"")


def test_other_additional_records_are_stepped_over() -> None:
    query = parse_query(packet(counts=(1, 0, 0, 2), body=NAME + MX + opt() + OTHER))
    assert isinstance(query, Query) and query.edns is not None


def test_options_that_are_heeded() -> None:
    """Cookie (RFC 7873), identifier (RFC 5001), idle time (RFC 7828); of two cookies the first counts (§5.2)."""
    options = b"\0\x0a\0\x08abcdefgh" + b"\0\x0a\0\x01x" + b"\0\3\0\0" + b"\0\x0b\0\0"
    query = parse_query(packet(counts=(1, 0, 0, 1), body=NAME + MX + opt(options=options)))
    assert isinstance(query, Query)
    assert query.edns == Edns(1232, 0, False, b"abcdefgh", True, True)


@pytest.mark.parametrize("options", [b"\0\x0a\0\7clientI", b"\xfd\xe9\0\2x", b"\xfd\xe9\0"])
def test_a_malformed_option_is_turned_down_with_question_and_opt(options: bytes) -> None:
    """RFC 6891 §7: without an OPT in the reply a client takes the server for one that doesn't know EDNS."""
    turned = rejection(packet(counts=(1, 0, 0, 1), body=NAME + MX + opt(options=options, flags=0x8000)))
    assert (turned.rcode, turned.question) == (Rcode.FORMERR, NAME + MX)
    assert turned.edns is not None and turned.edns.dnssec_ok


def test_a_cut_opt_has_no_opt_in_the_reply() -> None:
    """It can't be read; nor do NSD, Knot and BIND."""
    assert rejection(packet(counts=(1, 0, 0, 1), body=NAME + MX + opt()[:-1])) == Rejection(Rcode.FORMERR)


@pytest.mark.parametrize(
    ("opcode", "rcode"), [(1, Rcode.NOTIMP), (4, Rcode.REFUSED), (5, Rcode.REFUSED), (15, Rcode.NOTIMP)]
)
def test_another_opcode_is_turned_down_with_an_opt_if_it_has_one(opcode: int, rcode: Rcode) -> None:
    """RFC 6891 §6.1.1; RFC 2136 §3.8: of an UPDATE nothing is echoed."""
    question = b"" if opcode == 5 else NAME + MX
    turned = rejection(packet(flags=opcode << 11, counts=(1, 0, 0, 1), body=NAME + MX + opt(flags=0x8000)))
    assert turned == Rejection(rcode, question, Edns(1232, 0, True))
    for options in (b"\xfd\xe9\0\2x", b"\0\x0a\0\7clientI"):
        turned = rejection(packet(flags=opcode << 11, counts=(1, 0, 0, 1), body=NAME + MX + opt(options=options)))
        assert turned == Rejection(rcode, question, Edns(1232, 0, False))


@pytest.mark.parametrize("opcode", [1, 4, 5, 15])
def test_another_opcode_with_another_version_of_edns(opcode: int) -> None:
    """RFC 6891 §6.1.3, as Knot and BIND."""
    turned = rejection(packet(flags=opcode << 11, counts=(0, 0, 0, 1), body=opt(version=1)))
    assert turned == Rejection(Rcode.BADVERS, b"", Edns(1232, 1, False))
    assert rejection(packet(counts=(0, 0, 0, 1), body=opt(version=1))).rcode is Rcode.BADVERS


OTHER = b"\xc0\x0c" + struct.pack("!HHIH", 16, 1, 0, 3) + b"\x02ab"
"""A record of the question's name."""


@pytest.mark.parametrize(
    ("counts", "body", "question"),
    [
        ((1, 0, 0, 2), NAME + MX + opt() * 2, NAME + MX),
        ((2, 0, 0, 1), (NAME + MX) * 2 + opt(), b""),
        ((1, 1, 0, 1), NAME + MX + OTHER + opt(), NAME + MX),
        ((1, 0, 1, 1), NAME + MX + OTHER + opt(), NAME + MX),
        ((1, 0, 0, 5), NAME + MX + OTHER + opt() + OTHER * 3, NAME + MX),
        ((1, 0, 0, 2), NAME + MX + opt() + OTHER[:-1], NAME + MX),
        ((1, 0, 0, 1), b"\1a\xc0\x0c" + MX + opt(), b""),
        ((1, 0, 0, 1), (b"\x3f" + b"a" * 63) * 4 + b"\0" + MX + opt(), b""),
    ],
    ids=["two OPTs", "two questions", "an answer", "an authority", "five", "cut behind", "compressed", "long name"],
)
def test_broken_format_with_an_opt(counts: tuple[int, int, int, int], body: bytes, question: bytes) -> None:
    """RFC 6891 §6.1.1, §7: without an OPT in the reply a client takes the server for one that doesn't know EDNS."""
    assert rejection(packet(counts=counts, body=body)) == Rejection(Rcode.FORMERR, question, Edns(1232, 0, False))


def test_the_opt_of_a_message_that_is_not_answered_is_looked_for_among_few() -> None:
    """A message of thousands of records must not be dear; a NOTIFY has its SOA before the OPT (RFC 1996 §3.7)."""
    for before, found in ((6, True), (7, False)):
        turned = rejection(packet(flags=4 << 11, counts=(1, before, 0, 1), body=NAME + MX + OTHER * before + opt()))
        assert (turned.edns is not None) is found
    turned = rejection(packet(flags=4 << 11, counts=(1, 0, 0, 9), body=NAME + MX + OTHER * 8 + opt()))
    assert turned.edns is None


def test_a_message_without_a_question_asks_for_a_cookie() -> None:
    """RFC 7873 §5.4; without a cookie, or with a signature, it asks for nothing."""
    read = parse_query(packet(counts=(0, 0, 0, 1), body=opt(options=b"\0\x0a\0\x08clientID")))
    assert read == CookieQuery(Edns(1232, 0, False, b"clientID"))
    assert rejection(packet(counts=(0, 0, 0, 1), body=opt())) == Rejection(Rcode.FORMERR, b"", Edns(1232, 0, False))
    assert rejection(packet(counts=(0, 0, 0, 0), body=b"")) == Rejection(Rcode.FORMERR)
    both = opt(options=b"\0\x0a\0\x08clientID") + TSIG
    assert rejection(packet(counts=(0, 0, 0, 2), body=both)).rcode is Rcode.FORMERR


def test_records_and_options_are_bounded() -> None:
    """A message of hundreds of them would cost as much as a hundred queries."""
    for count, read in ((MAX_ADDITIONALS, Query), (MAX_ADDITIONALS + 1, Rejection)):
        assert isinstance(parse_query(packet(counts=(1, 0, 0, count), body=NAME + MX + NO_RECORD * count)), read)
    for count, read in ((MAX_OPTIONS, Query), (MAX_OPTIONS + 1, Rejection)):
        options = b"\xfd\xe9\0\0" * count
        assert isinstance(parse_query(packet(counts=(1, 0, 0, 1), body=NAME + MX + opt(options=options))), read)


@pytest.mark.parametrize("octets", [0, 7, 9, 15, 41])
def test_a_cookie_of_another_length_is_malformed(octets: int) -> None:
    """RFC 7873 §5.2.2."""
    options = b"\0\x0a" + octets.to_bytes(2, "big") + bytes(octets)
    assert rejection(packet(counts=(1, 0, 0, 1), body=NAME + MX + opt(options=options))).rcode is Rcode.FORMERR


def test_ixfr_brings_the_soa_that_the_client_has() -> None:
    """RFC 1995 §3."""
    timers = (7).to_bytes(4, "big") + bytes(16)
    soa = b"\xc0\x0c" + struct.pack("!HHIH", 6, 1, 0, 22) + b"\0\0" + timers
    query = parse_query(packet(counts=(1, 0, 1, 0), body=NAME + b"\0\xfb\0\x01" + soa))
    assert isinstance(query, Query) and (query.qtype, query.serial) == (251, 7)
    short = b"\xc0\x0c" + struct.pack("!HHIH", 6, 1, 0, 2) + b"\0\0"
    query = parse_query(packet(counts=(1, 0, 1, 0), body=NAME + b"\0\xfb\0\x01" + short))
    assert isinstance(query, Query) and query.serial is None


TSIG = b"\1k\0" + struct.pack("!HHIH", 250, 255, 0, 3) + b"any"


def test_a_signature_stands_last() -> None:
    """RFC 8945 §5.1: behind everything else, once, of class ANY."""
    query = parse_query(packet(counts=(1, 0, 0, 2), body=NAME + MX + opt() + TSIG))
    assert isinstance(query, Query) and query.tsig == 12 + len(NAME + MX + opt())
    for body in (TSIG + opt(), TSIG + TSIG, opt() + TSIG.replace(b"\0\xff", b"\0\1")):
        assert rejection(packet(counts=(1, 0, 0, 2), body=NAME + MX + body)).rcode is Rcode.FORMERR


def test_octets_behind_the_message_are_not_heeded() -> None:
    assert isinstance(parse_query(packet() + b"junk"), Query)


@given(st.binary(max_size=600))
def test_any_octets_are_read_or_turned_down(data: bytes) -> None:
    assert parse_query(data) is None or isinstance(parse_query(data), Query | CookieQuery | Rejection)


@given(st.binary(max_size=300), st.integers(0, 3), st.integers(0, 3), st.integers(0, 5))
def test_any_body_behind_a_sane_header(body: bytes, answers: int, authorities: int, additionals: int) -> None:
    read = parse_query(packet(counts=(1, answers, authorities, additionals), body=body))
    assert isinstance(read, Query | CookieQuery) or (isinstance(read, Rejection) and read.rcode is Rcode.FORMERR)
