"""The data phase of a transaction: packets in, message facts out; a message that is too big is swallowed to its end."""

from __future__ import annotations

from catcher.model.transaction import BodyFacts, Header
from catcher.smtp.dots import DotDecoder
from catcher.smtp.stream import MessageStream


class DataPhase:
    """From 354 to the end of data. ``repr`` shows nothing."""

    __slots__ = ("_decoder", "_most", "_octets", "_stream")

    def __init__(self, most: int) -> None:
        """``most``: octets a message may have after dot-unstuffing."""
        self._decoder = DotDecoder()
        self._stream: MessageStream | None = MessageStream()
        self._most = most
        self._octets = 0

    def __repr__(self) -> str:
        return "DataPhase(…)"

    @property
    def ended(self) -> bool:
        """Whether the end of data was seen."""
        return self._decoder.ended

    @property
    def too_big(self) -> bool:
        return self._octets > self._most

    def feed(self, packet: bytes) -> bytes:
        """Takes the next packet; returns the octets after the end of data, which are commands."""
        text, rest = self._decoder.feed(packet)
        self._octets += len(text)
        if self.too_big:
            self._stream = None
        if self._stream is not None:
            self._stream.feed(text)
        return rest

    def finish(self) -> tuple[Header, BodyFacts] | None:
        """Header and facts once the data ended; None when it was too big."""
        return None if self._stream is None else self._stream.finish()
