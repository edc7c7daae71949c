"""The UDP server: drains its socket in bounded turns of the event loop."""

from __future__ import annotations

import asyncio
import socket

from catcher.dns.authority import Authority
from catcher.dns.responder import Responder
from catcher.dns.tally import Tally
from catcher.dns.wire import Transport
from catcher.model.clock import Clock

_TURN = 128
"""Messages answered before other work of the loop gets its turn."""
_LARGEST = 4096
"""Octets read of one message; what is longer is cut and then no query."""


class UdpServer:
    """Answers on one bound UDP socket, IPv4 or IPv6."""

    def __init__(self, sock: socket.socket, authority: Authority, clock: Clock, tally: Tally) -> None:
        self._socket = sock
        self._responder = Responder(authority, clock, tally)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.unsent = 0
        """Replies that the system didn't take: a full buffer, an unreachable or forbidden address."""

    async def start(self) -> None:
        self._socket.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._readable)

    async def close(self) -> None:
        """Answers what has arrived, then stops. The socket stays open: it belongs to the caller."""
        if self._loop is not None:
            self._loop.remove_reader(self._socket)
            self._loop = None
            self._readable()

    def _readable(self) -> None:
        receive, send, respond = self._socket.recvfrom, self._socket.sendto, self._responder.respond
        for _ in range(_TURN):
            try:
                message, client = receive(_LARGEST)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error of an earlier reply, reported here
            wire = respond(message, Transport.UDP, client[0])
            if wire is not None:
                try:
                    send(wire, client)
                except OSError:
                    self.unsent += 1
