"""The server in the storing process, for all workers of the node: one durable write takes all commits that arrive
together.

::

    worker ─▶ socket pair, one end through the handoff socket ─▶ WorkerConnection ─▶ queue ─▶ GroupWriter.write
           ◀──────────────────────────── results, in order ◀──────────────────────────────────────┘
    timer ─▶ Forgetter.step: one short step between two groups

Workers read data from strangers, so they don't open the database to store mail; and no worker waits for another's lock.
While the storing process writes and syncs, the next group of commits gathers in the sockets.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, cast

from catcher.model.errors import CatcherError
from catcher.store.remote.forgetter import Forgetter
from catcher.store.remote.groupwriter import Commit, GroupWriter, Result
from catcher.store.remote.messages import OPEN, REPLACED, Messages, from_results, to_commits

log = logging.getLogger("catcher.store")

MOST_COMMITS_A_WRITE = 256
"""Most transactions in one durable write: with more, the first transaction would wait longer than the sync takes."""


def handoff_sockets() -> tuple[socket.socket, socket.socket]:
    """The writing and the reading end of the handoff socket, through which workers offer connections.

    Any number of processes may hold either end.
    """
    writing, reading = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for end in (writing, reading):
        end.setblocking(False)
    return writing, reading


class LogCopier(Protocol):
    """Copies the store's log beside the commits (``store.sqlite.Checkpointer``)."""

    def note_write(self) -> None:
        """Says that something was written."""
        ...

    def take_short_rest(self) -> bool:
        """Whether the writer should copy the rest of the log now."""
        ...


class StoreServer:
    """Serves all workers that offer a connection."""

    def __init__(
        self,
        writer: GroupWriter,
        handoff: socket.socket,
        *,
        most_commits: int = MOST_COMMITS_A_WRITE,
        forgetter: Forgetter | None = None,
        log_copier: LogCopier | None = None,
    ) -> None:
        """``handoff``: the reading end of ``handoff_sockets``. ``forgetter``: forgets between groups of commits.
        ``log_copier``: copies the store's log beside the commits."""
        self._writer = writer
        self._forgetter = forgetter
        self._log_copier = log_copier
        self._forgetting: asyncio.TimerHandle | None = None
        self._handoff = handoff
        self._most_commits = most_commits
        self._queue: deque[tuple[WorkerConnection, Commit]] = deque()
        self._write_is_due = False
        """Whether a write is about to begin."""
        self._accepting: set[asyncio.Task[object]] = set()
        self._workers: set[WorkerConnection] = set()
        self._no_worker_left = asyncio.Event()

    async def run(self, stopping: asyncio.Event, *, ready: Callable[[], None], draining: Callable[[], None]) -> None:
        """Serves until ``stopping`` is set; then takes no new worker, and serves the present workers until they leave.

        Raises EnvironmentFailure if the store can't be opened.
        """
        self._writer.open()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._handoff, self._accept)
        ready()
        self._forget()
        await stopping.wait()
        if self._forgetting is not None:  # the next process goes on with it
            self._forgetting.cancel()
            self._forgetter = None
        self._loop.remove_reader(self._handoff)
        draining()
        if self._accepting:
            await asyncio.wait(self._accepting)
        for worker in self._workers:
            worker.send(REPLACED)
        while self._workers:
            self._no_worker_left.clear()
            await self._no_worker_left.wait()
        self._writer.close()

    def take(self, worker: WorkerConnection, commits: list[Commit]) -> None:
        """Writes ``commits`` together with all other commits that arrive in this turn of the event loop."""
        self._queue.extend([(worker, commit) for commit in commits])
        if not self._write_is_due:
            self._write_is_due = True
            self._loop.call_soon(self._write)

    def on_connected(self, worker: WorkerConnection) -> None:
        self._workers.add(worker)

    def on_ended(self, worker: WorkerConnection) -> None:
        self._workers.discard(worker)
        if not self._workers:
            self._no_worker_left.set()

    def _accept(self) -> None:
        try:
            _, descriptors, _, _ = socket.recv_fds(self._handoff, 1, 1)
        except BlockingIOError:  # another storing process took the connection
            return
        for descriptor in descriptors:
            sock = socket.socket(fileno=descriptor)
            sock.setblocking(False)
            task = self._loop.create_task(self._loop.connect_accepted_socket(lambda: WorkerConnection(self), sock))
            self._accepting.add(task)
            task.add_done_callback(self._accepting.discard)

    def _write(self) -> None:
        group = [self._queue.popleft() for _ in range(min(len(self._queue), self._most_commits))]
        results: dict[WorkerConnection, list[Result]] = {}
        for (worker, _), result in zip(group, self._writer.write([commit for _, commit in group]), strict=True):
            results.setdefault(worker, []).append(result)
        for worker, its_results in results.items():
            worker.send(from_results(its_results))
        self._write_is_due = bool(self._queue)
        if self._write_is_due:
            self._loop.call_soon(self._write)
        if self._log_copier is not None:
            self._log_copier.note_write()
            if self._log_copier.take_short_rest():
                with suppress(CatcherError):  # the log stays longer, and is copied later
                    self._writer.use(lambda store: store.end_log())

    def _forget(self) -> None:
        """Does one step of forgetting, and sets the timer for the next one."""
        if self._forgetter is not None:
            self._forgetting = self._loop.call_later(self._forgetter.step(), self._forget)


class WorkerConnection(asyncio.Protocol):
    """The connection to one worker."""

    def __init__(self, server: StoreServer) -> None:
        self._server = server
        self._messages = Messages()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._server.on_connected(self)
        self.send(OPEN)

    def data_received(self, data: bytes) -> None:
        try:
            for message in self._messages.feed(data):
                self._server.take(self, to_commits(message))
        except (ValueError, TypeError):  # the error's text may hold a stranger's data, so it isn't logged
            log.error("a worker said what is no commit; it is sent away")
            self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._server.on_ended(self)

    def send(self, message: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(message)
