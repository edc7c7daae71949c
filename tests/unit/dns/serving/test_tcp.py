"""TCP connections: framing, order, bounds on time, memory and number; without a socket or a real clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from catcher.dns import DemandTally, TcpServer
from catcher.dns.answering.options import IDLE_SECONDS
from catcher.dns.counting.counters import DnsCount, DnsCounters
from catcher.dns.serving import tcpconnection
from catcher.dns.serving.connections import ConnectionState
from catcher.dns.serving.tcp import MAX_CONNECTIONS, MAX_PER_CLIENT
from catcher.dns.serving.tcpconnection import TcpConnection
from tests.support.clocks import Clock
from tests.support.dnsserver.serving import AUTHORITY, NOW, query

QUERY = query("army.ml", "MX").to_wire()


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(2, "big") + message


class Handle:
    """What a loop gives for a callback. A connection that is gone heeds none."""

    def cancel(self) -> None: ...


class Loop:
    """Runs nothing on its own: the test moves its time and its turns."""

    def __init__(self) -> None:
        self.clock = 100.0
        self.soon: list[Callable[[], object]] = []
        self.timers: list[tuple[float, Callable[[], object]]] = []

    def time(self) -> float:
        return self.clock

    def call_soon(self, callback: Callable[[], object]) -> Handle:
        self.soon.append(callback)
        return Handle()

    def call_at(self, when: float, callback: Callable[[], object]) -> Handle:
        self.timers.append((when, callback))
        return Handle()

    def call_later(self, delay: float, callback: Callable[[], object]) -> Handle:
        return self.call_at(self.clock + delay, callback)

    def turn(self) -> None:
        """One turn: what is due now."""
        due, self.soon = self.soon, []
        for callback in due:
            callback()

    def advance(self, seconds: float) -> None:
        """Moves the time; runs the timers that it passes."""
        self.clock += seconds
        due = [callback for when, callback in self.timers if when <= self.clock]
        self.timers = [timer for timer in self.timers if timer[0] > self.clock]
        for callback in due:
            callback()


class Wire(asyncio.Transport):
    """A client's end."""

    def __init__(self, client: str) -> None:
        super().__init__({"peername": (client, 4000), "socket": SimpleNamespace(fileno=lambda: self)})
        self.out = bytearray()
        self.room: int | None = None
        """Octets that the client takes; None: any number."""
        self.taken: Callable[[], None] = lambda: None
        self.unsent = bytearray()
        self.reading = True
        self.closed = self.aborted = False

    def put(self, octets: bytes) -> None:
        """What the connection writes."""
        self.unsent += octets
        room = len(self.unsent) if self.room is None else max(0, self.room - len(self.out))
        self.out += self.unsent[:room]
        del self.unsent[:room]

    def take_all(self) -> None:
        """The client takes what is unsent, and what follows."""
        self.room = None
        self.put(b"")
        self.taken()

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return self.closed or self.aborted

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = True

    @property
    def messages(self) -> list[bytes]:
        found, at = [], 0
        while at < len(self.out):
            length = int.from_bytes(self.out[at : at + 2], "big")
            found.append(bytes(self.out[at + 2 : at + 2 + length]))
            at += 2 + length
        return found


class ToWire:
    """``ReplyWriter`` to a Wire: it stands for the descriptor."""

    def __init__(self, loop: Loop, wire: Wire, taken: Callable[[], None], broken: Callable[[], None]) -> None:
        self.unsent, wire.taken, self.write = wire.unsent, taken, wire.put

    def close(self) -> None: ...


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loop]:
    made = Loop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: made)
    monkeypatch.setattr(tcpconnection, "ReplyWriter", ToWire)
    yield made


@pytest.fixture
def server() -> TcpServer:
    return TcpServer((), AUTHORITY, Clock(NOW), DemandTally())


def connect(server: TcpServer, client: str = "192.0.2.1") -> tuple[TcpConnection, Wire]:
    connection, wire = TcpConnection(server), Wire(client)
    connection.connection_made(wire)
    return connection, wire


def send(connection: TcpConnection, data: bytes) -> None:
    """As a transport does it: into the protocol's own buffer."""
    while data:
        buffer = connection.get_buffer(-1)
        part, data = data[: len(buffer)], data[len(buffer) :]
        buffer[: len(part)] = part
        connection.buffer_updated(len(part))


def test_a_message_whole_in_halves_and_octet_by_octet(loop: Loop, server: TcpServer) -> None:
    for step in (len(QUERY) + 2, 20, 1):
        connection, wire = connect(server)
        data = framed(QUERY)
        for at in range(0, len(data), step):
            assert not wire.out
            send(connection, data[at : at + step])
        assert [message[:2] for message in wire.messages] == [QUERY[:2]]


def test_pipelined_messages_are_all_answered(loop: Loop, server: TcpServer) -> None:
    """RFC 7766 §6.2.1.1; a long row is answered in turns, so that others get theirs."""
    connection, wire = connect(server)
    ids = [number.to_bytes(2, "big") for number in range(100)]
    send(connection, b"".join(framed(id_ + QUERY[2:]) for id_ in ids))
    assert 0 < len(wire.messages) < 100 and not wire.reading
    while loop.soon:
        loop.turn()
    assert [message[:2] for message in wire.messages] == ids
    assert wire.reading


