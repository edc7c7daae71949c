"""Mends the lines of an old device that ends all of them with a bare LF: they end with CRLF then, as usual.

RFC 5321 §2.3.8 allows CRLF alone. A device is known by its first line. A client whose first line ends with CRLF is left
as it is, so a mail server can't be made to pass a bare LF on as the end of a line (SMTP smuggling).
"""

from __future__ import annotations

import re

_BARE_LF = re.compile(rb"(?<!\r)\n")


class LineMender:
    """Octets in pieces of any size → the same octets, each bare LF as CRLF if the first line end was a bare LF."""

    __slots__ = ("_after_cr", "mends")

    def __init__(self) -> None:
        self._after_cr = False
        self.mends: bool | None = None
        """Whether bare LFs become CRLFs; None before the first line end."""

    def feed(self, data: bytes) -> bytes:
        """Takes the next octets; returns them, mended."""
        after_cr, self._after_cr = self._after_cr, data.endswith(b"\r")
        if self.mends is None:
            end = data.find(b"\n")
            if end < 0:
                return data
            self.mends = not (data[end - 1 : end] == b"\r" if end else after_cr)
        if not self.mends:
            return data
        if after_cr and data.startswith(b"\n"):
            return b"\n" + _BARE_LF.sub(b"\r\n", data[1:])
        return _BARE_LF.sub(b"\r\n", data)
