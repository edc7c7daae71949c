"""A learned name: the domain of one name, or of all names below one, and the replies to its queries by form. Pure."""

from __future__ import annotations

from catcher.dns.counting.tally import DemandCell, cell_of
from catcher.dns.packetcache.canonical import QUESTION
from catcher.dns.packetcache.classify import MAX_NAME_END
from catcher.dns.packetcache.known import CachedReply

TAIL_OCTETS = 19
"""Octets after the QNAME that are part of a form: QTYPE, QCLASS, an OPT, and code and length of its first option. If
the only option is a cookie, the octets after these are the cookie."""
LENGTH_OCTET = [bytes((max(0, end - QUESTION),)) for end in range(MAX_NAME_END + 1)]
"""The length of a QNAME as an octet, by ``name_end``."""
QueryForm = bytes
"""Head, the first ``TAIL_OCTETS`` after the QNAME, and the QNAME's length: with the answer class they choose a
reply."""
FormReplies = dict[QueryForm, tuple[CachedReply, int]]
"""Form → the reply, and the number of octets after the QNAME; octets beyond ``TAIL_OCTETS`` are a cookie."""
NO_FORM: tuple[None, int] = None, 0
EMPTY_TABLE = 232
"""Octets of a dictionary with up to five entries."""


class LearnedName:
    """One name, or all names below one name, with their replies."""

    __slots__ = ("cells", "domain", "except_labels", "lengths", "replies")

    def __init__(self, domain: str | None, replies: FormReplies, except_labels: frozenset[bytes]) -> None:
        self.domain = domain
        """The catalogued domain."""
        self.replies = replies
        self.except_labels = except_labels
        """Labels directly below the name (folded) that may get other replies."""
        self.lengths = frozenset(map(len, except_labels))
        self.cells: dict[int, DemandCell] = {}
        """The tally's cells, by code of the reply; by its complement if the reply isn't counted for the domain."""

    def add_cell(self, code: int, counted: bool) -> DemandCell:
        """Adds the cell for replies of this code. Later replies use the same object, which keeps its hash."""
        cell = self.cells[code if counted else ~code] = cell_of(self.domain if counted else None, code)
        return cell
