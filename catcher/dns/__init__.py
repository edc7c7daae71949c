"""Authoritative DNS for the catalogue and for whole zones.

::

    template.zone ─▶ masterfile ─▶ template (allowed? completed) ─▶ publication: three zones, one for each way of mail
    NAME.zone ────▶ masterfile ─▶ wholezone ───────────────────────▶ zone: nodes, cuts, wildcards, glue
    catalogue ──────────────────────────────────────────────────────┐   │
                                                        load ─▶ Authority
                                                                    │
    octets ─▶ udp | tcp ─▶ responder ─▶ query ─▶ authority: whose name? which policy? ─▶ lookup ─▶ message ─▶ octets
                              └─▶ tally (domain, QTYPE, rcode, hour, network), drained by others

    secondaries ◀─ NOTIFY ─ notify ◀─ announcements: what has changed?
         └──▶ AXFR, IXFR with TSIG ─▶ authority ─▶ transfer ◀─ zone | catalogzone: the catalogue for those who copy it

Over UDP ``compiled`` stands before the responder: replies that are known already (``places``, ``kinds``).

From ``query`` to ``message`` all is pure: octets, a transport and a time in, octets out. ``wire`` is under all of them.

Catalogued names are unsigned by design: delegate them without DS.
"""

from __future__ import annotations

from catcher.dns.authority import Authority, Reply
from catcher.dns.export import Form, export
from catcher.dns.handover import Keeper, channel
from catcher.dns.limit import Limits
from catcher.dns.load import load
from catcher.dns.notify import Announcer
from catcher.dns.tally import Tally
from catcher.dns.tcp import TcpServer
from catcher.dns.udp import UdpServer
from catcher.dns.wire import Rcode, Transport
from catcher.dns.worker import serve

__all__ = [
    "Announcer",
    "Authority",
    "Form",
    "Keeper",
    "Limits",
    "Rcode",
    "Reply",
    "Tally",
    "TcpServer",
    "Transport",
    "UdpServer",
    "channel",
    "export",
    "load",
    "serve",
]
