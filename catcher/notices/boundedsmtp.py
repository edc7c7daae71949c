"""smtplib's client with two bounds: on the octets of a reply, and on the seconds of a connection.

smtplib keeps every line of an endless reply, and its time-out starts again with each octet of a slow reply.
"""

from __future__ import annotations

import smtplib
import socket
from contextlib import suppress
from threading import Timer
from typing import BinaryIO, cast

REPLY_OCTETS = 64 * 1024
"""Most octets of one reply."""
SESSION_SECONDS = 3600.0
"""Most seconds of a connection: a slow smarthost must not block the following notices for ever."""


class _Endless(Exception):
    """A reply is too long. This class is no OSError, since smtplib would treat an OSError as a lost connection."""


class _Reply:
    """The receiving side of a connection, with at most ``REPLY_OCTETS`` for one reply."""

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
    """Raises SMTPException when a reply is too long. The connection is broken after ``SESSION_SECONDS`` in any case."""

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
        """Runs in the timer's thread. A thread that reads or writes finds the connection broken."""
        if self.sock is not None:
            with suppress(OSError):
                # The socket below TLS is shut down: nothing more is sent, and a waiting thread wakes up.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class SMTPOverTls(SMTP, smtplib.SMTP_SSL):
    """The same client, with TLS from the first octet."""
