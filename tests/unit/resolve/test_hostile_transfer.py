"""A server of transfers may send anything: it costs bounded time and memory, and what failed is said clearly."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import dns.message
import dns.tsig
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catcher.catalogue import Catalogue, against
from catcher.catalogue.against import compare_with_zone
from catcher.catalogue.tldzone import ZoneRecord
from catcher.config import Config, load_config
from catcher.desk import guardrun
from catcher.model.errors import EnvironmentFailure
from catcher.resolve.transfer import InboundTransfer
from tests.support.catalogues import row
from tests.support.hostiletransfer import KEY, SOA, Send, framed, replies, transfer_from

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
OPENING = SOA.format(7)
OTHERS = "navy.ml. 300 IN NS ns.other.example."
HEADER = struct.Struct("!HHHHHH")


def read(transfer: InboundTransfer) -> list[ZoneRecord]:
    return [record for records in transfer.records() for record in records]


def failure(transfer: InboundTransfer) -> str:
    """What the person is told; it names the server, and says that nothing is cleared."""
    with pytest.raises(EnvironmentFailure) as failed:
        read(transfer)
    text = str(failed.value)
    assert text.startswith("ml from 192.0.2.53: the transfer failed: ") and text.endswith("; nothing is cleared by it")
    assert len(text) < 300 and text.isprintable()
    return text


def whole(query: dns.message.Message) -> list[bytes]:
    return replies(query, [[OPENING, OTHERS], ["fleet.ml. 300 IN A 192.0.2.1", OPENING]])


def test_a_whole_transfer_whatever_its_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for pieces in (lambda octets: [octets], lambda octets: [octets[at : at + 1] for at in range(len(octets))]):
        transfer = transfer_from(monkeypatch, lambda query, pieces=pieces: pieces(b"".join(whole(query))))
        assert [record.owner for record in read(transfer)] == [b"navy.ml", b"fleet.ml"]
        assert transfer.closed and transfer.apex.serial == 7


def answer(query: dns.message.Message, records: bytes, count: int, flags: int = 0x8400) -> bytes:
    """A message of raw ``records`` with the question of the query."""
    question = b"\2ml\0\0\xfc\0\1"
    return framed(HEADER.pack(query.id, flags, 1, count, 0, 0) + question + records)


def record(owner: bytes, rrtype: int, rdata: bytes, *, kind: int = 1, length: int | None = None) -> bytes:
    return owner + struct.pack("!HHIH", rrtype, kind, 300, len(rdata) if length is None else length) + rdata


ML = b"\2ml\0"
RAW_SOA = record(ML, 6, ML + ML + struct.pack("!5I", 7, 1, 1, 1, 1))
CHAIN = b"".join(struct.pack("!H", 0xC000 | 12 + 8 + len(RAW_SOA) + 11 + at - 2) for at in range(0, 8_000, 2))
"""Pointers, each to the one before."""
MALFORMED: dict[str, Callable[[dns.message.Message], bytes]] = {
    "no DNS at all": lambda query: b"HTTP/1.1 400 Bad Request\r\n\r\n" * 1000,
    "a length of 0": lambda query: b"\0\0" * 20,
    "half a header": lambda query: framed(b"\0" * 7),
    "a query": lambda query: answer(query, RAW_SOA, 1, flags=0),
    "another ID": lambda query: framed(HEADER.pack(query.id ^ 1, 0x8400, 0, 1, 0, 0) + RAW_SOA),
    "cut by its flag": lambda query: answer(query, RAW_SOA, 1, flags=0x8600),
    "another question": lambda query: framed(HEADER.pack(query.id, 0x8400, 1, 1, 0, 0) + b"\2us\0\0\xfc\0\1" + RAW_SOA),
    "no record": lambda query: answer(query, b"", 0),
    "fewer records than it says": lambda query: answer(query, RAW_SOA, 9),
    "data beyond its end": lambda query: answer(query, RAW_SOA + record(b"\1a" + ML, 1, b"1234", length=4000), 2),
    "another class": lambda query: answer(query, RAW_SOA + record(b"\1a" + ML, 1, b"1234", kind=3), 2),
    "a label of 64 octets": lambda query: answer(query, RAW_SOA + record(b"\x40" + b"a" * 64 + ML, 1, b"1234"), 2),
    "a name of 300 octets": lambda query: answer(
        query, RAW_SOA + record((b"\x3b" + b"a" * 59) * 5 + ML, 1, b"1234"), 2
    ),
    "a pointer to itself": lambda query: answer(query, record(b"\xc0\x14", 1, b"1234"), 1),
    "a pointer forward": lambda query: answer(query, record(b"\xc0\xff", 1, b"1234") + bytes(300), 1),
    "a chain of pointers": lambda query: answer(
        query, RAW_SOA + record(b"\0", 10, CHAIN) + record(CHAIN[-2:], 1, b"1234") * 2000, 2002
    ),
    "an SOA with too much": lambda query: answer(query, record(ML, 6, ML + ML + bytes(24)), 1),
    "a name that reaches out of its record": lambda query: answer(
        query, RAW_SOA + record(b"\1a" + ML, 2, b"\1b" + ML, length=2) + bytes(9), 2
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_message(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = MALFORMED[case]
    assert "malformed" in failure(transfer_from(monkeypatch, lambda query: [made(query)]))


WRONG: dict[str, tuple[list[list[str]], str]] = {
    "another serial at the end": ([[OPENING, OTHERS], [SOA.format(8)]], "malformed"),
    "no SOA first": ([[OTHERS, OPENING]], "malformed"),
    "the SOA of another zone": ([["us. 300 IN SOA a. b. 7 1 1 1 1"]], "malformed"),
    "records behind the closing SOA": ([[OPENING, OTHERS, OPENING, OTHERS]], "malformed"),
    "no closing SOA": ([[OPENING, OTHERS]], "closed the connection before the closing SOA"),
    "nothing": ([], "closed the connection before the closing SOA"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_transfer_that_is_none(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stretches, text = WRONG[case]
    # One RRset a record: dnspython would put both SOAs into one otherwise.
    assert text in failure(transfer_from(monkeypatch, lambda query: replies(query, stretches)))


def test_a_server_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    text = failure(transfer_from(monkeypatch, lambda query: [answer(query, b"", 0, flags=0x8405)]))
    assert "the server answered REFUSED" in text


def test_a_server_that_trickles(monkeypatch: pytest.MonkeyPatch) -> None:
    """An octet every 50 seconds: each keeps the connection alive, and no message ever ends."""
    sent = itertools.count()

    def send(query: dns.message.Message) -> Iterable[bytes]:
        yield b"\xff\xff"
        for _ in sent:
            yield b"\0"

    assert "no whole message came within 60 seconds" in failure(transfer_from(monkeypatch, send, seconds=50.0))
    assert next(sent) <= 3


def test_a_transfer_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message every 50 seconds for ever."""
    sent = itertools.count()

    def send(query: dns.message.Message) -> Iterable[bytes]:
        yield from replies(query, [[OPENING, OTHERS]])
        yield from (replies(query, [[f"x{number}.ml. 300 IN NS ns{number}.other.example."]])[0] for number in sent)

    assert "it took over 6 hours" in failure(transfer_from(monkeypatch, send, seconds=50.0))
    assert next(sent) < 6 * 3600 / 50 + 1


