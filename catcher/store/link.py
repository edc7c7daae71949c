"""A worker's way to the process that stores: commits go there, futures tell what came of them.

A connection that ends fails what it had not answered; the next is made at once, and taken as soon as there is a process
at the other end of the door. Until then commits fail at once: a client hears 451, and comes again.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Sequence
from typing import Any, cast

from catcher.model.errors import StoreUnavailable
from catcher.model.observation import Observation, Stored
from catcher.model.ports import ObservationRow
from catcher.store.codec import encode
from catcher.store.rules import to_the_minute
from catcher.store.wire import Messages, from_commits, to_results
from catcher.store.writer import Result

MOST_WAITING = 4_096
"""Transactions that may wait; one more is refused at once (451), so that memory is bounded."""
GATHER_TURNS = 4
"""Turns of the loop that a commit waits for others to go with: they pass at once where there is nothing else to do, and
under load they bring more into each write, whose sync is what costs most."""
START_SECONDS = 2.0
"""How long a worker that starts waits for the process that stores; then clients hear 451 until it is there."""
KNOCK_SECONDS = 1.0
"""Between two tries to hand a connection over, where too many wait at the door."""


class StoreLink:
    """An ObservationSink. ``start`` and ``close`` it in the loop that commits."""

    def __init__(self, door: socket.socket, *, most_waiting: int = MOST_WAITING) -> None:
        """``door``: the writing end of ``service.door``."""
        self._door = door
        self._most_waiting = most_waiting
        self._line: Line | None = None
        """What commits go to."""
        self._next: asyncio.Task[None] | None = None
        """What brings another one."""
        self._closing = False

    async def start(self, *, patience: float = START_SECONDS) -> None:
        """Returns once the process at the other end takes commits, or after ``patience`` seconds.

        It has an end: that process may have fallen, too, and be started only when this one has said that it serves.
        """
        await asyncio.wait((self._connecting(),), timeout=patience)

    def commit(self, observations: Sequence[Observation]) -> asyncio.Future[tuple[Stored, ...]]:
        """As ``ports.ObservationSink.commit``."""
        return self._send(observations, revises=False)

    def revise(self, observations: Sequence[Observation]) -> asyncio.Future[int]:
        """As ``ports.ObservationSink.revise``."""
        return self._send(observations, revises=True)

    async def close(self) -> None:
        """Returns when all that was committed is answered. Later commits are refused."""
        self._closing = True
        if self._next is not None:
            self._next.cancel()
        if self._line is not None:
            self._line.leave()
            await self._line.ended

    def moved(self) -> None:
        """The process at the other end is being replaced: what comes from now on goes to the next one, once it is open.

        The old one still takes and answers.
        """
        if not self._closing:
            self._connecting()

    def lost(self, line: Line) -> None:
        """``line`` has ended."""
        if line is self._line:
            self._line = None
            if not self._closing:
                self._connecting()

    def _send(self, observations: Sequence[Observation], *, revises: bool) -> asyncio.Future[Any]:
        refusal = self._refusal()
        if self._line is None or refusal:
            done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            done.set_exception(StoreUnavailable(refusal))
            return done
        return self._line.send([encode(to_the_minute(observation)) for observation in observations], revises=revises)

    def _refusal(self) -> str:
        """Why nothing more is taken; '' when it is."""
        if self._closing:
            return "the store is closed"
        if self._line is None:
            return "the process that stores is not there; it is being started"
        if len(self._line) >= self._most_waiting:
            return f"{self._most_waiting} transactions wait for the store already"
        return ""

    def _connecting(self) -> asyncio.Task[None]:
        """The task that brings another line; begun if there is none."""
        if self._next is None:
            self._next = asyncio.create_task(self._connect())
        return self._next

    async def _connect(self) -> None:
        opened = False
        while not opened:
            line = Line(self)
            opened = await self._handed_over(line) and await line.opened
        before, self._line, self._next = self._line, line, None
        if before is not None:
            before.leave()

    async def _handed_over(self, line: Line) -> bool:
        """Whether one end of a new connection waits at the door; ``line`` has the other. If not, a while has passed."""
        try:
            ours = self._knock()
        except OSError:  # many wait at the door, or too many files are open
            await asyncio.sleep(KNOCK_SECONDS)
            return False
        await asyncio.get_running_loop().create_unix_connection(lambda: line, sock=ours)
        return True

    def _knock(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                ours.setblocking(False)
                socket.send_fds(self._door, [b"\0"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return ours


class Line(asyncio.Protocol):
    """One connection to a process that stores. Results come in the order of the commits."""

    def __init__(self, link: StoreLink) -> None:
        self._link = link
        self._loop = asyncio.get_running_loop()
        self._messages = Messages()
        self._unsent: list[tuple[bool, Sequence[ObservationRow]]] = []
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._leaving = False
        self._transport: asyncio.Transport
        self.opened: asyncio.Future[bool] = self._loop.create_future()
        """True once commits are taken; False when it ended before."""
        self.ended: asyncio.Future[None] = self._loop.create_future()

    def __len__(self) -> int:
        """Commits without an answer."""
        return len(self._waiting)

    def send(self, rows: Sequence[ObservationRow], *, revises: bool) -> asyncio.Future[Any]:
        """Done when ``rows`` are durable, with the result; fails with StoreUnavailable."""
        if not self._unsent:
            self._loop.call_soon(self._gather, GATHER_TURNS)
        self._unsent.append((revises, rows))
        done = self._loop.create_future()
        self._waiting.append(done)
        return done

    def leave(self) -> None:
        """Ends the connection once all that was sent is answered."""
        self._leaving = True
        if not self._waiting:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        for message in self._messages.feed(data):
            if message is None:
                self._link.moved()
                continue
            if not self.opened.done():
                self.opened.set_result(True)
            for result in to_results(message):
                _settle(self._waiting.popleft(), result)
        if self._leaving and not self._waiting:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        for done in self._waiting:
            _settle(done, "the process that stores ended before it answered; it is started again")
        self._waiting.clear()
        if not self.opened.done():
            self.opened.set_result(False)
        self.ended.set_result(None)
        self._link.lost(self)

    def _gather(self, turns: int) -> None:
        if turns:
            self._loop.call_soon(self._gather, turns - 1)
            return
        unsent, self._unsent = self._unsent, []
        if not self._transport.is_closing():
            self._transport.write(from_commits(unsent))


def _settle(done: asyncio.Future[Any], result: Result) -> None:
    """Tells whoever still waits."""
    if done.done():
        return
    if isinstance(result, str):
        done.set_exception(StoreUnavailable(result))
    else:
        done.set_result(result)
