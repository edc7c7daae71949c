"""Watches line ends as octets stream by: only CRLF is one (RFC 5321 §2.3.8). A CR at a packet's end is all it keeps."""

from __future__ import annotations


class LineEnds:
    """Counts CRLFs; says whether a CR or an LF stood alone. The same for any segmentation."""

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
        crlfs = data.count(b"\r\n")
        self.crlfs += crlfs
        self.bare_lf = self.bare_lf or data.count(b"\n") > crlfs
        self.bare_cr = self.bare_cr or data.count(b"\r") > crlfs
        self._inside = not data.endswith(b"\r\n")

    def end(self) -> None:
        """No more octets come: a CR at the very end stands alone."""
        self.bare_cr = self.bare_cr or self._after_cr
