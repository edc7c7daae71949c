"""Receives a message by DATA (RFC 5321 §4.1.1.4) or in chunks by BDAT (RFC 3030); both feed the same stream.

A message that is too big, or has no room, is refused only at its end: if it were refused earlier, its lines would run
as commands.
"""

from __future__ import annotations

import sys
from typing import Protocol

from catcher.model.mail.transaction import BodyFacts, Header
from catcher.smtp.message.stream import MessageStream
from catcher.smtp.wire.dots import DotDecoder

UNCOUNTED_HEADER_OCTETS = 8 * 1024
"""Octets of each header that aren't counted: an ordinary mail is taken even when the pool is used up."""


class OctetPool(Protocol):
    """The memory that all messages share."""

    def take(self, octets: int) -> bool:
        """Counts ``octets`` more; False, and nothing is counted, when there is no room."""
        ...

    def give_back(self, octets: int) -> None:
        """Counts ``octets`` less."""
        ...


class Message:
    """The message of the open transaction, with all its chunks. ``repr`` shows nothing.

    The octets kept of its header are taken from a pool. Whoever drops the message or passes its header on has to call
    ``take_charge`` or ``drop``.
    """

    __slots__ = ("_charged", "_most", "_octets", "_pool", "_stream", "chunked", "hops")

    def __init__(self, most: int, *, pool: OctetPool | None = None, chunked: bool = False) -> None:
        """``most``: most octets of the message, after dot-unstuffing. ``pool`` None: nothing is counted."""
        self._stream: MessageStream | None = MessageStream()
        self._most = most
        self._octets = 0
        self._pool = pool
        self._charged = 0
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
            self.drop()
        elif self._stream is not None:
            self._stream.feed(octets)
            self._charge(self._stream)

    def rest(self) -> None:
        """Takes as little memory as can be until the next ``feed``."""
        if self._stream is not None:
            self._stream.rest()

    def finish(self) -> tuple[Header, BodyFacts] | None:
        """The header and the facts of the body, once the message has ended; None if the message was too big, or if its
        header found no room."""
        stream = self._stream
        if stream is None:
            return None
        facts = stream.finish()
        self.hops = stream.hops
        self._charge(stream)
        return None if self._stream is None else facts

    def drop(self) -> None:
        """Keeps nothing of the message from here on, and gives its octets back to the pool."""
        self._stream = None
        if self._pool is not None:
            self._pool.give_back(self.take_charge())

    def take_charge(self) -> int:
        """The octets counted by the pool, which the caller gives back once the header is dropped."""
        charged, self._charged = self._charged, 0
        return charged

    def _charge(self, stream: MessageStream) -> None:
        """Counts the octets that ``stream`` keeps; without room for them the message is dropped."""
        more = stream.kept - UNCOUNTED_HEADER_OCTETS - self._charged
        if more > 0 and self._pool is not None:
            if self._pool.take(more):
                self._charged += more
            else:
                self.drop()


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

    most = sys.maxsize

    def __init__(self, message: Message) -> None:
        self._decoder = DotDecoder()
        self.message = message

    def __repr__(self) -> str:
        return "DataPhase(…)"

    @property
    def ended(self) -> bool:
        return self._decoder.ended

    def feed(self, packet: bytes) -> bytes:
        text, rest = self._decoder.feed(packet)
        self.message.feed(text)
        if not self._decoder.ended:
            self.message.rest()
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
            self._message.rest()
        return packet[len(chunk) :]
