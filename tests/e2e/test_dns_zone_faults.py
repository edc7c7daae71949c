"""One bad zone never takes the others down: at the start, at a reload, and what ``check`` says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dns.message
import dns.query
import dns.rcode
import pytest

from tests.support.server import Server

GOOD = "$TTL 300\n@ SOA ns1.sink.example. h 1 2 3 4 60\n@ NS ns1.sink.example.\nwww A 192.0.2.1\n"
BAD = GOOD.replace("192.0.2.1", "192.0.2.2") + "mail A 192.0.2.300\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "sink")
    for name in ("one.example", "two.example"):
        made.config.write_text(made.config.read_text() + f'[[dns.zone]]\nname = "{name}"\nfile = "{name}.zone"\n')
        (made.folder / f"{name}.zone").write_text(GOOD)
    yield made
    assert made.stop() == 0


def ask(server: Server, name: str) -> tuple[str, list[str]]:
    reply = dns.query.udp(dns.message.make_query(name, "A"), server.dns[0], port=server.dns[1], timeout=5)
    return dns.rcode.to_text(reply.rcode()), [str(rdata) for rrset in reply.answer for rdata in rrset]


def test_at_the_start_the_others_are_served(server: Server) -> None:
    (server.folder / "two.example.zone").write_text(BAD)
    server.start()
    assert ask(server, "www.one.example") == ("NOERROR", ["192.0.2.1"])
    assert ask(server, "www.two.example") == ("SERVFAIL", [])
    assert ask(server, "army.ml")[0] == "NOERROR"
    server.await_log(f"{server.folder}/two.example.zone:5: ")
    (server.folder / "two.example.zone").write_text(GOOD)
    server.reload()
    assert ask(server, "www.two.example") == ("NOERROR", ["192.0.2.1"])


def test_at_a_reload_the_old_one_stays_and_the_others_are_renewed(server: Server) -> None:
    server.start()
    (server.folder / "one.example.zone").write_text(GOOD.replace("192.0.2.1", "192.0.2.9"))
    (server.folder / "two.example.zone").write_text(BAD)
    server.reload()
    assert ask(server, "www.one.example") == ("NOERROR", ["192.0.2.9"])
    assert ask(server, "www.two.example") == ("NOERROR", ["192.0.2.1"])
    server.reload()
    assert ask(server, "www.two.example") == ("NOERROR", ["192.0.2.1"])
    (server.folder / "two.example.zone").unlink()
    server.reload()
    assert ask(server, "www.two.example") == ("NOERROR", ["192.0.2.1"])
    server.await_log("two.example.zone: it can't be read")


def test_check_names_file_and_line(server: Server) -> None:
    (server.folder / "two.example.zone").write_text(BAD)
    told = server.catcher("check", "--json", status=2)
    assert "two.example.zone:5" in told
    server.start()
