"""The TCP server of a worker (RFC 7766): its listeners, and the bounds on connections, which all listeners share."""

from __future__ import annotations

import asyncio
import os
import socket
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress

from catcher.dns.answering.authority import Authority
from catcher.dns.answering.options import packed
from catcher.dns.answering.strangers import TsigBudget
from catcher.dns.answering.transfer import Transfer
from catcher.dns.counting.counters import DnsCount, DnsCounters
from catcher.dns.counting.tally import DemandTally, tally_prefix
from catcher.dns.serving.connections import ConnectionPipe, ConnectionState, own_descriptor
from catcher.dns.serving.responder import Responder
from catcher.dns.serving.tcpconnection import TcpConnection
from catcher.dns.serving.transfers import MAX_PROCESSES, TransferProcesses
from catcher.dns.tapping.tap import DnsTap
from catcher.dns.wire import RRType, Transport
from catcher.model.clock import Clock

MAX_CONNECTIONS = 512
"""Most connections at a time; one more closes the connection that was idle longest (RFC 7766 §6.2.3)."""
MAX_PER_CLIENT = 32
"""Most connections at a time from one IPv4 address or one /56; one more is closed: a client must not use up the others'
share."""
_BACKLOG = 1024
"""Connections that the system holds until they are accepted."""
_CLOSE_SECONDS = 10.0
"""Seconds that clients get to take their last replies when the worker ends."""
_ACCEPTING_TURNS = 3
"""Turns of the event loop after which a connection that it accepted has arrived here."""
_PIPE_SECONDS = 0.01
"""Seconds until a full pipe is tried again."""


