"""Asks one server one question: by UDP from a port of its own, then by TCP if truncated (RFC 1035 §4.2, RFC 7766)."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress

import dns.name

from catcher.model.mail.lookup import LookupType
from catcher.resolve.message import DnsReply, FailedReply, is_reply, is_truncated, query_octets, read_reply


async def ask_server(
    name: dns.name.Name, rrtype: LookupType, host: str, port: int, *, seconds: float
) -> DnsReply | FailedReply | None:
    """The reply of ``host``; None when none came within ``seconds``.

    Datagrams that don't answer this very question are ignored (RFC 5452); over TCP they are a failure.
    """
    query = query_octets(name, rrtype, secrets.randbelow(1 << 16))
    try:
        async with asyncio.timeout(seconds):
            octets = await _by_udp(query, host, port)
            if is_truncated(octets):
                octets = await _by_tcp(query, host, port)
    except (TimeoutError, OSError, EOFError):
        return None
    return read_reply(octets, name, rrtype) if is_reply(octets, query) else FailedReply()


async def _by_udp(query: bytes, host: str, port: int) -> bytes:
    """The first datagram of the server that replies to the query. Its source port is the kernel's choice for each
    query (RFC 5452 §9.2)."""
    loop = asyncio.get_running_loop()
    reply: asyncio.Future[bytes] = loop.create_future()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(query, reply), remote_addr=(host, port))
    try:
        transport.sendto(query)
        return await reply
    finally:
        transport.close()


async def _by_tcp(query: bytes, host: str, port: int) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(len(query).to_bytes(2) + query)
        await writer.drain()
        return await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


class _Datagrams(asyncio.DatagramProtocol):
    """Waits for the reply to one query."""

    def __init__(self, query: bytes, reply: asyncio.Future[bytes]) -> None:
        self._query = query
        self._reply = reply

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self._reply.done() and is_reply(data, self._query):
            self._reply.set_result(data)

    def error_received(self, exc: Exception) -> None:
        """The server's machine says that nobody listens there (ICMP)."""
        if not self._reply.done():
            self._reply.set_exception(exc)
