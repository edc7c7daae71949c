"""Learned names: the replies to the names seen so far; one reply answers every query of its key.

::

    head │ QNAME, folded │ question tail, cookie
             │                   │
       exact: the whole QNAME    │
       below: an ancestor of it, for all names below
             └─▶ LearnedName: domain, and replies by form (length of the QNAME, head, question tail) ─▶ CachedReply
       not found ─▶ Classifier ─▶ QueryKey ─▶ Authority, once for all queries of that key

Names with the same answer class share one table of replies. All catalogued names of one length share a table, because
one template serves them; so there are some hundred tables, and one ``LearnedName`` for each name that exists. A name
that doesn't exist adds no ``LearnedName``, unless its label is one of the except labels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from struct import Struct
from typing import Final

from catcher.dns.answering.authority import Authority, AuthorityReply
from catcher.dns.counting.tally import DemandCell, cell_of, code_of
from catcher.dns.packetcache.classify import MAX_NAME_END, AnswerClass, Classifier, QueryKey
from catcher.dns.packetcache.tail import QUESTION, is_plain
from catcher.dns.wire import Rcode

_TAIL_OCTETS = 19
"""Octets after the QNAME that are part of a form: QTYPE, QCLASS, an OPT, and code and length of its first option. If
the only option is a cookie, the octets after these are the cookie."""
_MAX_LABEL = 63
"""Octets of a label (RFC 1035 §2.3.4)."""

_COOKIE = b"\0\x0a"
"""The cookie's option code (RFC 7873)."""
_COOKIE_OCTETS = 24
"""Octets of a client's and a server's cookie together (RFC 9018); a reply over UDP ends with them."""
_DOCUMENTED = "192.0.2.0"
"""The client's address when the first query of a key is answered for all others: no client has it (RFC 5737)."""
_IOVEC = Struct("QQ")
"""Address and length: ``struct iovec``."""
_LENGTHS = [bytes((max(0, end - QUESTION),)) for end in range(MAX_NAME_END + 1)]
"""The length of a QNAME as an octet, by ``name_end``."""


@dataclass(frozen=True, slots=True)
class CachedReply:
    """One reply of ``Authority``, without ID, question and cookie."""

    before: bytes
    """The iovec of the octets before the question."""
    behind: bytes
    """The iovec of the octets behind the question."""
    octets: bytes
    """The octets before the question and behind it."""
    code: int
    """The code by which the reply is tallied (``tally.code_of``)."""
    counted: bool
    """Whether it is tallied for the domain."""


class ClientCookie:
    """A client's cookie (RFC 7873), and the server's cookies made for it so far."""

    __slots__ = ("by_client", "octets")

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.by_client: dict[bytes, tuple[bytes, bytes]] = {}
        """By client's address: the iovec of the cookie, and its octets."""


KnownReply = tuple[CachedReply, DemandCell, int, ClientCookie | None, frozenset[bytes] | None]
"""A reply that fits one query, in this order:

reply: all but ID, question and cookie;
cell: the tally's cell;
question octets: length of the question;
cookie: the client's cookie;
except labels: other first labels of this length get the same reply, but these (folded) may not; None: the reply is
known for this first label alone.

A plain tuple: making a NamedTuple takes five times as long, and every new query needs a new one."""
EXCEPT_LABELS: Final = 4
"""The index of the except labels."""

_NO_LABELS: frozenset[bytes] = frozenset()

_Form = bytes
"""Head, the first ``_TAIL_OCTETS`` after the QNAME, and the QNAME's length: with the answer class they choose a
reply."""
_Replies = dict[_Form, tuple[CachedReply, int]]
"""Form → the reply, and the number of octets after the QNAME; octets beyond ``_TAIL_OCTETS`` are a cookie."""
_NO_REPLY: tuple[None, int] = None, 0


class _LearnedName:
    """One name, or all names below one name, with their replies."""

    __slots__ = ("cells", "domain", "except_labels", "lengths", "replies")

    def __init__(self, domain: str | None, replies: _Replies, except_labels: frozenset[bytes]) -> None:
        self.domain = domain
        """The catalogued domain."""
        self.replies = replies
        self.except_labels = except_labels
        """Labels directly below the name (folded) that may get other replies."""
        self.lengths = frozenset(map(len, except_labels))
        self.cells: dict[int, DemandCell] = {}
        """The tally's cells, by code of the reply."""

    def add_cell(self, code: int, counted: bool) -> DemandCell:
        """Adds the cell for replies of this code. Later replies use the same object, which keeps its hash."""
        cell = self.cells[code] = cell_of(self.domain if counted else None, code)
        return cell


