"""TLS on one connection without I/O: decrypts octets into the caller's buffer, and encrypts replies."""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import Any


class TlsLayer:
    """The server's side of TLS. OpenSSL's buffers are freed with this object; freed memory is overwritten
    (M_PERTURB)."""

    __slots__ = ("_incoming", "_object", "_outgoing", "established")

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self.established = False
        """Whether the handshake is done."""

    def feed(self, octets: memoryview) -> None:
        """Takes encrypted octets. Raises ssl.SSLError when the handshake fails."""
        self._incoming.write(octets)
        if not self.established:
            try:
                self._object.do_handshake()
            except ssl.SSLWantReadError:
                return
            self.established = True

    def read_into(self, buffer: memoryview) -> int | None:
        """Decrypts into ``buffer``. Returns the number of octets, 0 if more octets are needed, None after close_notify.

        Raises ssl.SSLError for octets that are no TLS.
        """
        if not self.established:
            return 0
        try:
            return int(self._object.read(len(buffer), buffer)) or None  # read() returns a number if it gets a buffer
        except ssl.SSLWantReadError:
            return 0
        except ssl.SSLZeroReturnError:
            return None

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Encrypts ``data``; ``pending`` then returns the encrypted octets."""
        with suppress(ssl.SSLError):  # the client ended its TLS session in the meantime: nobody reads the reply
            self._object.write(data)

    def end(self) -> None:
        """Sends close_notify without waiting for the client's."""
        with suppress(ssl.SSLError):
            self._object.unwrap()

    def pending(self) -> bytes:
        """The encrypted octets that must be sent now."""
        return self._outgoing.read()
