"""TSIG (RFC 8945) on octets: dnspython's signatures hold here and ours there; nothing malformed raises."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tsig
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.dns.answering.query import Query, parse_query
from catcher.dns.answering.strangers import TsigBudget, bad_key, is_signed
from catcher.dns.answering.tsig import ALGORITHMS, FUDGE, Key, TsigError, sign_request, verify, verify_reply
from catcher.dns.answering.tsigrecord import TsigRecord, read_tsig
from catcher.dns.wire import name_to_wire

NOW = 1_800_000_000
KEY = Key(name_to_wire("k.example"), "hmac-sha256", b"secret secret secret secret!")
KEYS = {KEY.name: KEY}
QUERY = dns.message.make_query("army.ml", "SOA", use_edns=0).to_wire()


def theirs(key: Key) -> Any:
    return dns.tsig.Key(dns.name.from_wire(key.name, 0)[0], key.secret, key.algorithm)


def signed(
    key: Key = KEY, *, time: int = NOW, fudge: int = FUDGE, wire: bytes = QUERY, id_: int | None = None, cut: int = 0
) -> tuple[bytes, int]:
    """A query signed by dnspython, and the offset of its TSIG. ``cut``: octets taken off the MAC's end."""
    original = int.from_bytes(wire[:2], "big")
    algorithm = dns.name.from_text(key.algorithm)
    head = algorithm.to_wire() + time.to_bytes(6, "big") + fudge.to_bytes(2, "big") + b"\0\0"  # type: ignore[operator]
    bare = head + original.to_bytes(2, "big") + bytes(4)
    rdata = dns.rdata.from_wire(dns.rdataclass.ANY, dns.rdatatype.TSIG, bare, 0, len(bare))
    made: Any = dns.tsig.sign(wire, theirs(key), rdata, time, b"")[0]  # type: ignore[no-untyped-call]
    mac = made.mac[: len(made.mac) - cut]
    record = TsigRecord(key.name, name_to_wire(key.algorithm), time, fudge, mac, original, 0, b"")
    if id_ is not None:
        wire = id_.to_bytes(2, "big") + wire[2:]
    return record.appended(wire), len(wire)


def error_of(message: tuple[bytes, int], now: int = NOW) -> TsigError | None:
    found = verify(*message, KEYS, now)
    return None if found is None else found.error


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_signature_of_dnspython_holds_and_ours_holds_there(algorithm: str) -> None:
    key = replace(KEY, algorithm=algorithm)
    wire, at = signed(key)
    found = verify(wire, at, {key.name: key}, NOW)
    assert found is not None and found.error is TsigError.NONE and found.key == key
    mac = dns.message.from_wire(wire, keyring=False).tsig[0].mac  # type: ignore[arg-type,index]
    context = None
    for message in (b"\x12\x34" + bytes(10), QUERY, QUERY[:2] + b"\x80" + QUERY[3:]):  # a reply of three messages
        out = found.sign(message, NOW)
        assert len(out) == len(message) + found.octets
        (rdata,) = dns.message.from_wire(out, keyring=False).tsig  # type: ignore[arg-type,union-attr]
        start = len(message)
        context = dns.tsig.validate(  # type: ignore[no-untyped-call]
            out, theirs(key), dns.name.from_wire(key.name, 0)[0], rdata, NOW, mac, start, context, True
        )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_request_of_ours_holds_there_and_here(algorithm: str) -> None:
    key = replace(KEY, algorithm=algorithm)
    wire, mac = sign_request(QUERY, key, NOW)
    dns.tsig.validate(  # type: ignore[no-untyped-call]
        wire,
        theirs(key),
        dns.name.from_wire(key.name, 0)[0],
        dns.message.from_wire(wire, keyring=False).tsig[0],  # type: ignore[arg-type,index]
        NOW,
        b"",
        len(QUERY),
    )
    found = verify(wire, len(QUERY), {key.name: key}, NOW)
    assert found is not None and found.error is TsigError.NONE
    reply = found.sign(QUERY[:2] + b"\x80" + QUERY[3:], NOW)
    assert verify_reply(reply, key, mac, NOW)
    assert not verify_reply(reply, key, mac[:-1] + bytes([mac[-1] ^ 1]), NOW)
    assert not verify_reply(reply, key, mac, NOW + FUDGE + 1)
    assert not verify_reply(reply[:20] + b"\xff" + reply[21:], key, mac, NOW)


@pytest.mark.parametrize(
    ("away", "fudge", "error"),
    [(300, 300, 0), (301, 300, 18), (-300, 300, 0), (-301, 300, 18), (0, 0, 0), (1, 0, 18), (65_535, 65_535, 0)],
)
def test_the_fudge_is_the_clients(away: int, fudge: int, error: int) -> None:
    """RFC 8945 §5.2.3."""
    assert error_of(signed(time=NOW + away, fudge=fudge)) == error


