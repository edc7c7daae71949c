"""TLS on one connection without I/O: octets of the wire in, plain ones into the front's buffer, and back."""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import Any


class TlsLayer:
    """The server's side. OpenSSL's own buffers are freed with it, and overwritten as all freed memory is."""

    __slots__ = ("_incoming", "_object", "_outgoing", "established")

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self.established = False
        """Whether the handshake is done."""

    def feed(self, octets: memoryview) -> None:
        """Takes octets of the wire. Raises ssl.SSLError when the handshake can't succeed any more."""
        self._incoming.write(octets)
        if not self.established:
            try:
                self._object.do_handshake()
            except ssl.SSLWantReadError:
                return
            self.established = True

    def read_into(self, buffer: memoryview) -> int | None:
        """Decrypts into ``buffer``; returns how many octets, 0 when more have to come, None when the client ended.

        Raises ssl.SSLError for what is no TLS.
        """
        if not self.established:
            return 0
        try:
            return int(self._object.read(len(buffer), buffer)) or None  # the number, where a buffer is given
        except ssl.SSLWantReadError:
            return 0
        except ssl.SSLZeroReturnError:
            return None

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Encrypts ``data``; ``pending`` has it then."""
        with suppress(ssl.SSLError):  # the client ended its session in the meantime: nobody reads the reply
            self._object.write(data)

    def end(self) -> None:
        """Says close_notify, without waiting for the client's."""
        with suppress(ssl.SSLError):
            self._object.unwrap()

    def pending(self) -> bytes:
        """What has to go to the wire now."""
        return self._outgoing.read()
