"""The counters of one DNS worker, for ``catcher status`` and the exporter. Pure.

::

    replies of a batch ─▶ codes, counted by C code ─▶ fold, once a second ─▶ numbers ─▶ the parent
    everything else ──────────────────────────────────▶ add ──────────────────┘

The names are NSD's (nsd-control stats): ``num.udp``, ``num.type.MX``, ``num.rcode.NXDOMAIN``; ours beside them say what
NSD doesn't count. Every counter rises from the start of the worker and is never reset.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum

from catcher.dns.counting.tally import NAMED, OTHER
from catcher.dns.wire import Rcode
from catcher.dns.zones.mnemonic import to_mnemonic


class DnsCount(StrEnum):
    """The counters that stand for one thing each; queries by type and replies by rcode are beside them."""

    UDP = "num.udp"
    """Messages over UDP and IPv4."""
    UDP6 = "num.udp6"
    TCP = "num.tcp"
    """Messages over TCP and IPv4."""
    TCP6 = "num.tcp6"
    DROPPED = "num.dropped"
    """Replies that the rate limit dropped."""
    SLIPPED = "num.slipped"
    """Replies that the rate limit truncated."""
    SILENT = "num.silent"
    """Messages that get no reply: responses, messages shorter than a header."""
    TRUNCATED = "num.truncated"
    """Replies with TC because they did not fit."""
    UNSENT = "num.txerr"
    """Replies that the system didn't take."""
    FAILURES = "num.failures"
    """Messages that got SERVFAIL because answering raised an exception; each is a bug."""
    TSIG_REFUSED = "num.tsig.refused"
    """Messages whose TSIG was answered without a check: the client is no secondary, or the budget was used up."""
    TCP_OPENED = "num.tcp.opened"
    """TCP connections accepted."""
    TCP_REFUSED = "num.tcp.refused"
    """TCP connections closed at once: one client had too many."""
    TCP_EVICTED = "num.tcp.evicted"
    """TCP connections closed for a newer one."""
    TCP_OPEN = "tcp.open"
    """TCP connections open now: the one number here that also falls."""
    AXFR = "num.raxfr"
    """Transfers begun for AXFR."""
    IXFR = "num.rixfr"
    """Transfers begun for IXFR."""
    TRANSFER_BROKEN = "num.transfer.broken"
    """Transfers that ended before their last message."""
    TAP_DROPPED = "num.dnstap.dropped"
    """Messages that the dnstap collector missed: it was gone or too slow."""
    NOTIFY_SENT = "num.notify.sent"
    """NOTIFY messages sent."""
    NOTIFY_FAILED = "num.notify.failed"
    """Zones for which a secondary answered no NOTIFY, or answered with an error."""


TYPES = tuple(f"num.type.{name}" for name in (*sorted(map(to_mnemonic, NAMED)), OTHER))
RCODES = tuple(f"num.rcode.{rcode.name}" for rcode in Rcode)
NAMES = (*DnsCount, *TYPES, *RCODES)
"""Every counter, in the order in which a worker hands them over."""

Publish = Callable[[Mapping[str, int]], None]
"""Makes the numbers of a worker known outside it."""

CODE_OF_SILENCE = -1
"""Stands among the codes for a message that gets no reply."""
CODE_COUNTED = -2
"""Stands among the codes for a reply that is counted already."""
_TRUNCATED = 1 << 32
"""Added to the code of a reply with TC."""
_FLAG_TC = 2
"""TC in the first octet of flags (RFC 1035 §4.1.1)."""


def reply_code(code: int, flags: int) -> int:
    """The code under which a reply is counted here: that of the tally, and whether TC is set in ``flags``, the third
    octet of the message."""
    return code | _TRUNCATED if flags & _FLAG_TC else code


class DnsCounters:
    """The counters of one worker. They belong to one thread."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = dict.fromkeys(NAMES, 0)
        self.codes: Counter[int] = Counter()
        """Replies since the last ``fold``, by ``reply_code``; public because a batch counts all its replies at once.
        There are as many keys as pairs of counted QTYPE and rcode, times kinds of answer."""

    def add(self, name: str, number: int = 1) -> None:
        """Adds ``number``, which may be negative for ``TCP_OPEN`` alone, to the counter ``name``."""
        self.numbers[name] += number

    def replied(self, code: int, wire: bytes) -> None:
        """Counts one reply by the tally's code and its octets."""
        self.codes[reply_code(code, wire[2])] += 1

    def fold(self) -> Mapping[str, int]:
        """The numbers with all replies so far."""
        for code, number in self.codes.items():
            if code >= 0:
                self.add_code(code & _TRUNCATED - 1, number)
                if code & _TRUNCATED:
                    self.numbers[DnsCount.TRUNCATED] += number
            elif code == CODE_OF_SILENCE:
                self.numbers[DnsCount.SILENT] += number
        self.codes.clear()
        return self.numbers

    def add_code(self, code: int, number: int) -> None:
        """Adds ``number`` replies of one code of the tally (``tally.code_of``) to their QTYPE and their rcode."""
        qtype = code >> 16
        name = to_mnemonic(qtype) if qtype in NAMED else OTHER
        self.numbers[f"num.type.{name}"] += number
        self.numbers[f"num.rcode.{Rcode(code & 0xFF).name}"] += number
