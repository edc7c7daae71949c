"""The agreed cases again, through real sockets of ``catcher serve`` with 2,500 zones: by their scorer and by octet."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dns.flags as dns_flags
import dns.message as dns_message
import pytest

from catcher import config, dns
from catcher.catalogue import Catalogue
from catcher.dns import Authority, Transport
from tests.support.asking import ask, ask_over_tcp
from tests.support.server import Server
from tests.support.shared import shared

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the scorer wrote zone files, each zone with a name of its own."""
    folder = tmp_path_factory.mktemp("cases")
    scorer("load", folder)
    return folder


@pytest.fixture(scope="module")
def server(loaded: Path) -> Iterator[Server]:
    made = Server(loaded / "sink", log_level="info")
    rows = [line.split("\t") for line in (loaded / "zones.txt").read_text().splitlines()]
    sections = "".join(f'[[dns.zone]]\nname = "{name.rstrip(".")}"\nfile = "{file}"\n' for name, file in rows)
    made.config.write_text(made.config.read_text() + sections)
    made.start()
    yield made
    assert made.stop() == 0


@pytest.fixture(scope="module")
def authority(server: Server) -> Authority:
    return dns.load_authority(config.load_config(server.config), Catalogue.of([]), now=NOW, keep_serial=False)


def scorer(command: str, folder: Path, *more: str) -> str:
    arguments = [str(shared("dns/check_cases.py")), command, str(shared("dns/sink_cases.jsonl.gz")), str(folder), *more]
    return subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True, timeout=300).stdout


def queries() -> list[bytes]:
    """Every agreed case as a query, as the scorer asks it."""
    made = []
    with gzip.open(shared("dns/sink_cases.jsonl.gz"), "rt") as file:
        for line in file:
            case = json.loads(line)
            if case["agree"] < 4 or not case["expect"]:
                continue
            suffix = "" if case["id"].startswith("sink") else f"t{case['id'].split('-')[1]}."
            edns = 0 if case.get("edns") else -1
            query = dns_query(case["qname"] + suffix, case["qtype"], edns)
            made.append((len(made) & 0xFFFF).to_bytes(2, "big") + query[2:])
    return made


def dns_query(name: str, qtype: str, edns: int) -> bytes:
    message = dns_message.make_query(name, qtype, use_edns=edns, payload=1232)
    message.flags = dns_flags.Flag(0)
    return message.to_wire()


def test_the_scorer_counts_no_failure(server: Server, loaded: Path) -> None:
    """Over UDP: flags, rcode, sections, case and OPT of each agreed case."""
    told = scorer("run", loaded, str(server.dns[1]), "4")
    counted = dict(re.findall(r"'([a-z /]+)': (\d+)", told))
    assert int(counted["n"]) > 29_000
    assert counted["pass"] == counted["n"], told


def test_udp_says_the_same_octets_as_the_answering_part(server: Server, authority: Authority) -> None:
    """Whatever was compiled beforehand: twice, so that an answer that was kept is seen as well."""
    asked = queries()
    wanted = [answer(authority, wire, Transport.UDP) for wire in asked]
    for _ in range(2):
        assert ask(server.dns[1], asked) == wanted


def test_tcp_says_the_same_octets_as_the_answering_part(server: Server, authority: Authority) -> None:
    """Pipelined over one connection, replies in any order (RFC 7766 §6.2.1, §7)."""
    asked = queries()
    assert len(asked) > 29_000
    assert sorted(ask_over_tcp(server.dns[1], asked)) == sorted(answer(authority, w, Transport.TCP) for w in asked)


def answer(authority: Authority, wire: bytes, transport: Transport) -> bytes:
    reply = authority.answer(wire, transport=transport, now=NOW)
    assert reply is not None
    return reply.wire
