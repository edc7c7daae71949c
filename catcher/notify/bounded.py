"""smtplib's client with an end to everything: a reply of so many octets at most, a connection of so many seconds.

smtplib itself keeps all lines of a reply that goes on, and waits anew for each octet of one that drips.
"""

from __future__ import annotations

import smtplib
import socket
from contextlib import suppress
from threading import Timer
from typing import BinaryIO, cast

REPLY_OCTETS = 64 * 1024
SESSION_SECONDS = 3600.0
"""For all of a connection: the notices after this one shall have their turn."""


class _Endless(Exception):
    """A reply takes more; no OSError, which smtplib would make a lost connection of."""


class _Reply:
    """What the connection says, of which one reply may take ``REPLY_OCTETS``."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = 0

    def begin(self) -> None:
        self._left = REPLY_OCTETS

    def readline(self, most: int) -> bytes:
        line = self._file.readline(most)
        self._left -= len(line)
        if self._left < 0:
            raise _Endless
        return line

    def close(self) -> None:
        self._file.close()


class SMTP(smtplib.SMTP):
    """Raises SMTPException when a reply is too long. It breaks after ``SESSION_SECONDS``, whatever goes on."""

    file: _Reply | None
    _timer: Timer | None = None

    def getreply(self) -> tuple[int, bytes]:
        if self._timer is None:
            self._timer = Timer(SESSION_SECONDS, self._end)
            self._timer.daemon = True
            self._timer.start()
        if self.file is None and self.sock is not None:
            self.file = _Reply(cast(BinaryIO, self.sock.makefile("rb")))
        if self.file is not None:
            self.file.begin()
        try:
            return super().getreply()
        except _Endless:
            self.close()
            raise smtplib.SMTPException("its reply has no end") from None

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().close()

    def _end(self) -> None:
        """In the timer's thread: whoever reads or writes finds the connection broken."""
        if self.sock is not None:
            with suppress(OSError):
                # Of the socket below TLS: nothing more is said, and the thread that waits wakes up.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class SMTPOverTls(SMTP, smtplib.SMTP_SSL):
    """The same from the first octet in TLS."""
