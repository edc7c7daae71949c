"""The copies of messages for dnstap show neither the labels nor the options that a client chose."""

from __future__ import annotations

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.dns import Authority, Transport
from catcher.dns.tapping.scrubbed import qname_of, scrubbed_query, scrubbed_reply
from tests.support.dnsserver import compiling
from tests.support.dnsserver.querying import messages
from tests.support.dnsserver.serving import NOW

CANARY = "john-smith"
OPTIONS = [
    dns.edns.ECSOption("198.51.100.7", 32),
    dns.edns.CookieOption(b"clientID", b""),
    dns.edns.GenericOption(65001, b"the device"),
]


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return compiling.authority(tmp_path_factory.mktemp("zones"))


def asked(name: str, qtype: str = "MX", flags: int = 0) -> bytes:
    return dns.message.make_query(name, qtype, use_edns=0, ednsflags=flags, payload=1400, options=OPTIONS).to_wire()


def copies(truth: Authority, query: bytes, transport: Transport = Transport.UDP) -> tuple[bytes, bytes]:
    reply = truth.answer(query, transport=transport, now=NOW, client="192.0.2.1")
    assert reply is not None
    qname = qname_of(query)
    apex = truth.apex_above(qname) if qname else b""
    return scrubbed_query(query, apex), scrubbed_reply(reply.wire, apex)


def test_labels_left_of_the_catalogued_name_become_x(truth: Authority) -> None:
    for copy in copies(truth, asked(f"{CANARY}.Mail.army.ML")):
        message = dns.message.from_wire(copy)
        assert message.question[0].name.to_text() == "xxxxxxxxxx.xxxx.army.ml."
        assert (message.edns, message.payload, message.options) == (
            0,
            1400 if not message.flags & dns.flags.QR else 1232,
            (),
        )
    assert [rrset.to_text() for rrset in message.answer] == ["xxxxxxxxxx.xxxx.army.ml. 300 IN MX 10 mx.sink.example."]


def test_a_catalogued_name_below_another_keeps_its_own_labels(truth: Authority) -> None:
    copy, _ = copies(truth, asked("who.hq.army.ml"))
    assert dns.message.from_wire(copy).question[0].name.to_text() == "xxx.hq.army.ml."


def test_a_name_that_is_not_ours_loses_every_label(truth: Authority) -> None:
    for copy in copies(truth, asked(f"{CANARY}.bank.example")):
        message = dns.message.from_wire(copy)
        assert message.question[0].name.to_text() == "xxxxxxxxxx.xxxx.xxxxxxx."
    assert message.rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize("qtype", ["A", "MX", "TXT"])
def test_a_reply_whose_records_show_a_label_ends_with_the_question(truth: Authority, qtype: str) -> None:
    """The CNAME that a DNAME makes has the labels in its data."""
    query = asked(f"{CANARY}.d.zone.example", qtype)
    reply = truth.answer(query, transport=Transport.UDP, now=NOW)
    assert reply is not None and CANARY.encode() in reply.wire[40:]
    _, copy = copies(truth, query)
    message = dns.message.from_wire(copy)
    assert message.question and not message.answer and message.edns == 0 and CANARY.encode() not in copy


def test_a_message_without_a_question_is_a_header(truth: Authority) -> None:
    noise = b"ID\0\0\0\2\0\0\0\0\0\0" + asked(f"{CANARY}.army.ml")[12:]
    for copy in copies(truth, noise):
        assert len(copy) == 12 and copy[4:] == bytes(8)
    assert scrubbed_query(b"ID", b"") == b"ID\0\0" + bytes(8)


def test_an_owner_of_an_opt_and_trailing_octets_pass_nothing(truth: Authority) -> None:
    query = asked("army.ml")
    at = query.index(b"\0\0\x29")
    for odd in (query[:at] + b"\x0ajohn-smith" + query[at:], query + b"john-smith", query[:at] + b"john-smith"):
        for copy in copies(truth, odd):
            assert b"john-smith" not in copy


@given(message=messages(), more=st.binary(max_size=40))
def test_whatever_comes_no_label_and_no_option_passes(truth: Authority, message: bytes, more: bytes) -> None:
    for query in (message, message + more, message[: len(message) // 2]):
        reply = truth.answer(query, transport=Transport.TCP, now=NOW, client="192.0.2.1")
        qname = qname_of(query)
        apex = truth.apex_above(qname) if qname else b""
        wires = [scrubbed_query(query, apex)] + ([scrubbed_reply(reply.wire, apex)] if reply is not None else [])
        for copy in wires:
            assert len(copy) >= 12 and copy[:2] == query[:2].ljust(2, b"\0")
            if copy[2] >> 3 & 15:
                continue  # dnspython reads the question of UPDATE as a zone
            shown = dns.message.from_wire(copy, ignore_trailing=False)
            assert not shown.options
            if shown.question:
                left = shown.question[0].name.to_wire()
                assert left.endswith(apex) or not apex
                ours = left[: len(left) - len(apex)] if apex else left[:-1]
                assert not ours.translate(None, b"x" + bytes(range(64)))
