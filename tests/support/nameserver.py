"""A real tiny name server on loopback, UDP and TCP on one port, whose behaviour a test writes as a function."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from catcher.config import ListenAddress
from catcher.supervise.ports import own_port

Behaviour = Callable[[dns.message.Message, str], Sequence[bytes]]
"""(query, ``udp`` or ``tcp``) → what is sent back, as it goes over the wire: none, one or several messages."""


class NameServer:
    """Counts what it is asked. ``address`` is what a resolver is given."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.asked: list[str] = []
        self.address = ListenAddress("127.0.0.1", 0)

    def replies(self, octets: bytes, transport: str) -> Sequence[bytes]:
        query = dns.message.from_wire(octets)
        self.asked.append(f"{query.question[0].name.to_text(True)} {transport}")
        return self.behaviour(query, transport)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for reply in self._server.replies(data, "udp"):
            self._transport.sendto(reply, addr)


@asynccontextmanager
async def name_server(behaviour: Behaviour) -> AsyncIterator[NameServer]:
    """Listens while the block runs."""
    server = NameServer(behaviour)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            length = int.from_bytes(await reader.readexactly(2))
            for reply in server.replies(await reader.readexactly(length), "tcp"):
                writer.write(len(reply).to_bytes(2) + reply)
            await writer.drain()
        except (EOFError, OSError):
            pass  # the client gave the query up
        finally:
            writer.close()

    port = own_port()
    stream = await asyncio.start_server(converse, "127.0.0.1", port)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(server), local_addr=("127.0.0.1", port)
    )
    server.address = ListenAddress("127.0.0.1", port)
    try:
        yield server
    finally:
        transport.close()
        stream.close()


def reply(query: dns.message.Message, *records: str, rcode: int = 0, truncated: bool = False) -> bytes:
    """A response with ``records`` (``"NAME TTL IN TYPE DATA"``) as answers."""
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.Rcode(rcode))
    for record in records:
        name, ttl, rdclass, rdtype, data = record.split(" ", 4)
        response.answer.append(dns.rrset.from_text(name, int(ttl), rdclass, rdtype, data))
    if truncated:
        response.answer.clear()
        response.flags |= dns.flags.TC
    return response.to_wire(max_size=65_535)