def test_a_message_that_deserves_silence_gets_it_and_the_next_its_reply(loop: Loop, server: TcpServer) -> None:
    connection, wire = connect(server)
    send(connection, framed(b"") + framed(b"short") + framed(QUERY))
    assert len(wire.messages) == 1


def test_a_message_longer_than_any_query_ends_the_connection(loop: Loop, server: TcpServer) -> None:
    connection, wire = connect(server)
    send(connection, b"\xff\xff")
    assert wire.aborted


def test_a_client_that_closed_its_half_gets_its_replies(loop: Loop, server: TcpServer) -> None:
    """RFC 7766 §6.2.4."""
    connection, wire = connect(server)
    send(connection, framed(QUERY) * 50)
    assert connection.eof_received()
    assert not wire.closed
    while loop.soon:
        loop.turn()
    assert len(wire.messages) == 50 and wire.closed


def test_a_half_message_before_the_end_is_dropped(loop: Loop, server: TcpServer) -> None:
    connection, wire = connect(server)
    send(connection, framed(QUERY)[:-1])
    connection.eof_received()
    assert wire.closed and not wire.out


def test_a_client_that_takes_no_replies_is_not_read(loop: Loop, server: TcpServer) -> None:
    connection, wire = connect(server)
    wire.room = 500
    send(connection, framed(QUERY) * 300)
    while loop.soon:
        loop.turn()
    assert 16_384 < len(wire.unsent) < 17_000 and not wire.reading
    wire.take_all()
    while loop.soon:
        loop.turn()
    assert len(wire.messages) == 300 and wire.reading


def test_an_idle_connection_is_closed(loop: Loop, server: TcpServer) -> None:
    _, wire = connect(server)
    loop.advance(IDLE_SECONDS - 1)
    assert not wire.aborted
    loop.advance(1)
    assert wire.aborted


def test_whole_messages_prolong_a_connection_and_single_octets_do_not(loop: Loop, server: TcpServer) -> None:
    talking, kept = connect(server)
    dripping, dropped = connect(server)
    for _ in range(4):
        loop.advance(IDLE_SECONDS / 4)
        send(talking, framed(QUERY))
        send(dripping, b"\0")
    loop.advance(0)
    assert dropped.aborted and not kept.aborted
    loop.advance(IDLE_SECONDS)
    assert kept.aborted


def test_one_client_has_only_so_many_connections(loop: Loop, server: TcpServer) -> None:
    wires = [connect(server)[1] for _ in range(MAX_PER_CLIENT + 1)]
    assert [wire.aborted for wire in wires] == [False] * MAX_PER_CLIENT + [True]
    assert not connect(server, "192.0.2.2")[1].aborted


def test_a_closed_connection_makes_room(loop: Loop, server: TcpServer) -> None:
    connections = [connect(server)[0] for _ in range(MAX_PER_CLIENT)]
    connections[0].connection_lost(None)
    assert not connect(server)[1].aborted


def test_the_longest_silent_gives_way(loop: Loop, server: TcpServer) -> None:
    """RFC 7766 §6.2.3: under load, idle connections are closed first."""
    made = [connect(server, f"192.0.2.{number % 200}") for number in range(MAX_CONNECTIONS)]
    send(made[0][0], framed(QUERY))
    for number in range(3):
        assert not connect(server, f"198.51.100.{number}")[1].aborted
    assert [number for number, (_, wire) in enumerate(made) if wire.aborted] == [1, 2, 3]
    assert len(server._connections) == MAX_CONNECTIONS


def test_a_connection_that_failed_on_arrival_is_not_counted(loop: Loop, server: TcpServer) -> None:
    connection, wire = TcpConnection(server), Wire("192.0.2.1")
    wire._extra["peername"] = None  # type: ignore[attr-defined]
    connection.connection_made(wire)
    assert wire.aborted and not server._connections
    connection.connection_lost(None)


def test_a_connection_of_the_worker_before_was_accepted_once(loop: Loop) -> None:
    counters = DnsCounters()
    server = TcpServer((), AUTHORITY, Clock(NOW), DemandTally(), counters=counters)
    connect(server)
    TcpConnection(server, ConnectionState(b"", b"", 0.0)).connection_made(Wire("192.0.2.1"))
    numbers = counters.fold()
    assert (numbers[DnsCount.TCP_OPENED], numbers[DnsCount.TCP_OPEN]) == (1, 2)


def test_an_ipv4_client_of_a_dual_stack_socket_counts_as_ipv4(loop: Loop) -> None:
    counters = DnsCounters()
    server = TcpServer((), AUTHORITY, Clock(NOW), DemandTally(), counters=counters)
    for client in ("::ffff:192.0.2.1", "2001:db8::1"):
        send(connect(server, client)[0], framed(QUERY))
    numbers = counters.fold()
    assert (numbers[DnsCount.TCP], numbers[DnsCount.TCP6]) == (1, 1)


def test_a_connection_that_arrives_while_the_server_retires_parts_as_the_others(loop: Loop, server: TcpServer) -> None:
    """The event loop had accepted it before."""
    server.retire()
    _, wire = connect(server)
    assert wire.closed and not wire.aborted
