"""A server of transfers without a socket: it sends any octets in any pieces, and each piece takes its time."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import dns.message
import dns.name
import dns.rrset
import dns.tsig
import pytest

from catcher.resolve import transfer
from catcher.resolve.transfer import InboundTransfer
from catcher.wiring import SystemClock

KEY = dns.tsig.Key("ml.key", b"0123456789abcdef0123456789abcdef", "hmac-sha256")
SOA = "ml. 300 IN SOA a.nic.ml. hostmaster.nic.ml. {} 7200 900 1209600 300"
Send = Callable[[dns.message.Message], Iterable[bytes]]
"""The query → the octets that the server sends, in pieces; the end of them closes the connection."""


class _Connection:
    """The socket of a connection to the server."""

    def __init__(self, send: Send, waited: list[float], seconds: float) -> None:
        self._send = send
        self._waited = waited
        self._seconds = seconds
        self._pieces: Iterator[bytes] = iter(())

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def sendall(self, octets: bytes) -> None:
        self._pieces = iter(self._send(dns.message.from_wire(octets[2:], keyring={KEY.name: KEY})))

    def settimeout(self, seconds: float) -> None:
        return None

    def recv(self, most: int) -> bytes:
        self._waited[0] += self._seconds
        return next(self._pieces, b"")


def transfer_from(patch: pytest.MonkeyPatch, send: Send, *, seconds: float = 0.0, key: Any = None) -> InboundTransfer:
    """A transfer of ml from a server that sends as ``send`` says; each piece takes ``seconds``."""
    waited = [0.0]
    patch.setattr(transfer, "monotonic", lambda: waited[0])
    patch.setattr(transfer.socket, "create_connection", lambda *_, **__: _Connection(send, waited, seconds))
    return InboundTransfer("192.0.2.53", 53, "ml", clock=SystemClock(), key=key)


def framed(message: bytes) -> bytes:
    """A message with its length, as TCP carries it (RFC 1035 §4.2.2)."""
    return struct.pack("!H", len(message)) + message


def replies(
    query: dns.message.Message, stretches: Sequence[Sequence[str]], unsigned: Sequence[int] = ()
) -> list[bytes]:
    """A message for each stretch of records; all are signed if the query is, but for the numbers ``unsigned``."""
    made, context = [], None
    for number, records in enumerate(stretches):
        reply = dns.message.make_response(query)
        for record in records:
            owner, ttl, kind, rrtype, rdata = record.split(maxsplit=4)
            reply.answer.append(dns.rrset.from_text(owner, int(ttl), kind, rrtype, rdata))
        if number in unsigned:
            reply.tsig = None
            wire = reply.to_wire(want_shuffle=False)
            context.update(wire)  # type: ignore[union-attr]
        else:
            wire = reply.to_wire(multi=True, tsig_ctx=context, want_shuffle=False)
            context = reply.tsig_ctx
        made.append(framed(wire))
    return made
