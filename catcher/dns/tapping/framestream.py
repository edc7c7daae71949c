"""Frame streams (the fstrm library's protocol): frames with a length, and control frames that open and close a stream.

::

    sender                    receiver
    READY (content type)  ─▶
                          ◀─  ACCEPT (content type)
    START (content type)  ─▶
    data, data, …         ─▶
    STOP                  ─▶
                          ◀─  FINISH

A frame is its length in four octets, then its octets. A control frame has length 0, then its own length, its type, and
its fields. Pure.
"""

from __future__ import annotations

from enum import IntEnum

_CONTENT_TYPE_FIELD = 1
_LARGEST_CONTROL = 512
"""Most octets of a control frame, as in fstrm."""


class ControlType(IntEnum):
    """The types of control frame."""

    ACCEPT = 1
    START = 2
    STOP = 3
    READY = 4
    FINISH = 5


def data_frame(octets: bytes) -> bytes:
    """A frame of data."""
    return len(octets).to_bytes(4, "big") + octets


def control_frame(kind: ControlType, content_type: bytes = b"") -> bytes:
    """A control frame; ``content_type`` is needed by all types but STOP and FINISH."""
    body = kind.to_bytes(4, "big")
    if content_type:
        body += _CONTENT_TYPE_FIELD.to_bytes(4, "big") + data_frame(content_type)
    return bytes(4) + data_frame(body)


class ControlReader:
    """Reads the receiver's control frames, however they are cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, octets: bytes) -> list[tuple[ControlType, tuple[bytes, ...]]]:
        """The control frames that are whole now: type and content types. Raises ValueError for anything else."""
        self._buffer += octets
        frames = []
        while len(self._buffer) >= 8:
            escape, length = (int.from_bytes(self._buffer[at : at + 4], "big") for at in (0, 4))
            if escape or not 4 <= length <= _LARGEST_CONTROL:
                raise ValueError("no control frame")
            if len(self._buffer) < 8 + length:
                break
            frames.append(_control(bytes(self._buffer[8 : 8 + length])))
            del self._buffer[: 8 + length]
        return frames


def _control(body: bytes) -> tuple[ControlType, tuple[bytes, ...]]:
    kind, at, types = ControlType(int.from_bytes(body[:4], "big")), 4, []
    while at < len(body):
        field, length = (int.from_bytes(body[start : start + 4], "big") for start in (at, at + 4))
        if field != _CONTENT_TYPE_FIELD or at + 8 + length > len(body):
            raise ValueError("a field is malformed")
        types.append(body[at + 8 : at + 8 + length])
        at += 8 + length
    return kind, tuple(types)
