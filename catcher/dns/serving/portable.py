"""UDP messages one by one, by the socket module alone: for systems without recvmmsg, and for dual-stack sockets."""

from __future__ import annotations

import socket

from catcher.dns.answering.options import packed
from catcher.dns.counting.counters import CODE_OF_SILENCE, DnsCount, DnsCounters
from catcher.dns.counting.ratelimit import RateDecision, RateLimit, truncated
from catcher.dns.counting.tally import DemandTally, kind_of, tally_prefix
from catcher.dns.packetcache.cache import PacketCache
from catcher.dns.packetcache.entry import entry_cell, entry_code, octets_of, proves_address
from catcher.dns.serving.responder import Responder
from catcher.dns.tapping.tap import DnsTap
from catcher.dns.wire import Transport
from catcher.model.clock import Clock

_TURN = 128
"""Messages answered before other work of the loop gets its turn: a few milliseconds."""
_LARGEST = 4096
"""Most octets read of one message; a longer message is cut, and its format is then broken."""
_IP_PKTINFO = 8
"""Linux's ``in_pktinfo``: interface, our address, destination; four octets each. The socket module doesn't name it."""
_ANCILLARY = socket.CMSG_SPACE(20)
"""Octets for one ``in6_pktinfo`` (our address, interface), which is larger than an ``in_pktinfo``."""

Ancillary = list[tuple[int, int, bytes]]


class PortableUdp:
    """Receives, answers and sends on one socket."""

    def __init__(
        self,
        sock: socket.socket,
        cache: PacketCache,
        responder: Responder,
        clock: Clock,
        tally: DemandTally,
        limit: RateLimit,
        counters: DnsCounters,
        tap: DnsTap | None,
    ) -> None:
        self._socket = sock
        self._responder = responder
        self._clock = clock
        self._tally = tally
        self.limit = limit
        self._cache = cache
        self._counters = counters
        self._tap = tap
        self._ancillary = _ask_for_our_address(sock)

    def drain(self) -> int:
        """Answers the messages that have arrived, up to ``_TURN``; returns their number."""
        receive, send, counters, drained = self._socket.recvmsg, self._socket.sendmsg, self._counters, 0
        for _ in range(_TURN):
            try:
                message, ancillary, _, client = receive(_LARGEST, self._ancillary)
            except BlockingIOError:
                break
            except OSError:
                continue  # an ICMP error of an earlier reply, reported here
            drained += 1
            counters.add(DnsCount.UDP6 if len(packed(client[0])) == 16 else DnsCount.UDP)
            try:
                wire = self._reply(message, client[0])
            except Exception as error:  # one message must never stop the server
                wire = self._responder.after_failure(message, client[0], error)
            if self._tap is not None:
                second = int(self._clock.now().timestamp())
                self._tap.tell(message, wire, packed(client[0]), Transport.UDP, second)
            if wire is not None:
                try:
                    send([wire], _from_our_address(ancillary), 0, client)
                except OSError:
                    counters.add(DnsCount.UNSENT)
        return drained

    def _reply(self, message: bytes, client: str) -> bytes | None:
        now = self._clock.now()
        cache, key, address = self._cache, message[2:], packed(client)
        cache.at(now)
        entry = cache.find(key, 0, address) or cache.ask(message, client)
        if entry is None:
            self._counters.codes[CODE_OF_SILENCE] += 1
            return None
        self._counters.codes[entry_code(entry)] += 1
        prefix, cell = tally_prefix(client), entry_cell(entry)
        self._tally.add_all([prefix], [cell], now)
        if self.limit.suspects([prefix], now.timestamp()) and not proves_address(entry):
            name = self._cache.zone_of(entry, key)
            decision = self.limit.decide(prefix, kind_of(cell), name, address)
            if decision is RateDecision.TRUNCATE:
                self._counters.add(DnsCount.SLIPPED)
                return truncated(message)
            if decision is RateDecision.DROP:
                self._counters.add(DnsCount.DROPPED)
                return None
        return octets_of(entry, message)


def _ask_for_our_address(sock: socket.socket) -> int:
    """If the socket is bound to all our addresses, asks the system to report the address to which each message came.

    A client accepts a reply only from that address. Returns the octets of the ancillary data with the system's answer.
    """
    host = sock.getsockname()[0]
    if host == "0.0.0.0":
        sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    elif host == "::":
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    else:
        return 0
    return _ANCILLARY


def _from_our_address(ancillary: Ancillary) -> Ancillary:
    """Ancillary data that sends a reply from the address to which the query came; routing chooses the interface."""
    out = []
    for level, kind, data in ancillary:
        if level == socket.IPPROTO_IP and kind == _IP_PKTINFO:
            out.append((level, kind, bytes(4) + data[4:]))
        elif level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO:
            link_local = data[0] == 0xFE and data[1] & 0xC0 == 0x80
            out.append((level, kind, data if link_local else data[:16] + bytes(4)))
    return out