class LearnedNames:
    """The names learned for one Authority, until the next moment at which a policy may change."""

    def __init__(
        self,
        authority: Authority,
        answer: Callable[[bytes, str], AuthorityReply | None],
        address_of: Callable[[bytes], int],
        cookie_of: Callable[[bytes], ClientCookie],
        now: datetime,
        capacity: int = 32_768,
    ) -> None:
        """``answer`` and ``address_of`` as in ``PacketCache``. ``cookie_of``: the entry of a client's cookie.

        ``capacity``: most entries of each table.
        """
        self._settings = authority.settings
        self._answer = answer
        self._address_of = address_of
        self._cookie_of = cookie_of
        self._capacity = capacity
        self._classifier = Classifier(authority, now, capacity)
        self._by_key: dict[tuple[object, ...], CachedReply | None] = {}
        self._forget_names()

    def find(self, message: bytes) -> KnownReply | None:
        """The reply to ``message`` (without its ID); None if it can't be classified."""
        end = message.find(0, QUESTION) + 1
        name = message[QUESTION:end].lower()
        learned = self._exact.get(name)
        is_exact = learned is not None
        covers = 0
        if learned is None:
            learned, covers = self._above(name)
        if learned is not None and end <= MAX_NAME_END:
            form = message[:QUESTION] + message[end : end + _TAIL_OCTETS] + _LENGTHS[end]
            reply, tail_octets = learned.replies.get(form, _NO_REPLY)
            if reply is not None and tail_octets == len(message) - end:
                cookie = message[end + _TAIL_OCTETS :] if tail_octets > _TAIL_OCTETS else None
                return self._known(learned, reply, message, end, cookie, None if is_exact else covers)
        return self._learn(message)

    def counts(self) -> dict[str, int]:
        """Entries of each table, and the most cells that one name has."""
        learned = (*self._exact.values(), *self._below.values())
        return {
            **self._classifier.counts(),
            "keys": len(self._by_key),
            "exact names": len(self._exact),
            "names above": len(self._below),
            "answer classes": len(self._by_class),
            "forms": sum(map(len, self._by_class.values())),
            "cells of a name": max((len(name.cells) for name in learned), default=0),
        }

    def _above(self, name: bytes) -> tuple[_LearnedName | None, int]:
        """The nearest ancestor of ``name`` (folded) that was learned for names below it, and its offset."""
        below, at = self._below.get, 0
        while at < len(name) and (length := name[at]) <= _MAX_LABEL:
            label, at = at + 1, at + 1 + length
            learned = below(name[at:])
            if learned is not None:
                excepted = length in learned.lengths and name[label:at] in learned.except_labels
                return (None, 0) if excepted else (learned, at)
        return None, 0

    def _learn(self, message: bytes) -> KnownReply | None:
        """Classifies a query; the first of its key is answered by ``Authority``."""
        key = self._classifier.classify(message)
        if key is None:
            return None
        whole_key = message[:QUESTION], key.question_tail, key.name_end, *key.answer_class
        if whole_key in self._by_key:
            reply = self._by_key[whole_key]
        else:
            if len(self._by_key) >= self._capacity:
                self._by_key.clear()
            reply = self._by_key[whole_key] = self._ask(message, key)
        if reply is None:
            return None
        learned = self._remember(key, message, reply)
        return self._known(learned, reply, message, key.name_end, key.cookie, key.covers_below)

    def _remember(self, key: QueryKey, message: bytes, reply: CachedReply) -> _LearnedName:
        end, name, covers = key.name_end, message[QUESTION : key.name_end].lower(), key.covers_below
        if self._form_count >= self._capacity:
            self._forget_names()
        table, owner = (self._exact, name) if covers is None else (self._below, name[covers:])
        learned = table.get(owner)
        if learned is None:
            if len(table) >= self._capacity:
                table.clear()
            replies = self._by_class.setdefault(key.answer_class, {})
            learned = table[owner] = _LearnedName(key.domain, replies, key.except_labels)
        tail, tail_octets = message[end : end + _TAIL_OCTETS], len(message) - end
        ends_in_cookie = (
            key.cookie is not None and tail[15:17] == _COOKIE and tail_octets == _TAIL_OCTETS + len(key.cookie)
        )
        if ends_in_cookie or (key.cookie is None and tail_octets <= _TAIL_OCTETS):
            self._form_count += 1
            learned.replies[message[:QUESTION] + tail + _LENGTHS[end]] = reply, tail_octets
        return learned

    def _ask(self, message: bytes, key: QueryKey) -> CachedReply | None:
        """The part that all replies of a key share: everything but ID, question and cookie."""
        end, has_cookie = key.name_end, key.cookie is not None
        reply = self._answer(b"\0\0" + message, _DOCUMENTED if has_cookie else "") if is_plain(message) else None
        if reply is None or reply.rcode is Rcode.SERVFAIL:
            return None
        wire = reply.wire
        if wire[QUESTION + 2 : end + 6] != message[QUESTION : end + 4]:
            return None
        octets = wire[2 : QUESTION + 2] + wire[end + 6 :]
        if has_cookie and self._settings.cookies is not None:
            octets = octets[:-_COOKIE_OCTETS]
        address = self._address_of(octets)
        before, behind = _IOVEC.pack(address, QUESTION), _IOVEC.pack(address + QUESTION, len(octets) - QUESTION)
        return CachedReply(before, behind, octets, code_of(reply), reply.domain is not None)

    def _known(
        self,
        learned: _LearnedName,
        reply: CachedReply,
        message: bytes,
        end: int,
        cookie: bytes | None,
        covers: int | None,
    ) -> KnownReply:
        """``covers``: the offset in the QNAME of the ancestor that ``learned`` stands for; None: it stands for the
        QNAME."""
        except_labels = None
        if covers is not None:
            except_labels = _NO_LABELS
            first = message[QUESTION]
            if first in learned.lengths and covers == first + 1:
                except_labels = frozenset(label for label in learned.except_labels if len(label) == first)
        cell = learned.cells.get(reply.code) or learned.add_cell(reply.code, reply.counted)
        entry = None if cookie is None else self._cookie_of(cookie)
        return reply, cell, end + 4 - QUESTION, entry, except_labels

    def _forget_names(self) -> None:
        self._exact: dict[bytes, _LearnedName] = {}
        """Learned names, by QNAME (folded)."""
        self._below: dict[bytes, _LearnedName] = {}
        """Learned names, by ancestor (folded), for all names below the ancestor."""
        self._by_class: dict[AnswerClass, _Replies] = {}
        self._form_count = 0
