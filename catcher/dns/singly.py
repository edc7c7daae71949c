"""UDP messages one by one, through the socket module alone: for systems without recvmmsg, and dual-stack sockets."""

from __future__ import annotations

import socket

from catcher.dns.authority import Authority
from catcher.dns.compiled import Answers, octets_of, shows_its_address
from catcher.dns.limit import Limits, RateLimit, Verdict, truncated
from catcher.dns.options import packed
from catcher.dns.responder import Responder
from catcher.dns.tally import Tally, answer_class, prefix_of
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


class Singly:
    """Receives, answers and sends on one socket."""

    def __init__(
        self,
        sock: socket.socket,
        authority: Authority,
        responder: Responder,
        clock: Clock,
        tally: Tally,
        limits: Limits,
    ) -> None:
        self._socket = sock
        self._clock = clock
        self._tally = tally
        self.limit = RateLimit(limits)
        self._answers = Answers(
            authority,
            lambda message, client: responder.reply(message, Transport.UDP, client),
            lambda octets: 0,
            lambda slot: packed(self._client),
        )
        self._ancillary = _tell_our_address(sock)
        self._client = ""
        self.unsent = 0

    def turn(self) -> None:
        """Answers what has arrived, a bounded number of messages."""
        receive, send = self._socket.recvmsg, self._socket.sendmsg
        for _ in range(_TURN):
            try:
                message, ancillary, _, client = receive(_LARGEST, self._ancillary)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error of an earlier reply, reported here
            wire = self._reply(message, client[0])
            if wire is not None:
                try:
                    send([wire], _from_there(ancillary), 0, client)
                except OSError:
                    self.unsent += 1

    def _reply(self, message: bytes, client: str) -> bytes | None:
        now = self._clock.now()
        answers, key, self._client = self._answers, message[2:], client
        answers.at(now)
        entry = answers.find(key, 0, 0) or answers.ask(message, client)
        if entry is None:
            return None
        prefix, what = prefix_of(client), entry[1]
        self._tally.add_all([prefix], [what], now)
        if self.limit.suspects([prefix], now.timestamp()) and not shows_its_address(entry, message):
            verdict = self.limit.judge(prefix, answer_class(what), now.timestamp())
            if verdict is not Verdict.SEND:
                return truncated(message) if verdict is Verdict.TRUNCATE else None
        return octets_of(entry, message)


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
