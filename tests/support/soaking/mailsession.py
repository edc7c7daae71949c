"""One connection to the sink as its client sees it, and the record of all replies with their moments and REFs."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

T = TypeVar("T")
_REF = re.compile(rb"ref\s+([0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2})")


class Acknowledged(NamedTuple):
    """A reply with a REF: 250 or 550 after the data, or 550 to RCPT."""

    moment: float
    """When the message or the command had been sent (the monotonic clock, which all processes share)."""
    seconds: float
    code: int
    ref: str
    domains: int
    """How many observations it promises."""
    after_storing: bool
    """Whether it is sent once they are durable: all but the 550 to RCPT, which is sent before."""


@dataclass(slots=True)
class Replies:
    """What the server said to all clients."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    deferred: list[tuple[float, bytes]] = field(default_factory=list)
    """Each 451: the moment of the command, and the reply."""
    unanswered: list[float] = field(default_factory=list)
    """Messages and refused recipients whose connection ended before the reply to them, or to what followed, came."""
    without_ref: list[tuple[float, bytes]] = field(default_factory=list)
    """Each 550 that promises no observation: the moment of the command, and the reply."""
    sent_away: int = 0
    """Connections that ended with 421, as at a reload."""
    broken: list[float] = field(default_factory=list)
    """Connections that ended without a word."""
    wrong: list[str] = field(default_factory=list)
    """Replies that no server gives to a client that does nothing wrong."""
    connections: int = 0
    tls: int = 0
    chunked: int = 0
    pipelined: int = 0
    logins: int = 0


class SentAway(Exception):
    """The server said 421."""


class Session:
    """One connection, as the client sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, replies: Replies) -> None:
        self._reader, self._writer, self._replies = reader, writer, replies

    def write(self, octets: bytes) -> None:
        self._writer.write(octets)

    async def ask(self, line: bytes) -> tuple[int, bytes]:
        self.write(line + b"\r\n")
        return await self._read()

    async def command(self, line: bytes, wanted: int) -> None:
        self.write(line + b"\r\n")
        await self.reply(wanted)

    async def reply(self, wanted: int) -> bytes:
        moment = time.monotonic()
        code, said = await self._read()
        if code == 451:
            self._replies.deferred.append((moment, said))
        elif code != wanted:
            self._replies.wrong.append(f"{wanted} was due: {said[:80]!r}")
        return said

    async def message(self, chunks: list[bytes], domains: int, *, bdat: bool, pipelined: bool) -> None:
        """Sends the message; keeps the reply to its end."""
        begun = time.monotonic()
        if bdat:
            self._replies.chunked += 1
            for number, chunk in enumerate(chunks, 1):
                last = b" LAST" if number == len(chunks) else b""
                self.write(b"BDAT %d%b\r\n" % (len(chunk), last) + chunk)
                if not pipelined and not last:
                    await self.reply(250)
            for _ in chunks[1:] if pipelined else ():
                await self.reply(250)
        else:
            self.write(chunks[0].replace(b"\r\n.", b"\r\n..") + b".\r\n")
        if not pipelined:
            begun = time.monotonic()
        code, said = await self.unless_it_ends(begun, self._read())
        self.keep(begun, code, said, domains, after_storing=True)

    async def unless_it_ends(self, begun: float, reply: Coroutine[None, None, T]) -> T:
        """Awaits a reply; notes what was sent at ``begun`` as unanswered if the connection ends instead."""
        try:
            return await reply
        except (OSError, EOFError, SentAway):
            self._replies.unanswered.append(begun)
            raise

    def keep(self, begun: float, code: int, said: bytes, domains: int, *, after_storing: bool) -> None:
        """Notes the reply to what was sent at ``begun``."""
        ref = _REF.search(said.replace(b"\r\n550-", b" ").replace(b"\r\n550 ", b" "))
        if code == 451:
            self._replies.deferred.append((begun, said))
        elif code in (250, 550) and ref:
            took = time.monotonic() - begun
            self._replies.acknowledged.append(Acknowledged(begun, took, code, ref[1].decode(), domains, after_storing))
        elif code == 550:
            self._replies.without_ref.append((begun, said))
        else:
            self._replies.wrong.append(f"no REF: {said[:120]!r}")

    async def _read(self) -> tuple[int, bytes]:
        said = b""
        while True:
            line = await self._reader.readline()
            if not line:
                raise EOFError
            said += line
            if line[3:4] != b"-":
                break
        if line.startswith(b"421"):
            raise SentAway
        return int(line[:3]), said


def in_chunks(message: bytes, number: int) -> list[bytes]:
    """``message`` in ``number`` pieces, of which the last may be empty; in one for DATA."""
    size = -(-len(message) // max(1, number - 1)) if number > 1 else len(message)
    pieces = [message[at : at + size] for at in range(0, len(message), size)]
    return pieces + [b""] * (number - len(pieces))
