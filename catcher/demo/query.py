"""Sends one DNS query over UDP, encoded and parsed by dnslib, which shares no code with catcher's DNS server."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass
from typing import Any

import dnslib  # type: ignore[import-untyped]

_UDP_OCTETS = 1232


@dataclass(frozen=True, slots=True)
class SenderDnsReply:
    """The parts of a DNS reply that a sender uses."""

    refused: bool
    exchanges: tuple[tuple[int, str], ...] = ()
    """(preference, host without the final dot), the most preferred host first; '' is the root and means a null MX."""
    addresses: tuple[str, ...] = ()


def ask(name: str, rrtype: str, *, server: tuple[str, int], source: str, seconds: float) -> SenderDnsReply:
    """Sends a query from the address ``source`` to ``server``. Raises OSError if no valid reply arrives in time."""
    query: Any = dnslib.DNSRecord(
        dnslib.DNSHeader(id=secrets.randbits(16), rd=0),
        q=dnslib.DNSQuestion(name, getattr(dnslib.QTYPE, rrtype)),
        ar=[dnslib.EDNS0(udp_len=_UDP_OCTETS)],
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((source, 0))
        sock.settimeout(seconds)
        sock.connect(server)
        sock.send(query.pack())
        try:
            reply: Any = dnslib.DNSRecord.parse(sock.recv(_UDP_OCTETS))
        except dnslib.DNSError as error:
            raise OSError("the reply can't be read") from error
    if reply.header.id != query.header.id:
        raise OSError("the reply answers another question")
    return SenderDnsReply(
        refused=dnslib.RCODE[reply.header.rcode] == "REFUSED",
        exchanges=tuple(
            sorted(
                (rr.rdata.preference, str(rr.rdata.label).rstrip(".")) for rr in reply.rr if rr.rtype == dnslib.QTYPE.MX
            )
        ),
        addresses=tuple(str(rr.rdata) for rr in reply.rr if rr.rtype == dnslib.QTYPE.A),
    )
