"""What is known of the names that queries are about, so that one reply answers all queries of its kind.

::

    head │ QNAME, folded │ QTYPE, QCLASS, OPT, cookie
             │                        │
       names: by the whole QNAME      │
       below: by a name above it, whatever is in front
             └─▶ place: domain, and shapes: by length of the QNAME, head and what stands behind ─▶ head and records
       not known ─▶ kinds: which place is it? ─▶ Authority, once for all queries of the kind

Replies are shared by all places that are alike: a template's are, for every catalogued name of one length. So there
are some hundred of them, and a place for each name that exists: a name that doesn't exist makes none, save where
a held name could begin with its first label.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from struct import Struct
from typing import NamedTuple

from catcher.dns.authority import Authority, Reply
from catcher.dns.kinds import QUESTION, Found, Kind, Kinds, plain
from catcher.dns.tally import Cell, cell_of, code_of
from catcher.dns.wire import Rcode

_FIXED = 19
"""Octets behind the QNAME that decide: QTYPE, QCLASS, an OPT, and code and length of its first option. Where that is
the only one, and a cookie, what follows is the cookie."""
_LONGEST_LABEL = 63
_MOST = 32_768
"""Of places, shapes and kinds, each."""

_COOKIE = b"\0\x0a"
"""The option's code (RFC 7873)."""
_COOKIE_OCTETS = 24
"""Of client and server cookie (RFC 9018); the last thing in a reply over UDP."""
_DOCUMENTED = "192.0.2.0"
"""A client to learn from, nobody's address (RFC 5737)."""
_PART = Struct("QQ")

Part = tuple[bytes, bytes, bytes, int, bool]
"""Where that is which comes before the question and behind it, as ``struct iovec``; the octets of both, the code that
a reply is counted by (``tally.code_of``), and whether the domain is counted."""
_Shape = tuple[Part, int]
"""A reply, and how many octets stand behind the QNAME; those beyond ``_FIXED`` are a cookie."""
_Shapes = dict[int, dict[bytes, _Shape]]
"""By where the QNAME ends, then by the head and what decides behind the QNAME."""
_NO_SHAPES: dict[bytes, _Shape] = {}


class Known(NamedTuple):
    """The reply to one query, but for ID, question and cookie."""

    part: Part
    what: Cell
    """What it is counted as."""
    length: int
    """Octets of the question."""
    cookie: bytes | None
    """The client's (RFC 7873)."""
    unlike: frozenset[bytes] | None
    """Other first labels of the same length get the same, except these (folded); None: any other may differ."""


class _Place:
    """A name, or all names below one."""

    __slots__ = ("_cells", "domain", "lengths", "shapes", "unlike")

    def __init__(self, domain: str | None, shapes: _Shapes, unlike: frozenset[bytes]) -> None:
        self.domain = domain
        """The catalogued domain."""
        self.shapes = shapes
        self.unlike = unlike
        """Labels directly below the name (folded) that are no part of it."""
        self.lengths = frozenset(map(len, unlike))
        self._cells: dict[int, Cell] = {}

    def cell(self, code: int, counted: bool) -> Cell:
        """What replies of this code are counted as; always the same object."""
        made = self._cells.get(code)
        if made is None:
            made = self._cells[code] = cell_of(self.domain if counted else None, code)
        return made


