"""A connection's protocol object: it reads into one buffer, wipes the buffer after each use, handles PROXY and TLS.

::

    socket ─▶ Front: ReadBuffer ─▶ (PROXY header) ─▶ (TLS) ─▶ session        wiped before the next connection is read
    socket ◀─ Front ◀──────────────────────────────── (TLS) ◀─ session       its transport is Front

The event loop fills the buffer and calls ``buffer_updated`` at once. So one buffer serves all connections of a loop,
and idle connections take no memory for reading.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, Protocol, cast

from catcher.smtp.wire.proxy import HEADER_MOST, ProxyError, read_header
from catcher.smtp.wire.tls import HandshakeFailure, TlsLayer

READ_OCTETS = 64 * 1024
"""Octets of the buffer, and thus most octets of one read."""
WRITE_OCTETS = 16 * 1024
"""Octets of replies that wait for a client that doesn't read; above this number the session is told to wait."""
PROXY_SECONDS = 10.0
"""Seconds within which a PROXY header must be complete; otherwise the connection is cut off."""


class ReadBuffer:
    """The memory for all reads of a loop."""

    __slots__ = ("_zeros", "view")

    def __init__(self, octets: int = READ_OCTETS) -> None:
        self.view = memoryview(bytearray(octets))
        self._zeros = memoryview(bytes(octets))

    def take(self, count: int) -> bytes:
        """Returns the first ``count`` octets, and overwrites them in the buffer with zeros."""
        data = self.view[:count].tobytes()
        self.view[:count] = self._zeros[:count]
        return data


class SessionPort(Protocol):
    """The SMTP session behind a front."""

    @property
    def most_octets(self) -> int:
        """Most octets of the next read: what the session doesn't work on at once stays in memory."""
        ...

    def connection_made(self, transport: asyncio.BaseTransport) -> None: ...
    def data_received(self, data: bytes) -> None: ...
    def eof_received(self) -> bool: ...
    def tls_established(self) -> None: ...
    def tls_failed(self, failure: HandshakeFailure) -> None: ...
    def connection_lost(self, error: Exception | None) -> None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...


