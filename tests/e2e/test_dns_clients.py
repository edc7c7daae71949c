"""dig, kdig and drill understand what EDNS says, and get the same answers over both transports."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dns.edns
import dns.flags
import dns.message
import dns.query
import pytest

from tests.support.peers import peer
from tests.support.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("server"))
    made.config.write_text(made.config.read_text().replace("[dns]\n", '[dns]\nnsid = "sink-1.example"\n', 1))
    made.start()
    yield made
    assert made.stop() == 0


def ask(program: str, server: Server, *question: str) -> str:
    place = [f"@{server.dns[0]}", "-p", str(server.dns[1])]
    command = [str(peer(program)), *place, *question]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


def test_dig_finds_its_cookie_good_and_brings_it_again(server: Server) -> None:
    first = ask("dig", server, "+cookie", "army.ml", "MX")
    cookie = re.search(r"COOKIE: ([0-9a-f]{48}) \(good\)", first)
    assert cookie, first
    again = ask("dig", server, f"+cookie={cookie[1][:16]}", "army.ml", "MX")
    assert cookie[1][:16] in again and "(good)" in again


def test_kdig_gets_a_cookie(server: Server) -> None:
    told = ask("kdig", server, "+cookie", "army.ml", "MX")
    assert re.search(r"COOKIE: [0-9A-Fa-f]{16,}", told), told


@pytest.mark.parametrize("program", ["dig", "kdig"])
def test_the_identifier(server: Server, program: str) -> None:
    assert "sink-1.example" in ask(program, server, "+nsid", "army.ml", "MX")
    assert "sink-1.example" not in ask(program, server, "army.ml", "MX")


@pytest.mark.parametrize("program", ["dig", "kdig"])
def test_a_refusal_says_why(server: Server, program: str) -> None:
    """RFC 8914: not authoritative."""
    assert "Not Authoritative" in ask(program, server, "+edns=0", "example.net", "A")


def test_dig_is_told_how_long_tcp_may_be_idle(server: Server) -> None:
    """RFC 7828."""
    told = ask("dig", server, "+tcp", "+keepalive", "army.ml", "MX")
    assert re.search(r"TCP[- ]KEEPALIVE: 10(\.0)? secs", told, re.IGNORECASE), told


def test_dig_meets_badvers_and_comes_again(server: Server) -> None:
    assert "BADVERS, retrying with EDNS version 0" in ask("dig", server, "+edns=1", "army.ml", "MX")


@pytest.mark.parametrize("transport", ["-u", "-t"])
class TestDrill:
    def test_the_mx_is_the_sink(self, server: Server, transport: str) -> None:
        told = ask("drill", server, transport, "a.b.army.ml", "MX")
        assert "rcode: NOERROR" in told and re.search(r"^a\.b\.army\.ml\.\s+300\s+IN\s+MX\s+10 mx", told, re.MULTILINE)

    def test_nothing_is_signed(self, server: Server, transport: str) -> None:
        """RFC 4035 §3.1: no RRSIG (RFC 4034) where nothing is signed, even to a client that sets DO (RFC 4033)."""
        told = ask("drill", server, "-D", transport, "army.ml", "DS")
        assert "rcode: NOERROR" in told and "RRSIG" not in told and "SOA" in told


def test_programs_agree_over_both_transports(server: Server, tmp_path: Path) -> None:
    """The same records, whoever asks and however."""
    told = {
        tuple(sorted(ask(program, server, transport, "+short", "army.ml", qtype).splitlines()))
        for program in ("dig", "kdig")
        for transport in ("+tcp", "+notcp")
        for qtype in ("TXT",)
    }
    assert len(told) == 1 and any("v=spf1 -all" in line for line in told.pop())


def test_demanded_cookies_are_demanded_each_time(tmp_path: Path) -> None:
    """Also where an answer is kept ready: without a cookie TC, with a strange one BADCOOKIE, with ours the answer."""
    made = Server(tmp_path / "sink")
    made.config.write_text(made.config.read_text().replace("[dns]\n", "[dns]\nrequire_cookies = true\n", 1))
    made.start()
    try:
        for _ in range(3):
            for use_edns, options in ((-1, []), (0, [])):
                assert udp(made, use_edns, options).flags & dns.flags.TC
            strange = udp(made, 0, [dns.edns.GenericOption(10, b"12345678")])
            assert strange.rcode() == 23
            cookie = strange.options[0].to_wire()
            assert cookie is not None
            good = udp(made, 0, [dns.edns.GenericOption(10, cookie)])
            assert good.answer and not good.flags & dns.flags.TC
            assert ask("dig", made, "+short", "+nocookie", "army.ml", "MX").split() == ["10", "mx.sink.example."]
            assert ask("dig", made, "+short", "+cookie", "army.ml", "MX").split() == ["10", "mx.sink.example."]
    finally:
        assert made.stop() == 0


def udp(server: Server, use_edns: int, options: list[dns.edns.GenericOption]) -> dns.message.Message:
    query = dns.message.make_query("army.ml", "MX", use_edns=use_edns, options=options or None)
    return dns.query.udp(query, server.dns[0], port=server.dns[1], timeout=5)