class Places:
    """The places of one Authority, from one moment to the next at which a policy may change."""

    def __init__(
        self,
        authority: Authority,
        answer: Callable[[bytes, str], Reply | None],
        address_of: Callable[[bytes], int],
        now: datetime,
    ) -> None:
        """``answer`` and ``address_of`` as ``compiled.Answers`` has them."""
        self._settings = authority.settings
        self._answer = answer
        self._address_of = address_of
        self._kinds = Kinds(authority, now)
        self.lasting, self.by_client = self._kinds.lasting, self._kinds.by_client
        self._learned: dict[Kind, Part | None] = {}
        self._forget()

    def find(self, message: bytes) -> Known | None:
        """The reply to ``message`` (without its ID); None when it is of no kind."""
        end = message.find(0, QUESTION) + 1
        name = message[QUESTION:end].lower()
        place = self._names.get(name)
        alone = place is not None
        beneath = 0
        if place is None:
            place, beneath = self._above(name)
        if place is not None:
            shape = place.shapes.get(end, _NO_SHAPES).get(message[:QUESTION] + message[end : end + _FIXED])
            if shape is not None:
                part, tail = shape
                if tail == len(message) - end:
                    cookie = message[end + _FIXED :] if tail > _FIXED else None
                    return _known(place, part, message, end, cookie, None if alone else beneath)
        return self._learn(message)

    def _above(self, name: bytes) -> tuple[_Place | None, int]:
        """The place of ``name`` (folded) by the nearest name above it that has one, and where that begins."""
        below, at = self._below.get, 0
        while at < len(name) and (length := name[at]) <= _LONGEST_LABEL:
            label, at = at + 1, at + 1 + length
            place = below(name[at:])
            if place is not None:
                unlike = length in place.lengths and name[label:at] in place.unlike
                return (None, 0) if unlike else (place, at)
        return None, 0

    def _learn(self, message: bytes) -> Known | None:
        """Finds out what a query is about, and has one query of its kind answered."""
        found = self._kinds.of(message)
        if found is None:
            return None
        kind = message[:QUESTION], found.ending, found.end, *found.likeness
        if kind in self._learned:
            part = self._learned[kind]
        else:
            if len(self._learned) >= _MOST:
                self._learned.clear()
            part = self._learned[kind] = self._ask(message, found)
        if part is None:
            return None
        place = self._remember(found, message, part)
        return _known(place, part, message, found.end, found.cookie, found.beneath)

    def _remember(self, found: Found, message: bytes, part: Part) -> _Place:
        end, name, beneath = found.end, message[QUESTION : found.end].lower(), found.beneath
        if self._shape_count >= _MOST:
            self._forget()
        table, key = (self._names, name) if beneath is None else (self._below, name[beneath:])
        place = table.get(key)
        if place is None:
            if len(table) >= _MOST:
                table.clear()
            place = table[key] = _Place(found.domain, self._alike.setdefault(found.likeness, {}), found.unlike)
        fixed, tail = message[end : end + _FIXED], len(message) - end
        cookie_ends_it = found.cookie is not None and fixed[15:17] == _COOKIE and tail == _FIXED + len(found.cookie)
        if cookie_ends_it or (found.cookie is None and tail <= _FIXED):
            self._shape_count += 1
            place.shapes.setdefault(end, {})[message[:QUESTION] + fixed] = part, tail
        return place

    def _ask(self, message: bytes, found: Found) -> Part | None:
        """What is the same in all replies of a kind: all but a cookie."""
        end, has_cookie = found.end, found.cookie is not None
        reply = self._answer(b"\0\0" + message, _DOCUMENTED if has_cookie else "") if plain(message) else None
        if reply is None or reply.rcode is Rcode.SERVFAIL:
            return None
        wire = reply.wire
        if wire[QUESTION + 2 : end + 6] != message[QUESTION : end + 4]:
            return None
        octets = wire[2 : QUESTION + 2] + wire[end + 6 :]
        if has_cookie and self._settings.cookies is not None:
            octets = octets[:-_COOKIE_OCTETS]
        address = self._address_of(octets)
        before, behind = _PART.pack(address, QUESTION), _PART.pack(address + QUESTION, len(octets) - QUESTION)
        return before, behind, octets, code_of(reply), reply.domain is not None

    def _forget(self) -> None:
        self._names: dict[bytes, _Place] = {}
        """By QNAME, folded."""
        self._below: dict[bytes, _Place] = {}
        """By a name, folded: for names below it."""
        self._alike: dict[Kind, _Shapes] = {}
        self._shape_count = 0


def _known(place: _Place, part: Part, message: bytes, end: int, cookie: bytes | None, beneath: int | None) -> Known:
    """``beneath``: where in the QNAME the name begins that stands for this one; None: it stands for itself."""
    unlike = None
    if beneath is not None:
        first = message[QUESTION]
        next_to_it = beneath == first + 1
        unlike = frozenset(label for label in place.unlike if next_to_it and len(label) == first)
    return Known(part, place.cell(part[3], part[4]), end + 4 - QUESTION, cookie, unlike)
