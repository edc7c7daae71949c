"""Finds the end of mail data and removes dot-stuffing, packet by packet (RFC 5321 §4.5.2)."""

from __future__ import annotations

import re

END = b"\r\n.\r\n"
"""The only sequence that ends the data. Its first CRLF belongs to the message."""

_DOT_LINE = re.compile(rb"\r\n\.")
"""Start of a line that ends the data or was stuffed. The expression takes half the time of ``find``."""

_TAILS = ((b"\r\n.\r", 2), (b"\r\n.", 2), (b"\r\n", 2), (b"\r", 1))
"""(end of a packet that the next packet may complete to END or to a stuffed dot, number of its octets that are surely
text)."""
_GOES_ON = b".\n"
"""First octets of a packet that can complete a tail whose octets are all emitted."""


class DotDecoder:
    """Packets of a DATA command → message octets.

    Only CRLF ends a line, so only ``CRLF . CRLF`` (or ``. CRLF`` as the very first line) ends the data. A sequence with
    a bare CR or LF never ends the data; otherwise a message could carry another transaction (SMTP smuggling). State
    between packets is at most four octets, for any input; the work is linear.
    """

    __slots__ = ("_emitted", "_tail", "ended")

    def __init__(self) -> None:
        self._tail = b"\r\n"
        self._emitted = 2
        self.ended = False
        """Whether the end of the data was found."""

    def feed(self, packet: bytes) -> tuple[bytes, bytes]:
        """Takes the next packet; returns (message octets, octets after the end of data).

        The second value is empty until ``ended``; then it holds commands.
        """
        if self.ended:
            return b"", packet
        if not packet:
            return b"", b""
        data, emitted = packet, 0
        if packet[0] in _GOES_ON or self._emitted < len(self._tail):
            data, emitted = self._tail + packet, self._emitted
        # base64 has no dot: most packets of big messages need no search
        dotted = _DOT_LINE.search(data) if b"." in data else None
        if dotted is None:
            self._tail, self._emitted = _tail_of(data)
            return data[emitted:], b""
        end = data.find(END, dotted.start())
        if end >= 0:
            self.ended = True
            text, rest = data[: end + 2], data[end + len(END) :]
        else:
            self._tail, self._emitted = _tail_of(data)
            text, rest = data[: len(data) - len(self._tail) + self._emitted], b""
        if dotted.start() != end:
            text = text.replace(b"\r\n.", b"\r\n")
        return text[emitted:], rest


def _tail_of(data: bytes) -> tuple[bytes, int]:
    for tail, emitted in _TAILS:
        if data.endswith(tail):
            return tail, emitted
    return b"", 0
