"""The options of a reply: cookies, answered and demanded only if set so; the identifier; the idle time of TCP."""

from __future__ import annotations

import dns.edns
import dns.flags
import dns.message
import pytest

from catcher.catalogue import Catalogue
from catcher.dns import Authority, AuthorityReply, Rcode, Transport
from catcher.dns.answering.cookies import Cookies, Fixed
from catcher.dns.answering.options import ReplySettings
from tests.support.dnsserver.serving import NOW, PUBLICATIONS, entry

CLIENT = "198.51.100.7"
COOKIES = Cookies(Fixed((b"sixteen octets!!",)))
COOKIE = dns.edns.GenericOption(10, b"12345678")
BAD = dns.edns.GenericOption(10, b"12345678" + b"\1\0\0\0" + bytes(12))
NSID = dns.edns.GenericOption(3, b"")
KEEPALIVE = dns.edns.GenericOption(11, b"")


def authority(settings: ReplySettings) -> Authority:
    return Authority(Catalogue.of([entry("army.ml")]), PUBLICATIONS, {}, settings=settings)


def ask(
    server: Authority,
    *options: dns.edns.Option,
    transport: Transport = Transport.UDP,
    client: str = CLIENT,
    version: int = 0,
) -> AuthorityReply:
    query = dns.message.make_query("army.ml", "MX", use_edns=version, options=list(options))
    reply = server.answer(query.to_wire(), transport=transport, now=NOW, client=client)
    assert reply is not None
    return reply


def told(reply: AuthorityReply) -> dict[int, bytes]:
    """Option code → data."""
    return {int(option.otype): option.to_wire() or b"" for option in dns.message.from_wire(reply.wire).options}


@pytest.mark.parametrize("client", [CLIENT, "2001:db8::1", "fe80::1%2"])
def test_a_cookie_is_answered_and_repeats(client: str) -> None:
    server = authority(ReplySettings(cookies=COOKIES))
    cookie = told(ask(server, COOKIE, client=client))[10]
    assert len(cookie) == 24 and cookie.startswith(b"12345678")
    again = ask(server, dns.edns.GenericOption(10, cookie), client=client)
    assert told(again)[10] == cookie and again.rcode is Rcode.NOERROR


def test_no_cookie_for_whom_it_is_not_asked_or_not_known() -> None:
    assert not told(ask(authority(ReplySettings(cookies=COOKIES))))
    assert not told(ask(authority(ReplySettings(cookies=COOKIES)), COOKIE, client=""))
    assert not told(ask(authority(ReplySettings()), COOKIE))


def test_cookies_are_not_demanded() -> None:
    for option in (COOKIE, BAD):
        assert ask(authority(ReplySettings(cookies=COOKIES)), option).rcode is Rcode.NOERROR


def test_a_cookie_comes_with_every_rcode() -> None:
    """RFC 7873 §5.2: also beside BADVERS and REFUSED."""
    server = authority(ReplySettings(cookies=COOKIES))
    assert 10 in told(ask(server, COOKIE, version=1))
    query = dns.message.make_query("example.net", "A", use_edns=0, options=[COOKIE])
    reply = server.answer(query.to_wire(), transport=Transport.UDP, now=NOW, client=CLIENT)
    assert reply is not None and reply.rcode is Rcode.REFUSED and set(told(reply)) == {10, 15}


DEMANDING = authority(ReplySettings(cookies=COOKIES, demand_cookies=True))


@pytest.mark.parametrize("option", [COOKIE, BAD])
def test_demanded_a_cookie_from_elsewhere_is_turned_down_with_a_good_one(option: dns.edns.Option) -> None:
    """RFC 7873 §5.2.3."""
    reply = ask(DEMANDING, option)
    assert reply.rcode is Rcode.BADCOOKIE and reply.domain is None
    assert int(dns.message.from_wire(reply.wire).rcode()) == 23
    good = ask(DEMANDING, dns.edns.GenericOption(10, told(reply)[10]))
    assert good.rcode is Rcode.NOERROR and good.domain == "army.ml"


def test_a_client_without_a_demanded_cookie_is_sent_to_tcp() -> None:
    for use_edns in (-1, 0):
        query = dns.message.make_query("army.ml", "MX", use_edns=use_edns)
        reply = DEMANDING.answer(query.to_wire(), transport=Transport.UDP, now=NOW, client=CLIENT)
        assert reply is not None and reply.domain is None
        message = dns.message.from_wire(reply.wire)
        assert message.flags & dns.flags.TC and not message.answer and message.edns == use_edns
    assert dns.message.from_wire(ask(DEMANDING, transport=Transport.TCP).wire).answer


def test_the_identifier_is_told_to_whoever_asks_where_there_is_one() -> None:
    """RFC 5001."""
    server = authority(ReplySettings(nsid=b"sink-1"))
    assert told(ask(server, NSID)) == {3: b"sink-1"}
    assert not told(ask(server)) and not told(ask(authority(ReplySettings()), NSID))


def test_the_idle_time_is_told_over_tcp_alone() -> None:
    """RFC 7828 §3.3: in tenths of a second; over UDP the option is ignored."""
    server = authority(ReplySettings())
    assert told(ask(server, KEEPALIVE, transport=Transport.TCP)) == {11: (100).to_bytes(2, "big")}
    assert not told(ask(server, KEEPALIVE))


def test_options_count_for_the_size() -> None:
    """Records that don't fit beside cookie and identifier are cut."""
    server = authority(ReplySettings(nsid=b"x" * 128, cookies=COOKIES))
    query = dns.message.make_query("army.ml", "MX", use_edns=0, payload=512, options=[COOKIE, NSID])
    reply = server.answer(query.to_wire(), transport=Transport.UDP, now=NOW, client=CLIENT)
    assert reply is not None and len(reply.wire) <= 512 and set(told(reply)) == {3, 10}


def test_a_cookie_is_the_same_over_a_dual_stack_socket() -> None:
    """RFC 9018 §4.4 hashes the client's address: servers behind one address may listen in different ways."""
    server = authority(ReplySettings(cookies=COOKIES))
    plain, mapped = (ask(server, COOKIE, client=client).wire for client in (CLIENT, f"::ffff:{CLIENT}"))
    assert plain[2:] == mapped[2:]
