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
_IP_PKTINFO = 8
"""Linux's ``in_pktinfo``: interface, our address, destination; four octets each. The socket module doesn't name it."""
_ANCILLARY = socket.CMSG_SPACE(20)
"""Room for one ``in6_pktinfo`` (our address, interface), the larger of the two."""

Ancillary = list[tuple[int, int, bytes]]


class UdpServer:
    """Answers on one bound UDP socket, IPv4 or IPv6."""

    def __init__(self, sock: socket.socket, authority: Authority, clock: Clock, tally: Tally) -> None:
        self._socket = sock
        self._responder = Responder(authority, clock, tally)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ancillary = 0
        self.unsent = 0
        """Replies that the system didn't take: a full buffer, an unreachable or forbidden address."""

    async def start(self) -> None:
        self._socket.setblocking(False)
        self._ancillary = _tell_our_address(self._socket)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._readable)

    async def close(self) -> None:
        """Answers what has arrived, then stops. The socket stays open: it belongs to the caller."""
        if self._loop is not None:
            self._loop.remove_reader(self._socket)
            self._loop = None
            self._readable()

    def _readable(self) -> None:
        receive, send, respond = self._socket.recvmsg, self._socket.sendmsg, self._responder.respond
        for _ in range(_TURN):
            try:
                message, ancillary, _, client = receive(_LARGEST, self._ancillary)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error of an earlier reply, reported here
            wire = respond(message, Transport.UDP, client[0])
            if wire is not None:
                try:
                    send([wire], _from_there(ancillary), 0, client)
                except OSError:
                    self.unsent += 1


def _tell_our_address(sock: socket.socket) -> int:
    """Has the system say which of our addresses a message was sent to, where the socket is bound to all of them.

    A reply has to come from that address, or the client won't take it. Returns the room that the saying needs.
    """
    host = sock.getsockname()[0]
    if host == "0.0.0.0":
        sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    elif host == "::":
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    else:
        return 0
    return _ANCILLARY


def _from_there(ancillary: Ancillary) -> Ancillary:
    """What makes a reply leave from the address that the query came to; the interface is left to routing."""
    out = []
    for level, kind, data in ancillary:
        if level == socket.IPPROTO_IP and kind == _IP_PKTINFO:
            out.append((level, kind, bytes(4) + data[4:]))
        elif level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO:
            link_local = data[0] == 0xFE and data[1] & 0xC0 == 0x80
            out.append((level, kind, data if link_local else data[:16] + bytes(4)))
    return out