@pytest.mark.parametrize(("cut", "error"), [(0, 0), (1, 22), (16, 22), (17, None), (32, None)])
def test_a_truncated_mac_is_refused_by_policy_or_by_format(cut: int, error: int | None) -> None:
    """RFC 8945 §5.2.2.1 (FORMERR below half of the MAC), §5.2.4 (BADTRUNC, whose reply is signed)."""
    message = signed(cut=cut)
    assert error_of(message) == error
    found = verify(*message, KEYS, NOW)
    if found is not None:
        reply: Any = dns.message.from_wire(found.sign(QUERY, NOW), keyring=False).tsig[0]  # type: ignore[arg-type,index]
        assert (reply.error, len(reply.mac)) == (error, 32)


def test_a_mac_longer_than_the_algorithms_is_malformed() -> None:
    wire, at = signed()
    record = read_tsig(wire, at)
    assert record is not None
    assert error_of((record._replace(mac=record.mac + b"x").appended(wire[:10] + b"\0\1" + wire[12:at]), at)) is None


def test_a_forwarders_id_is_not_signed() -> None:
    """RFC 8945 §5.5: the original ID is."""
    assert error_of(signed(id_=7)) is TsigError.NONE


def test_the_owner_may_be_compressed_and_mixed_in_case() -> None:
    """BIND compresses it; the MAC covers it whole and folded (RFC 8945 §4.3.3)."""
    query = dns.message.make_query("k.example", "SOA").to_wire()
    wire, at = signed(wire=query)
    assert error_of((wire[:at] + b"\xc0\x0c" + wire[at + len(KEY.name) :], at)) is TsigError.NONE
    assert error_of((wire[:at] + KEY.name.swapcase() + wire[at + len(KEY.name) :], at)) is TsigError.NONE


def test_a_chain_of_pointers_ends() -> None:
    wire, at = signed()
    for pointer in (at, at + 2, 0, 0x3FFF):
        assert read_tsig(wire[:at] + (0xC000 | pointer).to_bytes(2, "big") + wire[at + len(KEY.name) :], at) is None


@given(at=st.integers(0, 200), octet=st.integers(0, 255))
def test_one_changed_octet_never_verifies(at: int, octet: int) -> None:
    wire, _ = signed()
    at %= len(wire)
    if wire[at] == octet or wire.lower() == (wire[:at] + bytes((octet,)) + wire[at + 1 :]).lower() or at < 2:
        return
    changed = wire[:at] + bytes((octet,)) + wire[at + 1 :]
    query = parse_query(changed)
    if isinstance(query, Query) and query.tsig:
        found = verify(changed, query.tsig, KEYS, NOW)
        assert found is None or found.error is not TsigError.NONE


@given(tail=st.binary(max_size=120), at=st.integers(0, 60), count=st.integers(0, 5))
def test_no_octets_raise(tail: bytes, at: int, count: int) -> None:
    wire, start = signed()
    for message in (
        wire[: start + at] + tail,
        wire[:start] + tail + wire[start + len(tail) :],
        wire[:10] + count.to_bytes(2, "big") + wire[12 : start + at] + tail,
    ):
        read_tsig(message, start)
        verify(message, start, KEYS, NOW)
        bad_key(message)
        parse_query(message)


@given(st.data())
def test_a_strangers_reply_is_that_of_an_unknown_key(data: st.DataObject) -> None:
    """The reply from octets equals the one that the checks would make, but for the options of its OPT."""
    edns = data.draw(st.booleans())
    query = dns.message.make_query("army.ml", data.draw(st.sampled_from(["SOA", "AXFR"])), use_edns=0 if edns else -1)
    wire, at = signed(wire=query.to_wire())
    reply: Any = dns.message.from_wire(bad_key(wire) or b"", keyring=False)  # type: ignore[arg-type]
    found = verify(wire, at, {}, NOW)
    assert found is not None and found.error is TsigError.BADKEY
    known: Any = dns.message.from_wire(found.sign(query.to_wire(), NOW), keyring=False)  # type: ignore[arg-type]
    assert reply.question == query.question and reply.rcode() == 9 and (reply.edns == 0) is edns
    assert reply.tsig == known.tsig and reply.tsig[0].mac == b"" and reply.tsig[0].error == 17


@given(tail=st.binary(max_size=80), at=st.integers(12, 110))
def test_a_stranger_gets_formerr_for_what_breaks_the_format(tail: bytes, at: int) -> None:
    wire, _ = signed()
    message = wire[:at] + tail
    if bad_key(message) is not None:
        query = parse_query(message)
        assert isinstance(query, Query) and query.tsig and verify(message, query.tsig, {}, NOW) is not None
        assert is_signed(message)


def test_checks_are_bounded_and_come_back() -> None:
    budget = TsigBudget(checks=10)
    assert [budget.take(NOW) for _ in range(12)] == [True] * 10 + [False] * 2
    assert budget.refused == 2
    assert [budget.take(NOW + 0.5) for _ in range(6)] == [True] * 5 + [False]
    assert [budget.take(NOW - 5.0) for _ in range(2)] == [False] * 2  # a clock set back gives nothing
