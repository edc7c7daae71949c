"""Authoritative DNS for the catalogue and for whole zones.

::

    template.zone ─▶ masterfile ─▶ template (allowed? completed) ─▶ publication: a zone for each way of mail
    NAME.zone ────▶ masterfile ─▶ wholezone ───────────────────────▶ zone: nodes, cuts, wildcards, glue
    catalogue ──────────────────────────────────────────────────────┐   │
                                                        load ─▶ Authority
                                                                    │
    octets ─▶ udp | tcp ─▶ responder ─▶ query ─▶ authority: whose name? which policy? ─▶ lookup ─▶ message ─▶ octets
                              └─▶ tally (domain, QTYPE, rcode, hour, network) ─▶ handover ─▶ the process that stores

    secondaries ◀─ NOTIFY ─ notify ◀─ announcements: which serials changed?
         └──▶ AXFR, IXFR with TSIG ─▶ authority ─▶ transfer ◀─ zone | catalogzone: the catalogue, for secondaries

Over UDP the packet cache stands before the responder: ``cache`` finds a reply made before, for the same octets or for a
query of the same key (``learned``: names; ``canonical``: what can change a reply; ``classify``: the key);
docs/engineering/packet-cache.md shows one query. ``[dns] packet_cache = false`` switches it off.

With ``[dns] dnstap`` each worker tells queries and replies to a collector (``tapping``), without what belongs to a
person.

The room is a ladder: loading, serving and notifying stand on the packet cache and the tap, these on the counting
(tally, ratelimit, counters), that on the answering, that on the zones, all on ``wire``. Answering is pure: octets, a
transport and a time in, octets out.

Catalogued names are unsigned by design: delegate them without DS.
"""

from __future__ import annotations

from catcher.dns.answering.answer import AnswerKind
from catcher.dns.answering.authority import Authority
from catcher.dns.answering.reply import AuthorityReply
from catcher.dns.counting.counters import NAMES as COUNTER_NAMES
from catcher.dns.counting.counters import DnsCount
from catcher.dns.counting.handover import DemandWriter, demand_pipe
from catcher.dns.counting.ratelimit import RateLimits
from catcher.dns.counting.tally import DemandTally
from catcher.dns.loading.changes import RowChanges
from catcher.dns.loading.copies import write_copies
from catcher.dns.loading.load import load_authority
from catcher.dns.notifying.announcements import announced_until
from catcher.dns.notifying.notify import Announcer
from catcher.dns.serving.connections import ConnectionPipe
from catcher.dns.serving.tcp import MAX_CONNECTIONS, TcpServer
from catcher.dns.serving.udp import UdpServer
from catcher.dns.serving.worker import serve
from catcher.dns.wire import Rcode, Transport

__all__ = [
    "COUNTER_NAMES",
    "MAX_CONNECTIONS",
    "Announcer",
    "AnswerKind",
    "Authority",
    "AuthorityReply",
    "ConnectionPipe",
    "DemandTally",
    "DemandWriter",
    "DnsCount",
    "RateLimits",
    "Rcode",
    "RowChanges",
    "TcpServer",
    "Transport",
    "UdpServer",
    "announced_until",
    "demand_pipe",
    "load_authority",
    "serve",
    "write_copies",
]
