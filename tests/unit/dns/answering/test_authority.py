"""The right zone under the right policy; and for any octets a reply that can be read, an rcode, or no reply."""

from __future__ import annotations

import random
import struct
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dns.flags
import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.catalogue import Catalogue, Guard
from catcher.dns import Authority, Rcode, Transport
from catcher.dns.answering.cookies import Cookies, Fixed
from catcher.dns.answering.options import ReplySettings
from catcher.model.mail.policy import Policy
from tests.support.dnsserver.serving import AUTHORITY, NOW, PUBLICATIONS, ask, entry, lines, query, raw, serving


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("army.ml", "army.ml"),
        ("ARMY.ml", "army.ml"),
        ("a.b.c.army.ml", "army.ml"),
        ("hq.army.ml", "hq.army.ml"),
        ("x.hq.army.ml", "hq.army.ml"),
        ("xhq.army.ml", "army.ml"),
        ("ml", None),
        (".", None),
        ("army.ml.example", None),
        ("xarmy.ml", None),
    ],
)
def test_the_most_specific_name_answers_and_is_tallied(name: str, domain: str | None) -> None:
    reply = raw(AUTHORITY, name, "MX")
    assert reply.domain == domain
    assert reply.rcode is (Rcode.REFUSED if domain is None else Rcode.NOERROR)
    assert reply.qtype == 15


@pytest.mark.parametrize("name", [r"army\.ml", r"x\.army.ml", r"hq\.army.ml.example"])
def test_a_dot_inside_a_label_parts_nothing(name: str) -> None:
    assert raw(AUTHORITY, name, "MX").domain is None


def test_a_dot_inside_a_label_below_a_held_name() -> None:
    reply = ask(AUTHORITY, r"a\.hq.army.ml", "MX")
    assert lines(reply) == ["NOERROR aa", r"answer a\.hq.army.ml. 300 MX 10 mx.sink.example."]


def test_a_policy_turns_at_its_date_without_a_reload() -> None:
    turning = Authority(Catalogue.of([entry("army.ml", until=date(2026, 12, 1))]), PUBLICATIONS, {})
    midnight = datetime(2026, 12, 1, tzinfo=UTC)
    before = ask(turning, "army.ml", "MX", now=midnight - timedelta(microseconds=1))
    assert lines(before) == ["NOERROR aa", "answer army.ml. 300 MX 10 mx.sink.example."]
    assert lines(ask(turning, "army.ml", "MX", now=midnight)) == ["NOERROR aa", "answer army.ml. 300 MX 0 ."]


def test_an_outdated_guard_turns_mail_away() -> None:
    """Promise 6: nothing above null without a recent run that cleared the name."""
    guarded = Authority(Catalogue.of([entry("army.ml")], guard=Guard(required=True)), PUBLICATIONS, {})
    assert lines(ask(guarded, "army.ml", "MX")) == ["NOERROR aa", "answer army.ml. 300 MX 0 ."]


def test_a_released_name_is_tallied_still() -> None:
    released = Authority(Catalogue.of([entry("army.ml", Policy.RELEASE)]), PUBLICATIONS, {})
    reply = raw(released, "hq.army.ml", "MX")
    assert (reply.domain, reply.rcode) == ("army.ml", Rcode.REFUSED)


def test_nothing_held_refuses_everything() -> None:
    assert raw(Authority(Catalogue.of([]), PUBLICATIONS, {}), "army.ml", "MX").rcode is Rcode.REFUSED


PACKETS = [
    query("hq.army.ml", "MX", size=1232).to_wire(),
    query("army.ml", "ANY").to_wire(),
    query("a.b.zone.example", "DS", size=600).to_wire(),
    query("x.dn.zone.example", "A").to_wire(),
    query("ml", "IXFR", size=512).to_wire(),
]


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    text = "$TTL 9\n@ SOA a b 1 2 3 4 5\n@ NS n\nn A 192.0.2.1\nb NS n.b\nn.b A 192.0.2.2\ndn DNAME n\n* CNAME n\n"
    return serving(tmp_path_factory.mktemp("busy"), ("army.ml", "gone.ml,,release"), zones={"zone.example": text})


def check(authority: Authority, packet: bytes, transport: Transport) -> None:
    """The one thing that holds for every packet."""
    reply = authority.answer(packet, transport=transport, now=NOW)
    if reply is None:
        assert len(packet) < 12 or packet[2] & 0x80
        return
    assert reply.wire[:2] == packet[:2] and reply.wire[2] & 0x80
    assert len(reply.wire) <= (1232 if transport is Transport.UDP else 65535)
    read = dns.message.from_wire(reply.wire)
    assert int(read.rcode()) == reply.rcode
    assert not read.flags & (dns.flags.RA | dns.flags.AD | dns.flags.CD)


