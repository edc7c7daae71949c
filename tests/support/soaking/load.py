"""The load as a process of its own: paced UDP and TCP queries; each lost or wrong one is kept with its moment.

Moments are of CLOCK_MONOTONIC, which all processes of a machine share. A query without a reply after
``PATIENCE_SECONDS`` is lost.
"""

from __future__ import annotations

import os
import random
import select
import signal
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe

from tests.support.soaking.questions import Question

PATIENCE_SECONDS = 5.0
"""dnsperf's own time-out."""
UDP_SOCKETS = 32
TCP_CONNECTIONS = 20
_TICK_SECONDS = 0.005
_RECEIVE_BUFFER_OCTETS = 4 << 20


@dataclass(slots=True)
class Counts:
    """What one transport counted."""

    sent: int = 0
    answered: int = 0
    wrong: list[str] = field(default_factory=list)
    """Query and reply in hexadecimal."""
    lost: list[tuple[float, int]] = field(default_factory=list)
    """Moment of sending, and the number of the socket or connection."""
    broken: list[tuple[float, int, int]] = field(default_factory=list)
    """Of TCP: moment at which the server ended a connection, our port, and its unanswered queries."""
    unanswered: list[float] = field(default_factory=list)
    """Of TCP: moments at which the queries were sent whose connection ended."""
    slowest: float = 0.0
    """Seconds from a query to its reply, the worst."""


@dataclass(slots=True)
class Load:
    """What the process hands back."""

    udp: Counts
    tcp: Counts
    udp_ports: list[int]
    first_workers: set[int]
    """UDP sockets that the kernel gives to dns-0; the others are of dns-1."""


def run(
    port: int,
    questions: Sequence[Question],
    rates: tuple[int, int],
    seconds: float,
    first_worker: int,
    pipe: Pipe,
) -> None:
    """Calibrates, says "begun" into ``pipe``, asks for ``seconds``, hands the Load into ``pipe``.

    ``rates``: queries a second over UDP and over TCP. ``first_worker``: the process of dns-0.
    """
    load = _Loading(port, questions)
    first = load.sockets_of(first_worker)
    pipe.send("begun")
    load.ask(rates, seconds)
    pipe.send(Load(load.udp.counts, load.tcp.counts, [s.getsockname()[1] for s in load.udp.sockets], first))


class _Transport:
    def __init__(self, sockets: list[socket.socket]) -> None:
        self.sockets = sockets
        self.counts = Counts()
        self.waiting: list[dict[int, tuple[float, Question, bytes]]] = [{} for _ in sockets]
        self.next = [0] * len(sockets)

    def draw(self, at: int, question: Question, draw: random.Random, now: float) -> bytes:
        number = self.next[at] = (self.next[at] + 1) & 0xFFFF
        octets = question.make(number, draw)
        self.waiting[at][number] = (now, question, octets)
        self.counts.sent += 1
        return octets

    def take(self, at: int, reply: bytes, now: float) -> None:
        found = self.waiting[at].pop(int.from_bytes(reply[:2]), None)
        if found is None:
            return  # the reply to a query that was given up
        sent, question, octets = found
        self.counts.answered += 1
        self.counts.slowest = max(self.counts.slowest, now - sent)
        if not question.right(reply):
            self.counts.wrong.append(f"{octets.hex()} {reply.hex()}")

    def give_up(self, before: float) -> None:
        for at, waiting in enumerate(self.waiting):
            late = [number for number, (sent, _, _) in waiting.items() if sent < before]
            for number in late:
                self.counts.lost.append((waiting.pop(number)[0], at))


