"""Known replies: what the cache keeps of one reply, and what one query gets of it."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import Final

from catcher.dns.answering.reply import AuthorityReply
from catcher.dns.counting.counters import reply_code
from catcher.dns.counting.tally import DemandCell, code_of
from catcher.dns.packetcache.boundedtable import octets_together
from catcher.dns.packetcache.canonical import QUESTION

_IOVEC = Struct("QQ")
"""Address and length: ``struct iovec``."""


@dataclass(frozen=True, slots=True)
class CachedReply:
    """One reply of ``Authority``, without ID, question and cookie."""

    before: bytes
    """The iovec of the octets before the question."""
    behind: bytes
    """The iovec of the octets behind the question."""
    last: bytes
    """The same, and an iovec of no octets: the end of a reply without a cookie."""
    octets: bytes
    """The octets before the question and behind it."""
    code: int
    """The code by which the reply is tallied (``tally.code_of``)."""
    counted_as: int
    """The code by which the worker counts it (``counters.reply_code``)."""
    counted: bool
    """Whether it is tallied for the domain."""
    personal: bool
    """Whether another client may get another reply to the same octets."""

    @classmethod
    def of(cls, reply: AuthorityReply, octets: bytes, address: int, *, personal: bool) -> CachedReply:
        """The ``octets`` of ``reply`` that are kept, at the memory address ``address``."""
        before, behind = _IOVEC.pack(address, QUESTION), _IOVEC.pack(address + QUESTION, len(octets) - QUESTION)
        code = code_of(reply)
        counted_as = reply_code(code, octets[0])
        return cls(
            before, behind, behind + _IOVEC.pack(0, 0), octets, code, counted_as, reply.domain is not None, personal
        )

    def octets_of_memory(self) -> int:
        """Octets of memory of what the reply holds."""
        return octets_together(self.before, self.behind, self.last, self.octets)


ServerCookie = tuple[bytes, bytes, bool]
"""The iovec of the reply's cookie, its octets, and whether the client's cookie was made here."""
KnownReply = tuple[CachedReply, DemandCell, int, bytes | None, frozenset[bytes] | None]
"""A reply that fits one query, in this order:

reply: all but ID, question and cookie;
cell: the tally's cell;
question octets: length of the question;
cookie: the client's cookie (RFC 7873), whose server's cookie ends the reply;
except labels: other first labels of this length get the same reply, but these (folded) may not; None: the reply is
known for this first label alone.

A plain tuple: making a NamedTuple takes five times as long, and every new query needs a new one."""
EXCEPT_LABELS: Final = 4
"""The index of the except labels."""


def known_octets(message: bytes, known: KnownReply) -> int:
    """Octets of memory of ``known`` under the key ``message``, without those of the reply and the cell:
    ``LearnedNames`` counts them, and tells when it forgets them."""
    _, _, length, cookie, except_labels = known
    return octets_together(message, known, length, cookie, *((except_labels, *except_labels) if except_labels else ()))


def cookie_octets(key: tuple[bytes, bytes], cookie: ServerCookie) -> int:
    """Octets of memory of a server's cookie under its key."""
    return octets_together(key, *key, cookie, *cookie)