class TcpServer:
    """Answers on bound TCP sockets, IPv4 or IPv6."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        authority: Authority,
        clock: Clock,
        tally: DemandTally,
        *,
        counters: DnsCounters | None = None,
        budget: TsigBudget | None = None,
        tap: DnsTap | None = None,
        pipe: ConnectionPipe | None = None,
        lifeline_fd: int | None = None,
        most: int = MAX_CONNECTIONS,
    ) -> None:
        """``pipe``: passes connections to the next worker at the end of this one, and brings those of the last one.

        ``lifeline_fd``: a descriptor that becomes readable when the server ends; without it long transfers get no
        process of their own. ``most``: most connections at a time.
        """
        self._sockets = sockets
        self._counters = counters or DnsCounters()
        self._responder = Responder(authority, clock, tally, budget, self._counters, tap)
        self._pipe = pipe
        self._most = most
        self._servers: list[asyncio.Server] = []
        self._connections: OrderedDict[TcpConnection, None] = OrderedDict()
        self._per_client: dict[bytes, int] = {}
        self._empty = asyncio.Event()
        self._adopting: set[asyncio.Task[None]] = set()
        self._is_retired = self._is_replaced = False
        self.transfers = None if lifeline_fd is None else TransferProcesses(clock, self._counters, pipe, lifeline_fd)
        """Long transfers; None: they share this process."""

    @property
    def sends_apart(self) -> bool:
        """Whether long transfers get processes of their own."""
        return self.transfers is not None

    async def start(self) -> None:
        """Listens, and takes over the connections of the worker before."""
        loop = asyncio.get_running_loop()
        for sock in self._sockets:
            self._servers.append(await loop.create_server(lambda: TcpConnection(self), sock=sock, backlog=_BACKLOG))
        if self._pipe is not None:
            loop.add_reader(self._pipe.reading, self._take_over)

    def retire(self, *, is_replaced: bool = False) -> None:
        """Stops listening, closes the sockets, and reads no further query.

        ``is_replaced``: another worker serves already. Then each connection goes to it at once, with all that is under
        way. Else each is answered, and closed once its client has taken the replies.
        """
        if self._is_retired:
            return
        self._is_retired, self._is_replaced = True, is_replaced and self._pipe is not None
        loop = asyncio.get_running_loop()
        if self._pipe is not None:
            loop.remove_reader(self._pipe.reading)
        for server in self._servers:
            server.close()
        self._servers.clear()
        for connection in list(self._connections):
            self._part_with(connection)

    def _part_with(self, connection: TcpConnection) -> None:
        if self._is_replaced:
            connection.leave()
        else:
            connection.finish()

    async def close(self, *, is_replaced: bool = False) -> None:
        """Retires, and waits until every connection has left, for ``_CLOSE_SECONDS`` at most."""
        self.retire(is_replaced=is_replaced)
        if self._adopting:
            await asyncio.wait(self._adopting)
        for _ in range(_ACCEPTING_TURNS):
            await asyncio.sleep(0)
        if self._connections:
            self._empty.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), _CLOSE_SECONDS)
            for connection in list(self._connections):
                connection.abort()
        if self.transfers is not None:
            self.transfers.leave()

    def begin(self, message: bytes, client: str) -> tuple[bytes | None, Transfer | None]:
        """The reply to one message, and the transfer whose further messages follow it."""
        self._counters.add(DnsCount.TCP6 if len(packed(client)) == 16 else DnsCount.TCP)
        wire, transfer = self._responder.begin(message, Transport.TCP, client)
        if transfer is None:
            return wire, None
        self._counters.add(DnsCount.AXFR if transfer.qtype == RRType.AXFR else DnsCount.IXFR)
        return wire, None if transfer.is_over else transfer

    def go_on(self, transfer: Transfer) -> bytes | None:
        """The next message of a transfer; None after the last."""
        return self._responder.go_on(transfer)

    def broke(self) -> None:
        """Counts a transfer that ended before its last message."""
        self._counters.add(DnsCount.TRANSFER_BROKEN)

    def send_apart(self, transfer: Transfer, transport: asyncio.Transport, state: ConnectionState) -> bool:
        """Gives a transfer and its connection to a process of their own; False if there can be none."""
        if self.transfers is None:
            return False
        try:
            descriptor = own_descriptor(transport.get_extra_info("socket"))
        except OSError:
            return False
        try:
            most = None if self._is_retired else MAX_PROCESSES  # a retired worker must end
            return self.transfers.begin(transfer, descriptor, state, most=most)
        finally:
            os.close(descriptor)

    def pass_on(self, connection: TcpConnection, transport: asyncio.Transport, state: ConnectionState) -> None:
        """Passes a connection on to the next worker, at once or when the pipe isn't full any more."""
        assert self._pipe is not None
        try:
            self._pipe.send(transport.get_extra_info("socket").fileno(), state)
        except BlockingIOError:
            asyncio.get_running_loop().call_later(_PIPE_SECONDS, connection.leave)
        except OSError:
            connection.finish()
        else:
            connection.abort()  # ends our descriptor alone: the connection goes on in the other process

    def opened(self, connection: TcpConnection) -> bool:
        """Admits a connection; returns whether there is room."""
        client = _account(connection.client)
        count = self._per_client.get(client, 0)
        if count >= MAX_PER_CLIENT:
            self._counters.add(DnsCount.TCP_REFUSED)
            return False
        self._per_client[client] = count + 1
        self._connections[connection] = None
        self._counters.add(DnsCount.TCP_OPENED, int(connection.is_new))
        self._counters.add(DnsCount.TCP_OPEN)
        if len(self._connections) > self._most:
            idle_longest = next(iter(self._connections))
            self._counters.add(DnsCount.TCP_EVICTED)
            self.closed(idle_longest)
            idle_longest.abort()
        return True

    def arrived(self, connection: TcpConnection) -> None:
        """Takes note that an admitted connection can be served. One that was under way when the server retired, parts
        as the others did."""
        if self._is_retired:
            self._part_with(connection)

    def active(self, connection: TcpConnection) -> None:
        """Notes that a connection was used."""
        if connection in self._connections:
            self._connections.move_to_end(connection)

    def closed(self, connection: TcpConnection) -> None:
        """Forgets a connection."""
        if connection in self._connections:
            del self._connections[connection]
            self._counters.add(DnsCount.TCP_OPEN, -1)
            client = _account(connection.client)
            left = self._per_client.pop(client) - 1
            if left:
                self._per_client[client] = left
            if not self._connections:
                self._empty.set()

    def _take_over(self) -> None:
        """Takes over connections from the pipe."""
        assert self._pipe is not None
        for sock, state in self._pipe.receive():
            adopting = asyncio.get_running_loop().create_task(self._adopt(sock, state))
            self._adopting.add(adopting)
            adopting.add_done_callback(self._adopting.discard)

    async def _adopt(self, sock: socket.socket, state: ConnectionState) -> None:
        sock.setblocking(False)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: TcpConnection(self, state), sock)
        except OSError:
            sock.close()  # the client left meanwhile


def _account(client: str) -> bytes:
    """The account of a client's address: IPv4 by address, IPv6 by /56, which one customer may have as a whole."""
    prefix = tally_prefix(client)
    return client.encode() if len(prefix) == 3 else prefix
