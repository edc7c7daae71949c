"""A worker's client of the storing process: it sends commits there, and returns a future for each result.

When a connection ends, its unanswered commits fail. The client offers the next connection at once; a storing process
takes it as soon as it reads the handoff socket. Until then commits fail at once: the SMTP client gets 451 and retries.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Sequence
from enum import Enum, auto
from typing import Any, assert_never, cast

from catcher.model.errors import StoreUnavailable
from catcher.model.mail.observation import Observation, Stored
from catcher.model.ports import ObservationRow
from catcher.store.codec import to_row
from catcher.store.remote.groupwriter import Result
from catcher.store.remote.messages import Messages, from_commits, to_results
from catcher.store.rules import to_the_minute

MOST_UNANSWERED = 4_096
"""Most transactions of a worker that wait for the store; one more is refused at once (451), so memory is bounded."""
GATHER_TURNS = 4
"""Turns of the event loop that a commit waits for other commits. An idle loop runs these turns at once. Under load they
bring more commits into each write, and the sync is the highest cost of a write."""
START_SECONDS = 2.0
"""Most seconds that a starting worker waits for the storing process; without that process its clients get 451."""
OFFER_AGAIN_SECONDS = 1.0
"""Seconds between two tries to offer a connection when the handoff socket is full."""


class StoreLink(Enum):
    """The storing process, as far as its client knows."""

    UP = auto()
    """It takes commits, and stored the last one if there was one."""
    FAILING = auto()
    """It takes commits, and could not store the last one."""
    FULL = auto()
    """Too many commits wait for it."""
    ABSENT = auto()
    """No process takes commits."""
    CLOSED = auto()
    """This client was closed."""


class StoreClient:
    """An ObservationSink. The caller must call ``start``, ``close`` and the commits in the same event loop."""

    def __init__(self, handoff: socket.socket, *, most_unanswered: int = MOST_UNANSWERED) -> None:
        """``handoff``: the writing end of ``service.handoff_sockets``."""
        self._handoff = handoff
        self._most_unanswered = most_unanswered
        self._connection: StoreConnection | None = None
        """The connection that takes commits."""
        self._connecting: asyncio.Task[None] | None = None
        """The task that brings the next connection."""
        self._closing = False

    async def start(self, *, patience: float = START_SECONDS) -> None:
        """Returns once the storing process takes commits, or after ``patience`` seconds.

        The wait is bounded: the storing process may be down, and is restarted only after this worker reports ready.
        """
        await asyncio.wait((self._connect_once(),), timeout=patience)

    @property
    def link(self) -> StoreLink:
        """The present state of the link."""
        if self._closing:
            return StoreLink.CLOSED
        if self._connection is None:
            return StoreLink.ABSENT
        if len(self._connection) >= self._most_unanswered:
            return StoreLink.FULL
        return StoreLink.FAILING if self._connection.failed else StoreLink.UP

    @property
    def is_up(self) -> bool:
        """Whether a commit will be stored, as far as is known."""
        return self.link is StoreLink.UP

    def commit(self, observations: Sequence[Observation]) -> asyncio.Future[tuple[Stored, ...]]:
        """As ``ports.ObservationSink.commit``."""
        return self._send(observations, revises=False)

    def revise(self, observations: Sequence[Observation]) -> asyncio.Future[int]:
        """As ``ports.ObservationSink.revise``."""
        return self._send(observations, revises=True)

    async def close(self) -> None:
        """Returns when all commits are answered. Later commits are refused."""
        self._closing = True
        if self._connecting is not None:
            self._connecting.cancel()
        if self._connection is not None:
            self._connection.drain()
            await self._connection.ended

    def on_replaced(self) -> None:
        """Offers a connection to the next storing process, because the present one is being replaced.

        The present process takes commits until the next one does, and answers all commits that it got.
        """
        if not self._closing:
            self._connect_once()

    def on_ended(self, connection: StoreConnection) -> None:
        """Offers the next connection if ``connection``, which has ended, was the present one."""
        if connection is self._connection:
            self._connection = None
            if not self._closing:
                self._connect_once()

    def _send(self, observations: Sequence[Observation], *, revises: bool) -> asyncio.Future[Any]:
        refusal = self._refusal()
        if self._connection is None or refusal:
            done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            done.set_exception(StoreUnavailable(refusal))
            return done
        rows = [to_row(to_the_minute(observation)) for observation in observations]
        return self._connection.send(rows, revises=revises)

    def _refusal(self) -> str:
        """The reason for which no commit is taken; '' when commits are taken."""
        link = self.link
        match link:
            case StoreLink.CLOSED:
                return "the store is closed"
            case StoreLink.ABSENT:
                return "the process that stores is not there; it is being started"
            case StoreLink.FULL:
                return f"{self._most_unanswered} transactions wait for the store already"
            case StoreLink.UP | StoreLink.FAILING:
                return ""
            case _:
                assert_never(link)

    def _connect_once(self) -> asyncio.Task[None]:
        """The task that brings the next connection; the task is started if none is running."""
        if self._connecting is None:
            self._connecting = asyncio.create_task(self._connect())
        return self._connecting

    async def _connect(self) -> None:
        opened = False
        while not opened:
            connection = StoreConnection(self)
            opened = await self._offered(connection) and await connection.opened
        before, self._connection, self._connecting = self._connection, connection, None
        if before is not None:
            before.drain()

    async def _offered(self, connection: StoreConnection) -> bool:
        """Offers the other end of ``connection``. Returns False, after a pause, if the offer isn't possible now."""
        try:
            ours = self._offer()
        except OSError:  # the handoff socket is full, or too many files are open
            await asyncio.sleep(OFFER_AGAIN_SECONDS)
            return False
        await asyncio.get_running_loop().create_unix_connection(lambda: connection, sock=ours)
        return True

    def _offer(self) -> socket.socket:
        """Sends one end of a new socket pair through the handoff socket; returns the other end."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                ours.setblocking(False)
                socket.send_fds(self._handoff, [b"\0"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return ours


class StoreConnection(asyncio.Protocol):
    """One connection to a storing process. Results come in the order of the commits."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client
        self._loop = asyncio.get_running_loop()
        self._messages = Messages()
        self._unsent: list[tuple[bool, Sequence[ObservationRow]]] = []
        self._unanswered: deque[asyncio.Future[Any]] = deque()
        self._draining = False
        self.failed = False
        """Whether the last commit that was answered could not be stored."""
        self._transport: asyncio.Transport
        self.opened: asyncio.Future[bool] = self._loop.create_future()
        """True once the storing process takes commits; False if the connection ended before that."""
        self.ended: asyncio.Future[None] = self._loop.create_future()

    def __len__(self) -> int:
        """The number of commits without an answer."""
        return len(self._unanswered)

    def send(self, rows: Sequence[ObservationRow], *, revises: bool) -> asyncio.Future[Any]:
        """Sends ``rows``. The future is done, with the result, when the rows are stored durably. It fails with
        StoreUnavailable."""
        if not self._unsent:
            self._loop.call_soon(self._gather, GATHER_TURNS)
        self._unsent.append((revises, rows))
        done = self._loop.create_future()
        self._unanswered.append(done)
        return done

    def drain(self) -> None:
        """Ends the connection once all commits are answered."""
        self._draining = True
        if not self._unanswered:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        for message in self._messages.feed(data):
            if message is None:  # wire.REPLACED
                self._client.on_replaced()
                continue
            if not self.opened.done():
                self.opened.set_result(True)
            for result in to_results(message):
                self.failed = isinstance(result, str)
                _settle(self._unanswered.popleft(), result)
        if self._draining and not self._unanswered:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        for done in self._unanswered:
            _settle(done, "the process that stores ended before it answered; it is started again")
        self._unanswered.clear()
        if not self.opened.done():
            self.opened.set_result(False)
        self.ended.set_result(None)
        self._client.on_ended(self)

    def _gather(self, turns: int) -> None:
        if turns:
            self._loop.call_soon(self._gather, turns - 1)
            return
        unsent, self._unsent = self._unsent, []
        if not self._transport.is_closing():
            self._transport.write(from_commits(unsent))


def _settle(done: asyncio.Future[Any], result: Result) -> None:
    """Gives ``done`` its result, unless its caller was cancelled."""
    if done.done():
        return
    if isinstance(result, str):
        done.set_exception(StoreUnavailable(result))
    else:
        done.set_result(result)
