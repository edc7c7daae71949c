"""Values in a pipe, piece by piece: a loader pickles them, the parent takes them.

::

    PieceWriter ─▶ "P", length, octets ─▶ PieceReader
                   "." says that the loader works, "E" that it told everything

An object that both have already travels as its number in ``references``.
"""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, cast

PIECE, WORKING, END = b"P", b".", b"E"
"""The first octet of a frame."""
LENGTH_OCTETS = 8
"""Octets of a piece's length."""

Tell = Callable[[Any], None]
"""Hands one piece to the parent."""


class PieceWriter(pickle.Pickler):
    """Pickles in the child. The pieces share one memo: a later piece refers to the objects of an earlier one."""

    def __init__(self, writing: int, references: Sequence[object]) -> None:
        self._buffer = io.BytesIO()
        super().__init__(self._buffer, protocol=5)
        self._numbers = {id(known): number for number, known in enumerate(references)}
        self._writing = writing
        self._is_writing = False

    def persistent_id(self, obj: object) -> int | None:
        return self._numbers.get(id(obj))

    def tell(self, piece: Any) -> None:
        """Sends one piece."""
        self.dump(piece)
        length = self._buffer.tell().to_bytes(LENGTH_OCTETS, "big")
        self._is_writing = True
        for octets in (PIECE + length, self._buffer.getbuffer()):
            left = memoryview(octets)
            while left:
                left = left[os.write(self._writing, left) :]
            left.release()
            del octets
        self._is_writing = False
        self._buffer.seek(0)
        self._buffer.truncate()

    def works(self, *_: object) -> None:
        """Tells that a second of CPU was used; a frame that is being written tells as much."""
        if not self._is_writing:
            os.write(self._writing, WORKING)


class PieceReader(pickle.Unpickler):
    """Unpickles in the parent."""

    def __init__(self, references: Sequence[object]) -> None:
        self._source = _Pieces()
        super().__init__(cast(BinaryIO, self._source))
        self._references = references

    def persistent_load(self, pid: int) -> object:
        return self._references[pid]

    def take(self, piece: bytearray) -> object:
        """The object of the next piece; nothing of ``piece`` is kept."""
        self._source.view, self._source.at = memoryview(piece), 0
        try:
            return self.load()
        finally:
            self._source.view = memoryview(b"")


class _Pieces:
    """A file whose content is one piece after another."""

    view = memoryview(b"")
    at = 0

    def read(self, count: int) -> bytes:
        start, self.at = self.at, self.at + count
        return bytes(self.view[start : self.at])

    def readinto(self, buffer: Any) -> int:
        target = memoryview(buffer).cast("B")
        start, self.at = self.at, self.at + len(target)
        piece = self.view[start : self.at]
        target[: len(piece)] = piece
        return len(piece)

    def readline(self) -> bytes:
        """Protocol 5 has no lines, but pickle asks for the method."""
        return b""
