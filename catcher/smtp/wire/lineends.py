"""Counts line ends in a stream of octets: only CRLF is a line end (RFC 5321 §2.3.8). Of a packet it keeps at most a CR
at the end."""

from __future__ import annotations

import re

_BARE_CR = re.compile(rb"\r[^\n]")
_REGULAR_FROM = 1024
"""Octets from which it pays to check whether all lines are equally long, as in base64."""


class LineEnds:
    """Counts CRLFs, and records whether a CR or an LF stood alone. The result doesn't depend on the packets'
    borders."""

    __slots__ = ("_after_cr", "_inside", "bare_cr", "bare_lf", "crlfs")

    def __init__(self) -> None:
        self.crlfs = 0
        self.bare_cr = False
        self.bare_lf = False
        self._after_cr = False
        self._inside = False

    @property
    def unended(self) -> bool:
        """Whether octets followed the last CRLF."""
        return self._inside or self._after_cr

    def feed(self, data: bytes) -> None:
        """Takes the next octets."""
        if self._after_cr:
            data = b"\r" + data
        self._after_cr = data.endswith(b"\r")
        if self._after_cr:
            data = data[:-1]
        if not data:
            return
        self._inside = not data.endswith(b"\r\n")
        start = 0
        if len(data) >= _REGULAR_FROM:
            crlfs, start = _in_equal_lines(data)
            self.crlfs += crlfs
        crs, lfs = data.count(b"\r", start), data.count(b"\n", start)
        # Counting pairs is slow. If CRs and LFs are equal in number and each CR has an LF behind it, every LF
        # belongs to a CRLF.
        if crs == lfs and not data.endswith(b"\r") and _BARE_CR.search(data, start) is None:
            self.crlfs += crs
            return
        crlfs = data.count(b"\r\n", start)
        self.bare_lf = self.bare_lf or lfs > crlfs
        self.bare_cr = self.bare_cr or crs > crlfs
        self.crlfs += crlfs

    def end(self) -> None:
        """Ends the stream: a CR as the last octet stands alone."""
        self.bare_cr = self.bare_cr or self._after_cr


def _in_equal_lines(data: bytes) -> tuple[int, int]:
    """(number of CRLFs at equal distances from the start on, offset of the octets after the last of these CRLFs).

    Both are zero unless all lines but the last are equally long and hold no CR or LF elsewhere. Slices with the line's
    length as step read only the octets at which line ends are due; two searches then show that there is no CR or LF
    elsewhere. On base64 this takes a fifth of the time of counting (``catcher bench smtp``, body stream).
    """
    first = data.find(b"\r\n")
    length = data.find(b"\r\n", first + 2) - first
    if first < 0 or length <= 0:
        return 0, 0
    due = (len(data) - first - 2) // length + 1
    end = first + 2 + (due - 1) * length
    if not data.endswith(b"\r\n", 0, end):
        return 0, 0
    lines = bytearray(memoryview(data)[:end])
    crs, lfs = lines[first::length], lines[first + 1 :: length]
    if len(lfs) != due or crs.count(b"\r") != due or lfs.count(b"\n") != due:
        return 0, 0
    lines[first::length] = lines[first + 1 :: length] = bytes(due)
    return (0, 0) if b"\r" in lines or b"\n" in lines else (due, end)
