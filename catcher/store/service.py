"""The process that stores, for all workers of the node: what came together is one durable write.

::

    worker ─▶ socket pair, one end through the door ─▶ Peer ─▶ commits that wait ─▶ GroupWriter.write
           ◀──────────────────────── results, in order ◀──────────────────────────────────┘

Workers, which see mail, don't open the database for what arrives, and don't wait for each other's locks. While this
process writes and syncs, the next group gathers in the sockets.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable
from typing import cast

from catcher.store.wire import MOVED, OPEN, Messages, from_results, to_commits
from catcher.store.writer import Commit, GroupWriter, Result

log = logging.getLogger("catcher.store")

MOST_TOGETHER = 256
"""Transactions in one write."""


def door() -> tuple[socket.socket, socket.socket]:
    """The writing and the reading end of what workers hand their connections over through; any number of each."""
    writing, reading = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for end in (writing, reading):
        end.setblocking(False)
    return writing, reading


class StoreService:
    """Serves the workers that come through a door."""

    def __init__(self, writer: GroupWriter, reading: socket.socket, *, most_together: int = MOST_TOGETHER) -> None:
        self._writer = writer
        self._reading = reading
        self._most_together = most_together
        self._waiting: deque[tuple[Peer, Commit]] = deque()
        self._due = False
        """Whether a write is about to begin."""
        self._arriving: set[asyncio.Task[object]] = set()
        self._peers: set[Peer] = set()
        self._all_left = asyncio.Event()

    async def run(self, stopping: asyncio.Event, *, ready: Callable[[], None], draining: Callable[[], None]) -> None:
        """Serves until ``stopping`` is set, then those that are here until they leave.

        Raises what opening the store raises (EnvironmentFailure).
        """
        self._writer.open()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._reading, self._welcome)
        ready()
        await stopping.wait()
        self._loop.remove_reader(self._reading)
        draining()
        if self._arriving:
            await asyncio.wait(self._arriving)
        for peer in self._peers:
            peer.say(MOVED)
        while self._peers:
            self._all_left.clear()
            await self._all_left.wait()
        self._writer.close()

    def take(self, peer: Peer, commits: list[Commit]) -> None:
        """Writes ``commits`` with all that comes in this turn of the loop."""
        self._waiting.extend([(peer, commit) for commit in commits])
        if not self._due:
            self._due = True
            self._loop.call_soon(self._write)

    def entered(self, peer: Peer) -> None:
        self._peers.add(peer)

    def left(self, peer: Peer) -> None:
        self._peers.discard(peer)
        if not self._peers:
            self._all_left.set()

    def _welcome(self) -> None:
        try:
            _, descriptors, _, _ = socket.recv_fds(self._reading, 1, 1)
        except BlockingIOError:  # the service of another generation was faster
            return
        for descriptor in descriptors:
            sock = socket.socket(fileno=descriptor)
            sock.setblocking(False)
            task = self._loop.create_task(self._loop.connect_accepted_socket(lambda: Peer(self), sock))
            self._arriving.add(task)
            task.add_done_callback(self._arriving.discard)

    def _write(self) -> None:
        group = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most_together))]
        results: dict[Peer, list[Result]] = {}
        for (peer, _), result in zip(group, self._writer.write([commit for _, commit in group]), strict=True):
            results.setdefault(peer, []).append(result)
        for peer, own in results.items():
            peer.say(from_results(own))
        self._due = bool(self._waiting)
        if self._due:
            self._loop.call_soon(self._write)


class Peer(asyncio.Protocol):
    """A worker, from the service's side."""

    def __init__(self, service: StoreService) -> None:
        self._service = service
        self._messages = Messages()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._service.entered(self)
        self.say(OPEN)

    def data_received(self, data: bytes) -> None:
        try:
            for message in self._messages.feed(data):
                self._service.take(self, to_commits(message))
        except (ValueError, TypeError):  # its text may come from strangers
            log.error("a worker said what is no commit; it is sent away")
            self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._service.left(self)

    def say(self, message: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(message)
