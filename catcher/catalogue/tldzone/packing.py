"""Unpacks a stream by its magic octets: gzip, xz, bzip2, zstd, a tar archive with one file, one within another.

A stream is read once, forward, so that a pipe will do. A packed file that grows without end is refused: memory is
bounded by the windows of the formats, time by the ratio of the octets that come out to those that went in.
"""

from __future__ import annotations

import bz2
import io
import lzma
import sys
import tarfile
import zlib
from collections.abc import Callable
from typing import IO, Any, Protocol

from catcher.catalogue.tldzone.entries import Broken

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_READ = 1 << 14
"""Octets read from the stream below at a time: few, because what follows a short gzip member is copied."""
_BLOCK = 512
"""Octets of a block of a tar archive, and of what is looked at for magic octets."""
_MOST_LAYERS = 4
"""Most packings within each other: a ``.tar.gz`` in a ``.zst`` has three."""
FREE_OCTETS = 64 << 20
"""Octets that may come out whatever went in."""
_MOST_RATIO = 400
"""Most octets out for each octet in: zone files are packed to a tenth, long runs of one octet to a thousandth."""
_XZ_MEMORY = 256 << 20
"""Octets of memory for an xz stream; ``xz -9`` takes 65 MiB to unpack."""

_WHOLE = "give the whole file"


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    @property
    def needs_input(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib's decompressor with the interface of the other three."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail and not self._inner.eof

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


_FORMATS: dict[str, tuple[Callable[[bytes], bool], Callable[[], _Decompressor]]] = {
    "gzip": (lambda head: head.startswith(b"\x1f\x8b"), _Gzip),
    "xz": (
        lambda head: head.startswith(b"\xfd7zXZ\x00"),
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY),
    ),
    "bzip2": (lambda head: head[:3] == b"BZh" and head[4:10] == b"1AY&SY", bz2.BZ2Decompressor),
    # A frame, or a frame to be skipped (RFC 8878 §3.1).
    "zstd": (
        lambda head: head.startswith(b"\x28\xb5\x2f\xfd") or (head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5),
        zstd.ZstdDecompressor,
    ),
}
"""Format → whether the first octets are its own, and its decompressor."""


class _Head(io.RawIOBase):
    """A stream whose first octets were looked at; it reads from where they begin."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        head = b""
        while len(head) < _BLOCK and (more := stream.read(_BLOCK - len(head))):
            head += more
        self.head = head
        self._left = head

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self._left and size != 0:
            left, self._left = self._left, b""
            if 0 < size < len(left):
                left, self._left = left[:size], left[size:]
            return left
        return self._stream.read(size)


class _Unpacked(io.RawIOBase):
    """What a packed stream holds. Several streams in a row are one (RFC 1952 §2.2); anything else behind is a fault."""

    def __init__(self, stream: IO[bytes], form: str) -> None:
        self._stream, self._form = stream, form
        self._is_own, self._new = _FORMATS[form]
        self._decompressor = self._new()
        self._in = self._out = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` octets; none at the end. Raises Broken."""
        most = size if size > 0 else _READ
        while not self._ended:
            try:
                piece = self._piece(most)
            except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, zstd.ZstdError) as error:
                reason = getattr(error, "strerror", None)
                if reason is not None:
                    raise
                raise Broken(f"the {self._form} stream is damaged", _WHOLE) from None
            if piece:
                self._out += len(piece)
                if self._out > FREE_OCTETS + self._in * _MOST_RATIO:
                    raise Broken(f"the {self._form} stream unpacks to over {_MOST_RATIO} times its size", _WHOLE)
                return piece
        return b""

    def _piece(self, most: int) -> bytes:
        if self._decompressor.eof:
            behind = self._decompressor.unused_data
            if len(behind) < _BLOCK:
                behind += self._packed(_BLOCK)
            # tar and tape programs fill up with zero octets; gzip leaves them out, too.
            behind = behind.lstrip(b"\0")
            if not behind:
                self._ended = not self._packed_more()
                return b""
            if not self._is_own(behind):
                raise EOFError
            self._decompressor = self._new()
            return self._decompressor.decompress(behind, most)
        data = self._packed(_READ) if self._decompressor.needs_input else b""
        piece = self._decompressor.decompress(data, most)
        if not data and not piece and not self._decompressor.eof:
            raise EOFError
        return piece

    def _packed(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._in += len(data)
        return data

    def _packed_more(self) -> bool:
        """Whether anything but zero octets follows."""
        while data := self._packed(_READ):
            if data.strip(b"\0"):
                raise EOFError
        return False


class _Archive(io.RawIOBase):
    """A stream of a tar archive that remembers its last block."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._last = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._last = (self._last + data)[-_BLOCK:]
        return data

    def is_whole(self) -> bool:
        """Whether the archive ends as POSIX has it, with blocks of zeros: one that is cut between files doesn't."""
        while self.read(_READ):
            pass
        return self._last == bytes(_BLOCK)


class _Member(io.RawIOBase):
    """The one file of a tar archive. Raises Broken at its end if the archive has another one, or is cut."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = _Archive(stream)
        try:
            self._archive = tarfile.open(fileobj=self._stream, mode="r|")  # noqa: SIM115 (it owns no file of its own)
            self._file = self._next()
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise Broken("the tar archive is damaged", _WHOLE) from error
        if self._file is None:
            raise Broken("the tar archive holds no file", "give the zone's file")

    def _next(self) -> IO[bytes] | None:
        while (member := self._archive.next()) is not None:
            # Keeps memory constant: the archive would remember each member.
            self._archive.members = []  # type: ignore[attr-defined]
            if member.isreg():
                return self._archive.extractfile(member)
        return None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self._file is None:
            return b""
        try:
            data = self._file.read(size)
            if not data:
                self._file = self._next()
                if self._file is not None:
                    raise Broken("the tar archive holds more than one file", "give the zone's file alone")
                # A packing below tells of damage at its end only.
                if not self._stream.is_whole():
                    raise Broken("the tar archive doesn't end with blocks of zeros: it is cut off", _WHOLE)
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise Broken("the tar archive is cut off or damaged", _WHOLE) from error
        return data


def unpacked(stream: IO[bytes]) -> Any:
    """``stream`` without its packings; it has ``read`` alone. Raises Broken for an archive that can't be read."""
    for _ in range(_MOST_LAYERS + 1):
        looked = _Head(stream)
        form = next((form for form, (is_own, _) in _FORMATS.items() if is_own(looked.head)), None)
        if form is not None:
            stream = _Unpacked(looked, form)  # type: ignore[arg-type, assignment]
        elif _is_tar(looked.head):
            stream = _Member(looked)  # type: ignore[arg-type, assignment]
        elif looked.head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
            raise Broken("it is a zip archive", "unpack it, and give the zone's file")
        else:
            return looked
    raise Broken(f"it is packed over {_MOST_LAYERS} times", "unpack it, and give the zone's file")


def _is_tar(head: bytes) -> bool:
    """Whether ``head`` is the header of a tar archive: it has a checksum of its own octets."""
    if len(head) < _BLOCK or b"\0" not in head[:_BLOCK]:
        return False
    try:
        tarfile.TarInfo.frombuf(head[:_BLOCK], "utf-8", "replace")
    except (tarfile.TarError, ValueError):
        return False
    return True