@given(data=st.binary(max_size=700), transport=st.sampled_from(Transport))
def test_any_octets(busy: Authority, data: bytes, transport: Transport) -> None:
    check(busy, data, transport)


@given(body=st.binary(max_size=300), additionals=st.integers(0, 3), transport=st.sampled_from(Transport))
def test_any_octets_behind_a_sane_header(busy: Authority, body: bytes, additionals: int, transport: Transport) -> None:
    check(busy, b"\0\7\0\0\0\1\0\0\0\0\0" + bytes((additionals,)) + body, transport)


def test_mutated_queries(busy: Authority) -> None:
    """20,000 real queries with a few octets changed, cut or doubled; the seed is fixed so that a failure stays."""
    chance = random.Random(20261103)
    for _ in range(20_000):
        packet = bytearray(chance.choice(PACKETS))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(packet))
            match chance.randrange(3):
                case 0:
                    packet[at] = chance.randrange(256)
                case 1:
                    del packet[at : at + chance.randint(1, 8)]
                    packet = packet or bytearray(1)
                case 2:
                    packet[at:at] = packet[at : at + chance.randint(1, 20)]
        check(busy, bytes(packet), chance.choice(list(Transport)))


def test_state_is_bounded_by_what_is_held(tmp_path: Path) -> None:
    """However many dates the rows end on, only some zones are kept made up; they share all nodes but the apex."""
    rows = [entry(f"d{n}.ml", until=date(2022, 1, 1) + timedelta(days=n)) for n in range(1_100)]
    authority = Authority(Catalogue.of(rows), PUBLICATIONS, {})
    serials = {ask(authority, row.domain, "SOA").answer[0][0].serial for row in rows}
    assert len(serials) == 1_100
    assert len(PUBLICATIONS._zones) <= 1_024
    one, other = (zone for zone in list(PUBLICATIONS._zones.values())[:2])
    assert one.apex is not other.apex and all(one.nodes[name] is other.nodes[name] for name in one.nodes if name)


COOKIES = Cookies(Fixed((bytes(16),)))
COOKIE_SERVER = Authority(Catalogue.of([]), PUBLICATIONS, {}, settings=ReplySettings(cookies=COOKIES))
GOOD = COOKIES.answer(b"clientID", bytes((192, 0, 2, 1)), int(NOW.timestamp()) - 60)[0]


@pytest.mark.parametrize(
    ("cookie", "version", "rcode"),
    [
        (b"clientID", 0, Rcode.NOERROR),
        (GOOD, 0, Rcode.NOERROR),
        (GOOD[:-1] + b"x", 0, Rcode.BADCOOKIE),
        (b"clientID" + bytes(32), 0, Rcode.BADCOOKIE),
        (b"clientID", 1, Rcode.BADVERS),
    ],
)
@pytest.mark.parametrize("transport", list(Transport))
def test_a_cookie_without_a_question(cookie: bytes, version: int, rcode: Rcode, transport: Transport) -> None:
    """RFC 7873 §5.4: an empty reply with client's and server's cookie; BADCOOKIE if the server's was wrong."""
    message = b"ID\0\0" + bytes(7) + b"\1" + asked_with(cookie, version)
    reply = COOKIE_SERVER.answer(message, transport=transport, now=NOW, client="192.0.2.1")
    assert reply is not None and reply.rcode is rcode
    read = dns.message.from_wire(reply.wire)
    assert read.rcode() == rcode and not read.question and read.edns == 0
    assert reply.wire[-24:-16] == b"clientID" and reply.wire[-28:-24] == b"\0\x0a\0\x18"
    assert COOKIES.answer(reply.wire[-24:], bytes((192, 0, 2, 1)), int(NOW.timestamp()))[1]
    assert reply.proven is (cookie == GOOD)


def test_without_cookies_a_message_without_a_question_is_formerr() -> None:
    message = b"ID\0\0" + bytes(7) + b"\1" + asked_with(b"clientID", 0)
    reply = AUTHORITY.answer(message, transport=Transport.UDP, now=NOW, client="192.0.2.1")
    assert reply is not None and dns.message.from_wire(reply.wire).rcode() == 1 and reply.rcode is Rcode.FORMERR


def asked_with(cookie: bytes, version: int) -> bytes:
    return b"\0" + struct.pack("!HHBBHHHH", 41, 1232, 0, version, 0, 4 + len(cookie), 10, len(cookie)) + cookie