def test_giant_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest messages, with the longest names and data: what is kept of them is an owner and a type."""
    long = b"".join(b"\x3f" + b"\1" * 63 for _ in range(3)) + b"\x39" + b"\1" * 57 + ML
    assert len(long) == 254
    data = record(long, 16, (b"\xff" + b"a" * 255) * 250)

    def send(query: dns.message.Message) -> Iterable[bytes]:
        yield answer(query, RAW_SOA, 1)
        for _ in range(200):
            yield answer(query, data, 1)
        yield answer(query, RAW_SOA, 1)

    found = read(transfer_from(monkeypatch, send))
    assert len(found) == 200
    assert all(len(one.owner) <= 1020 and not one.target for one in found)


def test_hosts_without_end_are_not_remembered_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(against, "MOST_HARMLESS", 100)
    zone = transfer_from(
        monkeypatch,
        lambda query: [
            *replies(query, [[OPENING]]),
            *(replies(query, [[f"x.ml. 300 IN NS ns{number}.other.example."]])[0] for number in range(250)),
            *replies(query, [[OPENING]]),
        ],
    )
    made: list[against.Findings] = []
    monkeypatch.setattr(against, "Findings", lambda *a, f=against.Findings: made.append(f(*a)) or made[0])
    catalogue = Catalogue.of([row("army.ml")])
    compared = compare_with_zone(catalogue, zone, nameservers=["ns1.sink.example"], own_zones=[], now=NOW)
    assert "army.ml" in compared.run.cleared and len(made[0].harmless) <= 100


class TestSigned:
    """With a key, each octet is covered by a signature, and none comes too late (RFC 8945 §5.3)."""

    def run(self, monkeypatch: pytest.MonkeyPatch, send: Send) -> InboundTransfer:
        return transfer_from(monkeypatch, send, key=KEY)

    def test_whole(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert len(read(self.run(monkeypatch, whole))) == 2

    @pytest.mark.parametrize(("run", "is_right"), [(99, True), (100, False)])
    def test_a_run_of_unsigned_messages(self, monkeypatch: pytest.MonkeyPatch, run: int, is_right: bool) -> None:
        stretches = [[OPENING], *([f"x{number}.ml. 300 IN A 192.0.2.1"] for number in range(run)), [OPENING]]
        transfer = self.run(monkeypatch, lambda query: replies(query, stretches, range(1, run + 1)))
        if is_right:
            assert len(read(transfer)) == run
        else:
            assert "wrongly signed" in failure(transfer)

    def test_a_last_message_without_a_signature(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stretches = [[OPENING, OTHERS], [OPENING]]
        assert "signed" in failure(self.run(monkeypatch, lambda query: replies(query, stretches, [1])))

    def test_a_first_message_without_a_signature(self, monkeypatch: pytest.MonkeyPatch) -> None:
        send = lambda query: [answer(query, RAW_SOA, 1)]  # noqa: E731
        assert "signed" in failure(self.run(monkeypatch, send))

    def test_a_changed_octet(self, monkeypatch: pytest.MonkeyPatch) -> None:
        send = lambda query: [b"".join(whole(query)).replace(b"navy", b"army")]  # noqa: E731
        assert "signed" in failure(self.run(monkeypatch, send))

    def test_another_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        other = dns.tsig.Key("other.key", b"x" * 32, "hmac-sha256")

        def send(query: dns.message.Message) -> Iterable[bytes]:
            reply = dns.message.make_response(query)
            reply.use_tsig(other)
            return [framed(reply.to_wire(multi=True))]

        assert "failed" in failure(self.run(monkeypatch, send))


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
def test_changed_octets_are_a_failure_or_harmless(changes: list[tuple[int, int]], signed: bool) -> None:
    def send(query: dns.message.Message) -> Iterable[bytes]:
        octets = bytearray(b"".join(whole(query)))
        for at, octet in changes:
            octets[at % len(octets)] = octet
        return [bytes(octets)]

    with pytest.MonkeyPatch.context() as patch:
        transfer = transfer_from(patch, send, key=KEY if signed else None)
        try:
            found = read(transfer)
        except EnvironmentFailure:
            return
    assert transfer.closed and transfer.apex.origin == "ml"
    if signed:
        assert [one.owner for one in found] == [b"navy.ml", b"fleet.ml"]


TOML = (
    '[dns]\nlisten = ["127.0.0.1:5300"]\n[smtp]\nlisten = ["127.0.0.1:2500"]\n[catalogue]\nfiles = ["catalogue.csv"]\n'
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "catcher.toml").write_text(TOML)
    (tmp_path / "catalogue.csv").write_text("domain\narmy.ml\n")
    return load_config(tmp_path / "catcher.toml")


def test_nothing_is_recorded(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where the failure is the last octet's, nor beside a good zone."""
    catalogue = Catalogue.of([row("army.ml")])
    with pytest.raises(EnvironmentFailure):
        guardrun.run(
            config, catalogue, [transfer_from(monkeypatch, lambda query: [b"".join(whole(query))[:-1]])], now=NOW
        )
    assert not (config.node.state / "guard.json").exists()
    guardrun.run(config, catalogue, [transfer_from(monkeypatch, whole)], now=NOW)
    assert (config.node.state / "guard.json").exists(), "the whole transfer is recorded"
