"""An SMTP client without a network: the real protocol on a transport in memory, in a loop with its own time.

Longer than others: the loop, the transport and the two ends of the wire know each other.
"""

from __future__ import annotations

import asyncio
import selectors
import socket
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, TypeVar, cast

from catcher.catalogue import Catalogue, Entry
from catcher.model.errors import StoreUnavailable
from catcher.model.mail.policy import Outcome, Policy
from catcher.model.mail.transaction import Transaction
from catcher.model.telling.answer import PartyAnswer
from catcher.smtp import Certificates, EnvelopePool, SmtpLimits, SmtpServer, SmtpSettings, load_explanations
from tests.support.clocks import Clock

T = TypeVar("T")
NOW = datetime(2026, 5, 4, 12, 30, 15, tzinfo=UTC)
SETTINGS = SmtpSettings(
    hostname="mx.sink.example",
    contact="hostmaster@operator.example",
    url="https://operator.example/",
    explanations=load_explanations(None, operator="Registry of Example", page="https://operator.example/"),
)


OPENING = ("EHLO client.example", "MAIL FROM:<writer@sender.example>", "RCPT TO:<reader@army.ml>", "DATA")
MAIL = "".join(line + "\r\n" for line in OPENING).encode() + b"Subject: a\r\n\r\nbody\r\n.\r\n"


@dataclass(frozen=True)
class Taken:
    transaction: Transaction
    ref: str
    policies: Mapping[str, Policy]
    outcome: Outcome


@dataclass
class RecordingIntake:
    """Keeps what it takes; can be told to fail, or to wait."""

    taken: list[Taken] = field(default_factory=list)
    noted: list[PartyAnswer] = field(default_factory=list)
    failure: Exception | None = None
    gate: asyncio.Event | None = None
    refs: int = 0
    is_up: bool = True
    """As ``StoreClient.is_up``: False after a commit that failed, until one succeeds."""

    def new_ref(self) -> str:
        self.refs += 1
        return f"REF-{self.refs}"

    async def take(
        self, transaction: Transaction, *, ref: str, policies: Mapping[str, Policy], outcome: Outcome
    ) -> None:
        if self.gate is not None:
            await self.gate.wait()
        self.is_up = self.failure is None
        if self.failure is not None:
            raise self.failure
        self.taken.append(Taken(transaction, ref, policies, outcome))

    async def note(self, answers: Sequence[PartyAnswer], at: datetime) -> None:
        if self.failure is not None:
            raise self.failure
        self.noted += answers


def store_down() -> StoreUnavailable:
    return StoreUnavailable("the disk is full; make room")


def entry(domain: str, intended: str | None, policy: Policy) -> Entry:
    return Entry(domain, intended, policy, None, Policy.OBSERVE, "", "catalogue.csv:2")


def catalogue(*rows: tuple[str, str | None, str]) -> Catalogue:
    """Rows of (domain, intended, policy)."""
    return Catalogue.of([entry(domain, intended, Policy(policy)) for domain, intended, policy in rows])


ONE_OF_EACH = catalogue(
    ("army.ml", "army.mil", "accept"),
    ("airforce.test", "airforce.example", "accept"),
    ("navy.ml", "navy.mil", "explain"),
    ("refuse.test", "refuse.example", "refuse"),
    ("null.test", "null.example", "null"),
    ("observe.test", None, "observe"),
    ("release.test", None, "release"),
)


class WarpLoop(asyncio.SelectorEventLoop):
    """A loop whose time jumps to the next timer when nothing else is to be done: nothing sleeps."""

    def __init__(self) -> None:
        self.moment = 0.0
        super().__init__(_WarpSelector(self))

    def time(self) -> float:
        return self.moment


