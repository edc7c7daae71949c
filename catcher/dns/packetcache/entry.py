"""An entry of the packet cache: one reply, ready to be sent. Pure."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from struct import Struct

from catcher.dns.counting.counters import reply_code
from catcher.dns.counting.tally import DemandCell
from catcher.dns.packetcache.boundedtable import octets_together
from catcher.dns.packetcache.canonical import QUESTION

CacheEntry = tuple[bytes, DemandCell, bytes, bytes, bool, int]
"""One reply, in this order: iovecs (``IOVECS``), the tally's cell, octets without ID and cookie, the cookie,
whether the client's cookie was good, which proves its address (RFC 7873 §5.2.5), and its ``counters.reply_code``.

A plain tuple: making a NamedTuple takes five times as long, and every query outside ``exact`` needs a new entry."""
entry_iovecs: Callable[[CacheEntry], bytes] = itemgetter(0)
entry_cell: Callable[[CacheEntry], DemandCell] = itemgetter(1)
proves_address: Callable[[CacheEntry], bool] = itemgetter(4)
entry_code: Callable[[CacheEntry], int] = itemgetter(5)

IOVECS = Struct("QQQQQQQQ")
"""Four times ``struct iovec`` (address, length): octets before the question, question, octets behind it, cookie."""
_NOTHING_BEHIND = (0,) * 6


def whole_entry(octets: bytes, address: int, cell: DemandCell, code: int, proven: bool) -> CacheEntry:
    """An entry of ``octets`` (without ID), which lie at the memory address ``address``; ``code``: the tally's."""
    return IOVECS.pack(address, len(octets), *_NOTHING_BEHIND), cell, octets, b"", proven, reply_code(code, octets[0])


def octets_of(entry: CacheEntry, message: bytes) -> bytes:
    """The reply to a whole ``message``, put together from ``entry``."""
    iovecs, _, octets, cookie, _, _ = entry
    length = IOVECS.unpack(iovecs)[3]
    if not length:
        return message[:2] + octets
    question = message[QUESTION + 2 : QUESTION + 2 + length]
    return b"".join((message[:2], octets[:QUESTION], question, octets[QUESTION:], cookie))


def entry_octets(message: bytes, entry: CacheEntry) -> int:
    """Octets of memory of an entry of ``exact``."""
    return octets_together(message, entry, *entry)


def of_client_octets(message: bytes, reply: tuple[bytes, CacheEntry]) -> int:
    """Octets of memory of a reply to one client."""
    client, entry = reply
    return octets_together(reply, client) + entry_octets(message, entry)
