"""Receives a message by DATA (RFC 5321 §4.1.1.4) or in chunks by BDAT (RFC 3030); both feed the same stream.

A message that is too big is refused only at its end: if it were refused earlier, its lines would run as commands.
"""

from __future__ import annotations

import sys
from typing import Protocol

from catcher.model.mail.transaction import BodyFacts, Header
from catcher.smtp.message.stream import MessageStream
from catcher.smtp.wire.dots import DotDecoder


class Message:
    """The message of the open transaction, with all its chunks. ``repr`` shows nothing."""

    __slots__ = ("_most", "_octets", "_stream", "chunked", "hops")

    def __init__(self, most: int, *, chunked: bool = False) -> None:
        """``most``: most octets of the message, after dot-unstuffing."""
        self._stream: MessageStream | None = MessageStream()
        self._most = most
        self._octets = 0
        self.chunked = chunked
        """Whether the message comes by BDAT: its length is given, so bare line ends in the message do no harm."""
        self.hops = 0
        """Number of Received fields; set by ``finish``."""

    def __repr__(self) -> str:
        return "Message(…)"

    @property
    def too_big(self) -> bool:
        return self._octets > self._most

    def feed(self, octets: bytes) -> None:
        self._octets += len(octets)
        if self._octets > self._most:
            self._stream = None
        elif self._stream is not None:
            self._stream.feed(octets)

    def finish(self) -> tuple[Header, BodyFacts] | None:
        """The header and the facts of the body, once the message has ended; None if the message was too big."""
        if self._stream is None:
            return None
        facts = self._stream.finish()
        self.hops = self._stream.hops
        return facts


class Phase(Protocol):
    """A phase of the session in which packets are no commands: it takes them instead of the command reader."""

    @property
    def ended(self) -> bool: ...

    @property
    def most(self) -> int:
        """Most octets that the phase can still take."""
        ...

    def feed(self, packet: bytes) -> bytes:
        """Takes the next packet; returns the octets after the end, which are commands."""
        ...


class DataPhase:
    """The data of a DATA command, from reply 354 to ``CRLF . CRLF``."""

    __slots__ = ("_decoder", "message")

    def __init__(self, message: Message) -> None:
        self._decoder = DotDecoder()
        self.message = message

    def __repr__(self) -> str:
        return "DataPhase(…)"

    @property
    def ended(self) -> bool:
        return self._decoder.ended

    @property
    def most(self) -> int:
        return sys.maxsize

    def feed(self, packet: bytes) -> bytes:
        text, rest = self._decoder.feed(packet)
        self.message.feed(text)
        return rest


class ChunkPhase:
    """The octets of a BDAT chunk, read to the last one even if the chunk was refused."""

    __slots__ = ("_left", "_message")

    def __init__(self, octets: int, message: Message | None) -> None:
        """``message`` None: the chunk was refused and is dropped."""
        self._left = octets
        self._message = message

    def __repr__(self) -> str:
        return "ChunkPhase(…)"

    @property
    def ended(self) -> bool:
        return not self._left

    @property
    def most(self) -> int:
        return self._left

    def feed(self, packet: bytes) -> bytes:
        chunk = packet if len(packet) <= self._left else packet[: self._left]
        self._left -= len(chunk)
        if self._message is not None and chunk:
            self._message.feed(chunk)
        return packet[len(chunk) :]
