"""Computes a DKIM body digest while the body arrives: O(1) memory, any segmentation (RFC 6376 §3.4.3-5).

Two things are carried from chunk to chunk: at most one blank and one CR, which the next octet keeps or drops, and the
number of the latest CRLFs, since CRLFs at the end of the body don't count. Work is linear: each pass halves the runs of
blanks.

Only CRLF ends a line (RFC 6376 §5.3): a bare LF or CR is an ordinary octet, and blanks before it stay. dkimpy and Exim
read a bare LF as CRLF. Here a mail with a bare LF is refused by default. If it is accepted (``smtp.bare_newline``), its
signature verifies only if the signer hashed the same octets.
"""

from __future__ import annotations

import hashlib

from catcher.fingerprint.authentication.dkim.canonical import single_blanks, without_trailing_blanks
from catcher.model.mail.transaction import Canonicalization, DigestAlgorithm, DigestWanted

_BLANK_LINES = b"\r\n" * 2048


class BodyDigest:
    """One digest of one body. Feed it the octets after the blank line, dot-unstuffed; only CRLF ends a line."""

    __slots__ = ("_crlfs", "_hash", "_held", "_relaxed", "_room", "_started")

    def __init__(self, wanted: DigestWanted) -> None:
        self._hash = (
            hashlib.sha1(usedforsecurity=False) if wanted.algorithm is DigestAlgorithm.SHA1 else hashlib.sha256()
        )
        self._relaxed = wanted.canonicalization is Canonicalization.RELAXED
        self._room = wanted.length
        """Octets that ``l=`` still covers; None without ``l=``."""
        self._held = b""
        """The octets carried to the next chunk. Relaxed: a blank, a CR or both; simple: a CR."""
        self._crlfs = 0
        """CRLFs seen and not yet hashed."""
        self._started = False
        """Whether any octet other than CRLFs was seen."""

    def feed(self, chunk: bytes | memoryview) -> None:
        """Takes the next octets of the body."""
        if self._room == 0 or not chunk:
            return
        data = self._held + chunk if self._held else bytes(chunk)
        blanks = self._relaxed and (b" " in data or b"\t" in data)
        if blanks:
            data = single_blanks(data)
        end = len(data)
        if data.endswith(b"\r"):
            end -= 1
        if blanks and end and data[end - 1] == 0x20:
            end -= 1
        self._held = data[end:]
        if self._held:
            data = data[:end]
        if blanks:
            data = without_trailing_blanks(data)
        self._take(data)

    @property
    def carried(self) -> int:
        """Number of octets carried to the next chunk: at most two."""
        return len(self._held)

    def digest(self) -> bytes | None:
        """The digest of the whole body; None when the canonicalised body is shorter than ``l=``. Call it once."""
        self._take(self._held)
        if self._started or not self._relaxed:
            self._update(b"\r\n")
        return None if self._room else self._hash.digest()

    def _take(self, data: bytes) -> None:
        """Hashes canonical octets, except the CRLFs at their end, which are only counted."""
        text_end = _end_of_text(data)
        if text_end:
            while self._crlfs:
                lines = min(self._crlfs, 2048)
                self._update(_BLANK_LINES[: 2 * lines])
                self._crlfs -= lines
            self._update(memoryview(data)[:text_end])
            self._started = True
        self._crlfs += (len(data) - text_end) // 2

    def _update(self, data: bytes | memoryview) -> None:
        if self._room is not None:
            data = data[: self._room]
            self._room -= len(data)
        self._hash.update(data)


def _end_of_text(data: bytes) -> int:
    """The offset at which the CRLFs at the end of ``data`` begin; linear for any octets."""
    if not data.endswith(b"\r\n"):
        return len(data)
    if data[-3:-2] not in b"\r\n":
        return len(data) - 2
    start = len(data.rstrip(b"\r\n"))
    start = max(start, data.rfind(b"\n\n", start) + 1, data.rfind(b"\r\r", start) + 1)
    return start + (len(data) - start) % 2
