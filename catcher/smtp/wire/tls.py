"""TLS on one connection without I/O: decrypts octets into the caller's buffer, and encrypts replies."""

from __future__ import annotations

import ssl
from contextlib import suppress
from enum import Enum
from typing import Any


class HandshakeFailure(Enum):
    """Why a handshake failed; the value is the word in log and counters."""

    NO_SUITE = "no shared suite"
    """The client offers none of our suites."""
    VERSION = "unsupported version"
    """The client offers neither TLS 1.2 nor 1.3."""
    NO_METHOD = "no shared method"
    """No signature, group or key share that both know."""
    NOT_TLS = "not TLS"
    """The octets are no ClientHello: plain commands, HTTP, or noise."""
    CERTIFICATE = "certificate refused"
    """The client sent an alert about our certificate."""
    ALERT = "alert from the client"
    """The client sent another alert."""
    VANISHED = "connection ended"
    """The connection ended, by whomever, before the handshake did."""
    OTHER = "other"

    @classmethod
    def of(cls, error: ssl.SSLError) -> HandshakeFailure:
        """The reason of ``error``, by OpenSSL's word for it."""
        word = error.reason or ""
        if word in _REASONS:
            return _REASONS[word]
        if "_ALERT_" not in word:
            return cls.OTHER
        return cls.CERTIFICATE if "CERTIFICATE" in word or word.endswith(("UNKNOWN_CA", "DECRYPT_ERROR")) else cls.ALERT


_REASONS = {
    "NO_SHARED_CIPHER": HandshakeFailure.NO_SUITE,
    "NO_CIPHERS_SPECIFIED": HandshakeFailure.NO_SUITE,
    "UNSUPPORTED_PROTOCOL": HandshakeFailure.VERSION,
    "VERSION_TOO_LOW": HandshakeFailure.VERSION,
    "INAPPROPRIATE_FALLBACK": HandshakeFailure.VERSION,
    "NO_SUITABLE_SIGNATURE_ALGORITHM": HandshakeFailure.NO_METHOD,
    "NO_SHARED_SIGNATURE_ALGORITHMS": HandshakeFailure.NO_METHOD,
    "NO_SUITABLE_KEY_SHARE": HandshakeFailure.NO_METHOD,
    "NO_SUITABLE_GROUPS": HandshakeFailure.NO_METHOD,
    "NO_SHARED_GROUPS": HandshakeFailure.NO_METHOD,
    "UNSUPPORTED_ELLIPTIC_CURVE": HandshakeFailure.NO_METHOD,
    "HTTP_REQUEST": HandshakeFailure.NOT_TLS,
    "HTTPS_PROXY_REQUEST": HandshakeFailure.NOT_TLS,
    "WRONG_VERSION_NUMBER": HandshakeFailure.NOT_TLS,
    "UNKNOWN_PROTOCOL": HandshakeFailure.NOT_TLS,
    "PACKET_LENGTH_TOO_LONG": HandshakeFailure.NOT_TLS,
    "RECORD_TOO_SMALL": HandshakeFailure.NOT_TLS,
    "BAD_RECORD_TYPE": HandshakeFailure.NOT_TLS,
    "UNEXPECTED_MESSAGE": HandshakeFailure.NOT_TLS,
    "LENGTH_TOO_SHORT": HandshakeFailure.NOT_TLS,
    "LENGTH_MISMATCH": HandshakeFailure.NOT_TLS,
    "RECORD_LENGTH_MISMATCH": HandshakeFailure.NOT_TLS,
}


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