class _Loading:
    def __init__(self, port: int, questions: Sequence[Question]) -> None:
        self._place = ("127.0.0.1", port)
        self._questions = questions
        self._draw = random.Random(port)
        self.udp = _Transport([self._datagrams() for _ in range(UDP_SOCKETS)])
        self.tcp = _Transport([self._connect() for _ in range(TCP_CONNECTIONS)])
        self._buffers = [bytearray() for _ in range(TCP_CONNECTIONS)]
        self._ports = [sock.getsockname()[1] for sock in self.tcp.sockets]
        self._poll = select.epoll()
        self._at: dict[int, tuple[bool, int]] = {}
        for at, sock in enumerate(self.udp.sockets):
            self._watch(sock, False, at)
        for at, sock in enumerate(self.tcp.sockets):
            self._watch(sock, True, at)

    def _datagrams(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_OCTETS)
        sock.connect(self._place)
        sock.setblocking(False)
        return sock

    def _connect(self) -> socket.socket:
        sock = socket.create_connection(self._place, timeout=10)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        return sock

    def _watch(self, sock: socket.socket, tcp: bool, at: int) -> None:
        self._at[sock.fileno()] = (tcp, at)
        self._poll.register(sock, select.EPOLLIN)

    def sockets_of(self, worker: int) -> set[int]:
        """The UDP sockets that stay without an answer while ``worker`` is stopped."""
        os.kill(worker, signal.SIGSTOP)
        try:
            for at, sock in enumerate(self.udp.sockets):
                sock.send(self.udp.draw(at, self._questions[0], self._draw, time.monotonic()))
            end = time.monotonic() + 1
            while time.monotonic() < end:
                self._receive(0.1)
            silent = {at for at, waiting in enumerate(self.udp.waiting) if waiting}
        finally:
            os.kill(worker, signal.SIGCONT)
        while any(self.udp.waiting):
            self._receive(0.1)
        self.udp.counts.slowest = 0.0
        return silent

    def ask(self, rates: tuple[int, int], seconds: float) -> None:
        begun = swept = time.monotonic()
        udp = tcp = 0
        while (now := time.monotonic()) < begun + seconds:
            while udp < (now - begun) * rates[0]:
                udp += 1
                at = udp % UDP_SOCKETS
                octets = self.udp.draw(at, self._draw.choice(self._questions), self._draw, now)
                self.udp.sockets[at].send(octets)
            while tcp < (now - begun) * rates[1]:
                tcp += 1
                self._ask_tcp(tcp % TCP_CONNECTIONS, now)
            if now - swept > 1:
                swept = now
                self._give_up(now)
            self._receive(_TICK_SECONDS)
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and (any(self.udp.waiting) or any(self.tcp.waiting)):
            self._receive(0.1)
        self._give_up(float("inf"))

    def _give_up(self, now: float) -> None:
        for transport in (self.udp, self.tcp):
            transport.give_up(now - PATIENCE_SECONDS)

    def _ask_tcp(self, at: int, now: float) -> None:
        octets = self.tcp.draw(at, self._draw.choice(self._questions), self._draw, now)
        try:
            self.tcp.sockets[at].sendall(len(octets).to_bytes(2) + octets)
        except OSError:
            self._ended(at)

    def _receive(self, seconds: float) -> None:
        for fd, _ in self._poll.poll(seconds):
            tcp, at = self._at[fd]
            if tcp:
                self._receive_tcp(at)
            else:
                self._receive_udp(at)

    def _receive_udp(self, at: int) -> None:
        sock = self.udp.sockets[at]
        try:
            while True:
                reply = sock.recv(4096)
                self.udp.take(at, reply, time.monotonic())
        except BlockingIOError:
            return
        except ConnectionRefusedError:
            return  # nobody is bound: the query stays without a reply and is counted as lost

    def _receive_tcp(self, at: int) -> None:
        try:
            octets = self.tcp.sockets[at].recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        if not octets:
            self._ended(at)
            return
        buffer = self._buffers[at]
        buffer += octets
        now = time.monotonic()
        while len(buffer) >= 2 and len(buffer) >= (end := 2 + int.from_bytes(buffer[:2])):
            self.tcp.take(at, bytes(buffer[2:end]), now)
            del buffer[:end]

    def _ended(self, at: int) -> None:
        """Keeps what the ended connection owed and opens another one."""
        waiting = self.tcp.waiting[at]
        self.tcp.counts.broken.append((time.monotonic(), self._ports[at], len(waiting)))
        self.tcp.counts.unanswered += [sent for sent, _, _ in waiting.values()]
        waiting.clear()
        self._buffers[at].clear()
        old = self.tcp.sockets[at]
        del self._at[old.fileno()]
        self._poll.unregister(old)
        old.close()
        self.tcp.sockets[at] = self._connect()
        self._ports[at] = self.tcp.sockets[at].getsockname()[1]
        self._watch(self.tcp.sockets[at], True, at)
