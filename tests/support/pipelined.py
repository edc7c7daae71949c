"""Load over kept TCP connections: queries are sent behind each other without a pause, and every reply is checked."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.message

_CONNECTIONS = 12
_WINDOW = 24
"""Queries under way at once on each connection."""
_PATIENCE_SECONDS = 20.0
"""Seconds without any reply after which the queries under way count as lost."""


@dataclass
class _Connection:
    sock: socket.socket
    waiting: set[int] = field(default_factory=set)
    """IDs of the queries under way."""
    next: int = 0
    octets: bytearray = field(default_factory=bytearray)
    """What came of a reply that isn't whole."""


class PipelinedQueries:
    """Asks for the MX of one name over TCP. No connection is opened again: one that ends has lost its queries."""

    def __init__(self, address: tuple[str, int], name: str) -> None:
        self.answered = 0
        self.lost = 0
        self.wrong: list[str] = []
        """Replies in hexadecimal that have another ID, an error or no answer."""
        self.ended = 0
        """Connections that the server ended."""
        self._query = dns.message.make_query(name, "MX", use_edns=False).to_wire()[2:]
        self._connections = [_Connection(socket.create_connection(address, timeout=20)) for _ in range(_CONNECTIONS)]
        self._least = 0
        self._enough = threading.Event()

    @contextmanager
    def asking(self, least: int) -> Iterator[None]:
        """Asks in the background through the whole block, and on until ``least`` queries were sent."""
        self._least = least
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._enough.set()
            thread.join()
            for connection in self._connections:
                connection.sock.close()

    def _run(self) -> None:
        poll = select.poll()
        at = {connection.sock.fileno(): connection for connection in self._connections}
        for connection in self._connections:
            poll.register(connection.sock, select.POLLIN)
            self._send(connection, _WINDOW)
        while any(connection.waiting for connection in at.values()):
            ready = poll.poll(_PATIENCE_SECONDS * 1000)
            if not ready:
                break
            for fd, _ in ready:
                connection = at[fd]
                answered = self._receive(connection)
                if answered is None:
                    poll.unregister(fd)
                    del at[fd]
                elif not self._enough.is_set() or self.answered < self._least:
                    self._send(connection, answered)
        self.lost += sum(len(connection.waiting) for connection in at.values())

    def _send(self, connection: _Connection, count: int) -> None:
        octets = bytearray()
        for _ in range(count):
            connection.next = (connection.next + 1) & 0xFFFF
            connection.waiting.add(connection.next)
            octets += (len(self._query) + 2).to_bytes(2, "big") + connection.next.to_bytes(2, "big") + self._query
        try:
            connection.sock.sendall(octets)
        except ConnectionError:
            return  # reading finds the end as well

    def _receive(self, connection: _Connection) -> int | None:
        """The number of replies that came; None when the connection has ended."""
        try:
            octets = connection.sock.recv(65536)
        except ConnectionError:
            octets = b""
        if not octets:
            self.ended += 1
            self.lost += len(connection.waiting)
            return None
        connection.octets += octets
        at = count = 0
        while len(connection.octets) >= at + 2:
            end = at + 2 + int.from_bytes(connection.octets[at : at + 2], "big")
            if len(connection.octets) < end:
                break
            self._take(connection, bytes(connection.octets[at + 2 : end]))
            at, count = end, count + 1
        del connection.octets[:at]
        return count

    def _take(self, connection: _Connection, reply: bytes) -> None:
        id_ = int.from_bytes(reply[:2], "big")
        if id_ not in connection.waiting or reply[3] & 15 or reply[6:8] != b"\0\1":
            self.wrong.append(reply.hex())
        connection.waiting.discard(id_)
        self.answered += 1