class _WarpSelector(selectors.SelectSelector):
    def __init__(self, loop: WarpLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if not events:
            if timeout is None:
                raise AssertionError("everything waits for something that nothing will bring about")
            self._loop.moment += timeout
        return events


def run(main: Coroutine[Any, Any, T]) -> T:
    """Runs ``main`` in a WarpLoop."""
    with asyncio.Runner(loop_factory=WarpLoop) as runner:
        return runner.run(main)


class MemoryTransport(asyncio.Transport):
    """Keeps what is written; tells the protocol about the end in the next turn of the loop, as real ones do."""

    def __init__(self, protocol: asyncio.BaseProtocol, peer: object) -> None:
        super().__init__({"peername": peer})
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._closing = False
        self._changed = asyncio.Event()
        self.lost = False
        self.reading = True
        self.high: int | None = None
        """Octets of output above which writing is paused, until half of them are left."""
        self.paused = False
        self.is_slow = False
        """Whether output stays in the transport until ``reply`` takes it; else the client's system took it at once."""
        self.stuck = False
        """Whether the client reads nothing, so that closing waits for what was written to leave."""
        self.output = bytearray()
        self.writes = 0

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        assert not self._closing, "written after close"
        self.output += data
        self.writes += 1
        self._changed.set()
        if self.is_slow and self.high is not None and len(self.output) > self.high and not self.paused:
            self.paused = True
            self._protocol.pause_writing()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.high = high

    def was_read(self) -> None:
        """The client read some of the output."""
        if self.paused and self.high is not None and len(self.output) <= self.high // 2:
            self.paused = False
            self._protocol.resume_writing()

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if self.stuck:
            self._closing = True
        else:
            self.end(None)

    def abort(self) -> None:
        self._closing = False
        self.end(None)

    def end(self, error: Exception | None) -> None:
        if not self._closing:
            self._closing = True
            self._loop.call_soon(self._lose, error)

    def pause_reading(self) -> None:
        assert self.reading
        self.reading = False

    def resume_reading(self) -> None:
        assert not self.reading
        self.reading = True
        self._changed.set()

    async def change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _lose(self, error: Exception | None) -> None:
        self.lost = True
        self._protocol.connection_lost(error)
        self._changed.set()


class Wire:
    """The client's end of one connection."""

    def __init__(self, server: SmtpServer, peer: object = ("192.0.2.7", 40000)) -> None:
        self.protocol = server.protocol()
        self.transport = MemoryTransport(self.protocol, peer)
        self.protocol.connection_made(self.transport)

    async def send(self, *packets: bytes) -> None:
        """Sends, as far as the server reads; what comes after the connection ended is lost, as on a real one."""
        for packet in packets:
            while not self.transport.reading and not self.transport.lost:
                await self.transport.change()
            if not self.transport.is_closing():
                self.arrive(packet)

    def arrive(self, packet: bytes) -> None:
        """``packet`` arrives, in the number of reads that the server's buffer needs."""
        rest = memoryview(packet)
        while rest and not self.transport.is_closing():
            buffer = self.protocol.get_buffer(-1)
            count = min(len(rest), len(buffer))
            buffer[:count] = rest[:count]
            rest = rest[count:]
            self.protocol.buffer_updated(count)

    async def reply(self) -> str:
        """The next reply, its lines joined by LF; '' when the connection ended instead."""
        lines = []
        while True:
            end = self.transport.output.find(b"\r\n")
            if end >= 0:
                line = self.transport.output[:end].decode("ascii")
                del self.transport.output[: end + 2]
                self.transport.was_read()
                lines.append(line)
                if line[3:4] != "-":
                    return "\n".join(lines)
            elif self.transport.lost:
                assert not lines and not self.transport.output, "the connection ended within a reply"
                return ""
            else:
                await self.transport.change()

    async def ask(self, *lines: str) -> list[str]:
        """Sends command lines in one packet; returns a reply to each."""
        await self.send("".join(line + "\r\n" for line in lines).encode())
        return [await self.reply() for _ in lines]

    def half_close(self) -> None:
        """The client shuts down its sending side."""
        if not self.protocol.eof_received():
            self.transport.close()

    def reset(self) -> None:
        """The client sends RST."""
        self.transport.end(ConnectionResetError())

    async def ended(self) -> None:
        """Returns when the server closed the connection; nothing unread is left then."""
        assert await self.reply() == ""


async def settle() -> None:
    """Lets everything run that waits for nothing else: recordings that nobody waits for end."""
    for _ in range(20):
        await asyncio.sleep(0)


async def open_data(wire: Wire) -> None:
    """Goes as far as 354."""
    assert [reply[:3] for reply in await wire.ask(*OPENING)] == ["250", "250", "250", "354"]


def new_server(
    intake: RecordingIntake | None = None,
    *,
    rows: Catalogue = ONE_OF_EACH,
    settings: SmtpSettings = SETTINGS,
    limits: SmtpLimits | None = None,
    certificates: Certificates | None = None,
    clock: Clock | None = None,
    pool: EnvelopePool | None = None,
) -> SmtpServer:
    """A server without a socket: connections are made with Wire."""
    if limits is not None:
        settings = replace(settings, limits=limits)
    taking = intake or RecordingIntake()
    return SmtpServer(
        cast(socket.socket, None),
        intake=taking,
        is_recording=lambda: taking.is_up,
        catalogue=rows,
        settings=settings,
        clock=clock or Clock(NOW),
        certificates=certificates,
        pool=pool,
    )


def conversation(
    play: Callable[[Wire], Coroutine[Any, Any, None]],
    intake: RecordingIntake | None = None,
    **options: Any,
) -> tuple[RecordingIntake, SmtpServer]:
    """Plays one connection after its greeting; returns what was recorded and the server, drained."""
    intake = intake or RecordingIntake()
    server = new_server(intake, **options)

    async def main() -> None:
        wire = Wire(server)
        assert (await wire.reply()).startswith("220 ")
        await play(wire)
        await server.close(1.0)

    run(main())
    return intake, server


def segments(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """``data`` cut at the given places."""
    at = sorted({0, len(data), *(cut for cut in cuts if 0 < cut < len(data))})
    return [data[a:b] for a, b in pairwise(at)]


def fed_three_ways(read: Callable[..., T], data: bytes, cuts: Iterable[int] = ()) -> T:
    """The result of ``read`` for one packet; octet by octet, and cut at the given places, it is the same."""
    whole = read(data)
    assert read(*[bytes([octet]) for octet in data]) == whole
    assert read(*segments(data, cuts)) == whole
    return whole
