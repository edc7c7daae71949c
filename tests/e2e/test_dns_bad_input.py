"""Any octets over UDP and TCP end in an answer, an error rcode or silence; nothing raises, and memory doesn't grow.

``CATCHER_SEED=…`` draws others, as `make soak` does; ``CATCHER_PACKETS=…`` sends more.
"""

from __future__ import annotations

import os
import random
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import dns.message
import pytest

from catcher.dns import Authority, DemandTally, Transport
from catcher.dns.serving.responder import Responder
from tests.support.clocks import Clock
from tests.support.dnsserver.serving import NOW, serving
from tests.support.mutations import corpus, mutated
from tests.support.randomzones import zones
from tests.support.seeds import seed
from tests.support.server import Server

SEED = seed(2026)
PACKETS = int(os.environ.get("CATCHER_PACKETS", "220000"))
IN_PROCESS, OVER_TCP = PACKETS // 3, PACKETS // 10
OVER_UDP = PACKETS - IN_PROCESS - OVER_TCP
GROWTH = 6 << 20
"""Octets that a worker may hold more after the second half of the packets than after the first."""
FILLING = 16 << 20
"""The same over UDP, where the packet cache fills tables, each bounded."""
_BURST = 200
HEALTHY = bytes.fromhex("beef 0000 0001 0000 0000 0000 0461726d79026d6c00 000f 0001")
"""MX of army.ml."""


@pytest.fixture
def chance() -> random.Random:
    print(f"seed {SEED} (CATCHER_SEED={SEED} repeats it)")
    return random.Random(SEED)


def texts(chance: random.Random) -> dict[str, str]:
    return {zone.apex: zone.text() for zone in zones(chance, 8)}


@pytest.fixture
def server(tmp_path: Path, chance: random.Random) -> Iterator[Server]:
    made = Server(tmp_path / "sink", log_level="info")
    for name, text in texts(chance).items():
        (made.folder / f"{name}.zone").write_text(text)
        made.config.write_text(made.config.read_text() + f'[[dns.zone]]\nname = "{name}"\nfile = "{name}.zone"\n')
    made.start()
    yield made
    assert made.stop() == 0
    log = made.log.read_text()
    assert "raised" not in log and "Traceback" not in log and "ended" not in log, log[-2000:]


def resident(server: Server) -> int:
    """Octets of memory of the process that answers, without what it shares."""
    pid = server.workers_pids()["dns-0"]
    fields = Path(f"/proc/{pid}/smaps_rollup").read_text().split()
    return sum(int(fields[fields.index(kind) + 1]) for kind in ("Private_Clean:", "Private_Dirty:")) << 10


def test_in_process(tmp_path: Path, chance: random.Random) -> None:
    """Through the responder that both servers use: the answer can be read and is for the query; nothing raised."""
    authority = serving(tmp_path, ("army.ml", "gone.ml,,release"), zones=texts(chance))
    responder = Responder(authority, Clock(NOW), DemandTally())
    packets, grown = corpus(chance), []
    tracemalloc.start()
    try:
        for _ in range(2):
            for number, packet in enumerate(mutated(chance, packets, IN_PROCESS // 2)):
                transport = Transport.TCP if number % 4 == 0 else Transport.UDP
                check(packet, responder.respond(packet, transport, "192.0.2.1"), transport, number % 25 == 0)
            grown.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert responder.failures == 0
    assert grown[1] - grown[0] < GROWTH, grown


def check(packet: bytes, reply: bytes | None, transport: Transport, read: bool) -> None:
    if reply is None:
        assert len(packet) < 12 or packet[2] & 0x80
        return
    assert reply[:2] == packet[:2] and reply[2] & 0x80
    assert len(reply) <= (1232 if transport is Transport.UDP else 65535)
    if read:
        with suppress(dns.message.UnknownTSIGKey):
            dns.message.from_wire(reply)


def test_over_udp(server: Server, chance: random.Random) -> None:
    """Bursts of noise; between them a real query gets its answer at once."""
    packets, held = corpus(chance), []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(server.dns)
        for _ in range(2):
            for _ in range(OVER_UDP // 2 // _BURST):
                for packet in mutated(chance, packets, _BURST):
                    client.send(packet)
                assert answered_after(client), "no answer after a burst"
            held.append(resident(server))
    assert held[1] - held[0] < FILLING, held


def answered_after(client: socket.socket) -> bool:
    """Whether the healthy query is answered; takes away the replies to noise."""
    for _ in range(3):
        client.settimeout(5)
        client.send(HEALTHY)
        with suppress(TimeoutError):
            while True:
                reply = client.recv(4096)
                assert len(reply) >= 12 and reply[2] & 0x80
                if reply[:2] == HEALTHY[:2] and reply[12 : len(HEALTHY)] == HEALTHY[12:] and reply[7] == 1:
                    return True
    return False


def test_over_tcp(server: Server, chance: random.Random) -> None:
    """Framed noise, wrong lengths, messages cut in two, connections left half-way."""
    packets, held = corpus(chance), []
    for _ in range(2):
        for _ in range(OVER_TCP // 2 // _BURST):
            with suppress(ConnectionError), socket.create_connection(server.dns, timeout=5) as client:
                stream = bytearray()
                for packet in mutated(chance, packets, _BURST):
                    wrong = chance.random() < 0.002
                    length = chance.randrange(65536) if wrong else len(packet)
                    stream += length.to_bytes(2, "big") + packet
                half = chance.randrange(len(stream))
                client.sendall(stream[:half])
                if chance.random() < 0.9:
                    client.sendall(stream[half:])
                if chance.random() < 0.5:
                    with suppress(OSError):  # closed by the server already
                        client.shutdown(socket.SHUT_WR)
                    while client.recv(65536):
                        pass
            with socket.create_connection(server.dns, timeout=5) as client:
                client.sendall(len(HEALTHY).to_bytes(2, "big") + HEALTHY)
                assert client.recv(4096)[2:4] == HEALTHY[:2]
        held.append(resident(server))
    assert held[1] - held[0] < GROWTH, held


def test_every_octet_of_every_query_once(tmp_path: Path, chance: random.Random) -> None:
    """Each query cut at each length, and with each of its octets set to the values at which parsers turn."""
    authority: Authority = serving(tmp_path, zones=texts(chance))
    responder = Responder(authority, Clock(NOW), DemandTally())
    for packet in chance.sample(corpus(chance), 60):
        for at in range(len(packet)):
            for octet in (0, 0x3F, 0x40, 0xC0, 0xFF):
                changed = packet[:at] + bytes((octet,)) + packet[at + 1 :]
                check(changed, responder.respond(changed, Transport.UDP, "192.0.2.1"), Transport.UDP, False)
            cut = packet[:at]
            check(cut, responder.respond(cut, Transport.TCP, "2001:db8::1"), Transport.TCP, False)
    assert responder.failures == 0
