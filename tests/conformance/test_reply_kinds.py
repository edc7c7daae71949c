"""Every kind of reply: with an OPT where the message has one, and with an rcode that a peer has, too."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catcher.dns import Authority, Transport
from tests.support.dnsserver.serving import NOW
from tests.support.dnsserver.serving import serving as authority
from tests.support.replykinds import (
    LIMITED,
    SERVERS,
    ReplyCase,
    cases,
    kind,
    octets,
    read_table,
    replies,
    serving,
    versions,
)

PEERS, TABLE = read_table()
ZONE = Path(__file__).parents[1] / "cases" / "probe" / "typo.test.zone"

NO_PEER = {
    "version 1": "BADVERS",  # RFC 6891 §6.1.3, also where peers stop at the questions
    "NOTIFY": "REFUSED",  # RFC 1996: nothing here is copied from others, also where peers stop at questions or options
    "UPDATE": "REFUSED",  # RFC 2136 §3.3: understood, and not for anybody, also where peers stop at the options
    "QUERY, class ANY": "REFUSED",  # RFC 1035 §6.2: an empty answer would say that nothing is there
    "QUERY, class CH": "FORMERR",  # RFC 7873 §5.2.2: a cookie of seven octets; so does BIND, where it isn't limited
}
"""Where catcher's rcode is that of no peer → its rcode."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[str]]]:
    """Server → its replies."""
    with serving(tmp_path_factory.mktemp("servers")) as ports, ThreadPoolExecutor() as pool:  # silence is waited for
        said = pool.map(lambda server: replies(server, ports[server], cases()), ports)
        yield dict(zip(ports, said, strict=True))


def test_the_table_has_every_case() -> None:
    assert TABLE.keys() == set(cases())


def test_catcher_replies_as_the_table_says(tmp_path: Path) -> None:
    served = authority(tmp_path, zones={"typo.test": ZONE.read_text()})
    assert {case: _said(served, case) for case in TABLE} == {case: cells["catcher"] for case, cells in TABLE.items()}


def _said(served: Authority, case: ReplyCase) -> str:
    reply = served.answer(octets(case, 7), transport=Transport.TCP, now=NOW, client="192.0.2.1")
    return kind(None if reply is None else reply.wire)


def test_a_reply_has_an_opt_where_the_message_has_one() -> None:
    """RFC 6891 §6.1.1; DO as in the message (RFC 3225 §3); one that is cut off can't be read."""
    for case, cells in TABLE.items():
        said = cells["catcher"]
        has_opt = case.edns not in ("none", "cut OPT") and case.message != "cut in question"
        assert said == "silent" or ("OPT" in said) is has_opt, case
        assert said == "silent" or ("DO" in said) is (case.edns == "DO"), case


def test_there_is_silence_only_where_two_servers_could_answer_each_other() -> None:
    silent = {case for case, cells in TABLE.items() if cells["catcher"] == "silent"}
    assert silent == {case for case in TABLE if case.message in ("11 octets", "response")}


def test_the_rcode_is_that_of_a_peer() -> None:
    """Of NSD, Knot or BIND; the others are explained."""
    unlike = set()
    for case, (ours, *theirs) in ((case, [cells[server] for server in SERVERS]) for case, cells in TABLE.items()):
        rcode = ours.split()[0]
        if rcode not in {said.split()[0] for said in theirs}:
            why = "version 1" if rcode == "BADVERS" else _place(case)
            assert NO_PEER.get(why) == rcode, (case, ours, theirs)
            unlike.add(why)
    assert unlike == NO_PEER.keys()


def _place(case: ReplyCase) -> str:
    return f"QUERY, class {case.rdclass}" if case.opcode == "QUERY" else case.opcode


@pytest.mark.parametrize("server", SERVERS)
def test_the_servers_reply_as_the_table_says(told: dict[str, list[str]], server: str) -> None:
    """Over UDP, through the packet cache; peers of another version are free to differ."""
    if server != "catcher" and versions()[server] != PEERS[server]:
        pytest.skip(f"peer of another version than the table's: {server} {versions()[server]}")
    said = dict(zip(cases(), told[server], strict=True))
    assert {case: cell for case, cell in said.items() if cell != TABLE[case][server] and cell != LIMITED} == {}