class Front(asyncio.BufferedProtocol, asyncio.Transport):
    """A connection: the loop's protocol, and the session's transport."""

    __slots__ = (
        "_address_of",
        "_admit",
        "_buffer",
        "_is_proxy",
        "_proxy_header",
        "_proxy_timer",
        "_session",
        "_tls",
        "_wire",
        "address",
    )

    def __init__(
        self,
        buffer: ReadBuffer,
        *,
        is_proxy: Callable[[str], bool],
        admit: Callable[[Front, str], SessionPort | None],
        address_of: Callable[[object], str],
    ) -> None:
        """``admit``: returns the session for a client at an address, or writes a refusal and returns None.

        ``is_proxy``: whether a connection from an address begins with a PROXY header.
        """
        self._buffer = buffer
        self._is_proxy = is_proxy
        self._admit = admit
        self._address_of = address_of
        self._session: SessionPort | None = None
        self._tls: TlsLayer | None = None
        self._proxy_header: bytes | None = None
        """The octets so far of a PROXY header; None: no header is expected, or the header is complete."""
        self._proxy_timer: asyncio.TimerHandle | None = None
        self._wire: asyncio.Transport | None = None
        self.address = ""
        """The client's address as text; the proxy's address if the proxy connects on its own behalf."""

    def __repr__(self) -> str:
        return "Front(…)"

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast(asyncio.Transport, transport)
        self._wire.set_write_buffer_limits(high=WRITE_OCTETS)
        self.address = self._address_of(transport.get_extra_info("peername"))
        if not self.address:
            self._wire.abort()
        elif self._is_proxy(self.address):
            self._proxy_header = b""
            self._proxy_timer = asyncio.get_running_loop().call_later(PROXY_SECONDS, self._wire.abort)
        else:
            self._begin()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer.view if self._session is None else self._buffer.view[: self._session.most_octets]

    def buffer_updated(self, count: int) -> None:
        if self._tls is not None:
            self._decrypt(self._tls, count)
            return
        data = self._buffer.take(count)
        if self._proxy_header is not None:
            self._read_proxy_header(self._proxy_header + data)
        elif self._session is not None:
            self._session.data_received(data)

    def eof_received(self) -> bool:
        """True keeps the connection open for writing: the session closes it."""
        return self._session is not None and self._session.eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        if self._proxy_timer is not None:
            self._proxy_timer.cancel()
        session, self._session = self._session, None
        tls, self._tls, self._wire = self._tls, None, None
        self._proxy_header = None
        if session is not None:
            if tls is not None and not tls.established:
                session.tls_failed(HandshakeFailure.VANISHED)
            session.connection_lost(error)

    def pause_writing(self) -> None:
        if self._session is not None:
            self._session.pause_writing()

    def resume_writing(self) -> None:
        if self._session is not None:
            self._session.resume_writing()

    # Called by the session

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Sends ``data``, encrypted if TLS is on."""
        if self._wire is None or self._wire.is_closing():
            return
        if self._tls is not None:
            self._tls.write(data)
            data = self._tls.pending()
        if data:
            self._wire.write(data)

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Treats all further octets as TLS; after the handshake it calls the session's ``tls_established``."""
        self._tls = TlsLayer(context)

    @property
    def in_tls(self) -> bool:
        return self._tls is not None

    def is_closing(self) -> bool:
        return self._wire is None or self._wire.is_closing()

    def close(self) -> None:
        """Ends the connection after all written octets are sent."""
        if self._wire is None or self._wire.is_closing():
            return
        if self._tls is not None and self._tls.established:
            self._tls.end()
            last = self._tls.pending()
            if last:
                self._wire.write(last)
        self._wire.close()

    def abort(self) -> None:
        if self._wire is not None:
            self._wire.abort()

    def pause_reading(self) -> None:
        if self._wire is not None and not self._wire.is_closing():
            self._wire.pause_reading()

    def resume_reading(self) -> None:
        if self._wire is not None and not self._wire.is_closing():
            self._wire.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default if self._wire is None else self._wire.get_extra_info(name, default)

    # Internal steps

    def _begin(self) -> None:
        session = self._admit(self, self.address)
        if session is None:
            self.close()
            return
        self._session = session
        session.connection_made(self)

    def _read_proxy_header(self, data: bytes) -> None:
        try:
            header = read_header(data)
        except ProxyError:
            self.abort()
            return
        if header is None:
            self._proxy_header = data
            if len(data) > HEADER_MOST:
                self.abort()
            return
        self._proxy_header = None
        if self._proxy_timer is not None:
            self._proxy_timer.cancel()
        if header.address is not None:
            self.address = self._address_of((header.address, 0))
        self._begin()
        if self._session is not None and len(data) > header.octets:
            self._session.data_received(data[header.octets :])

    def _decrypt(self, tls: TlsLayer, count: int) -> None:
        buffer = self._buffer
        session = self._session
        if session is None:
            return
        before = tls.established
        try:
            tls.feed(buffer.view[:count])
            if tls.established and not before:
                self._send(tls.pending())
                session.tls_established()
            while octets := tls.read_into(buffer.view):
                session.data_received(buffer.take(octets))
                if self._tls is not tls:
                    return
            ended = octets is None
            self._send(tls.pending())
        except ssl.SSLError as error:
            self._send(tls.pending())
            if not tls.established:
                session.tls_failed(HandshakeFailure.of(error))
            self.abort_after_alert()
            return
        if ended and not session.eof_received():
            self.close()

    def abort_after_alert(self) -> None:
        """Ends the connection after octets that were no TLS; the alert is sent before."""
        self._tls = None
        if self._wire is not None:
            self._wire.close()

    def _send(self, data: bytes) -> None:
        if data and self._wire is not None and not self._wire.is_closing():
            self._wire.write(data)
