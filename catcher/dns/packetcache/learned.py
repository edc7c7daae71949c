"""Learned names: the replies to the names seen so far; one reply answers every query of its key.

::

    head │ QNAME, folded │ question tail, cookie
             │                   │
       exact: the whole QNAME    │
       below: an ancestor of it, for all names below
             └─▶ LearnedName: domain, and replies by form (length of the QNAME, head, question tail) ─▶ CachedReply
       no reply in this form ─▶ the form of the canonical message: a reply?
       no ─▶ Classifier ─▶ QueryKey ─▶ Authority, once for all queries of that key

Names with the same answer class share one table of replies. All catalogued names of one length share a table, because
one template serves them; so there are some hundred tables, and one ``LearnedName`` for each name that exists. A name
that doesn't exist adds no ``LearnedName``, unless its label is one of the except labels.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from struct import Struct

from catcher.dns.answering.authority import Authority
from catcher.dns.answering.options import packed
from catcher.dns.answering.reply import AuthorityReply
from catcher.dns.counting.counters import reply_code
from catcher.dns.counting.tally import NAMED, DemandCell, cell_of, code_of
from catcher.dns.packetcache import canonical as form_of
from catcher.dns.packetcache.canonical import HEADS, PERSONAL, PROVEN, QUESTION, WITH_COOKIE, canonical, with_flags
from catcher.dns.packetcache.classify import MAX_NAME_END, AnswerClass, Classifier, QueryKey
from catcher.dns.packetcache.known import CachedReply, KnownReply, ServerCookie
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
_CLIENT_COOKIE = bytes(8)
"""The client's cookie when the first query of a key is answered for all others."""
_DOCUMENTED = "192.0.2.0"
"""The client's address then: no client has it (RFC 5737)."""
_IOVEC = Struct("QQ")
"""Address and length: ``struct iovec``."""
_PRIVATE_TYPES = 0xFFFE
"""The highest RR type of private use (RFC 6895 §3.1)."""
_LENGTHS = [bytes((max(0, end - QUESTION),)) for end in range(MAX_NAME_END + 1)]
"""The length of a QNAME as an octet, by ``name_end``."""


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
        """The tally's cells, by code of the reply; by its complement if the reply isn't counted for the domain."""

    def add_cell(self, code: int, counted: bool) -> DemandCell:
        """Adds the cell for replies of this code. Later replies use the same object, which keeps its hash."""
        cell = self.cells[code if counted else ~code] = cell_of(self.domain if counted else None, code)
        return cell


class LearnedNames:
    """The names learned for one Authority, until the next moment at which a policy may change."""

    def __init__(
        self,
        authority: Authority,
        answer: Callable[[bytes, str], AuthorityReply | None],
        address_of: Callable[[bytes], int],
        cookie_of: Callable[[bytes, int], ServerCookie],
        is_stranger: Callable[[int], bool],
        seen_before: Callable[[bytes], bool],
        now: datetime,
        capacity: int = 32_768,
    ) -> None:
        """``answer`` and ``address_of`` as in ``PacketCache``.

        ``cookie_of``: the server's cookie for a client's cookie and the client in a slot. ``is_stranger``: whether the
        client in a slot is none of our secondaries. ``seen_before``: the cache's filter. ``capacity``: most entries of
        each table.
        """
        cookies = authority.settings.cookies
        self._new_cookie = (
            None if cookies is None else cookies.answer(_CLIENT_COOKIE, packed(_DOCUMENTED), int(now.timestamp()))[0]
        )
        """A cookie that is good for the documented client; None: cookies are off."""
        self._demand = authority.settings.demand_cookies
        self._now = now
        self._types = frozenset(qtype.to_bytes(2, "big") for qtype in (*authority.types, *NAMED))
        self._other_type = next(
            qtype for number in range(_PRIVATE_TYPES, 0, -1) if (qtype := number.to_bytes(2, "big")) not in self._types
        )
        self._is_stranger = is_stranger
        self._seen_before = seen_before
        self._answer = answer
        self._address_of = address_of
        self._cookie_of = cookie_of
        self._capacity = capacity
        self._classifier = Classifier(authority, now, capacity)
        self._by_key: dict[tuple[object, ...], CachedReply | None] = {}
        self._longest_below = 0
        """Octets of the longest ancestor in ``_below``: a name of a hundred labels is looked up for its last few."""
        self._forget_names()

    def find(self, message: bytes, slot: int) -> KnownReply | None:
        """The reply to ``message`` (without its ID) of the client in ``slot``; None if it can't be classified."""
        end = message.find(0, QUESTION) + 1
        name = message[QUESTION:end].lower()
        learned = self._exact.get(name)
        covers = None
        if learned is None:
            learned, covers = self._above(name)
        form = None
        head = HEADS.get(message[:QUESTION])
        if learned is not None and end <= MAX_NAME_END and head is not None:
            form = head + message[end : end + _TAIL_OCTETS] + _LENGTHS[end]
            reply, tail_octets = learned.replies.get(form, _NO_REPLY)
            if reply is not None and tail_octets == len(message) - end:
                cookie = message[end + _TAIL_OCTETS :] if tail_octets > _TAIL_OCTETS else None
                return self._known(learned, reply, message, end, cookie, covers)
        return self._find_canonical(message, slot, end, learned, covers, form)

    def _find_canonical(
        self, message: bytes, slot: int, end: int, learned: _LearnedName | None, covers: int | None, form: _Form | None
    ) -> KnownReply | None:
        """The reply to the canonical form of ``message``. ``form``: the form in which it came, if that may be
        remembered."""
        made = canonical(message, end, self._types, self._other_type) if 0 < end <= MAX_NAME_END else None
        if made is None:
            return None
        short, cookie = made
        flags = short[1]
        if flags & PERSONAL and not self._is_stranger(slot):
            return None
        if cookie is not None:
            if self._new_cookie is None:
                cookie, short = None, with_flags(short, flags & PERSONAL)
            elif self._demand:
                proven = self._cookie_of(cookie, slot)[2]
                short = with_flags(short, flags | PERSONAL | (PROVEN if proven else 0))
        if learned is None:
            return self._learn(short, end, cookie)
        reply, _ = learned.replies.get(short[:QUESTION] + short[end:] + _LENGTHS[end], _NO_REPLY)
        if reply is None:
            return self._learn(short, end, cookie)
        if form is not None and not reply.personal:
            self._remember_form(learned, form, message, end, cookie, reply)
        return self._known(learned, reply, message, end, cookie, covers)

    def _remember_form(
        self, learned: _LearnedName, form: _Form, message: bytes, end: int, cookie: bytes | None, reply: CachedReply
    ) -> None:
        """Adds the form in which a message came for the second time: resolvers send few of them."""
        octets = len(message) - end
        if cookie is None:
            whole = octets <= _TAIL_OCTETS
        else:
            option = message[end + form_of.BEFORE_OPTION : end + _TAIL_OCTETS]
            whole = octets == _TAIL_OCTETS + len(cookie) and option == _COOKIE + len(cookie).to_bytes(2, "big")
        if whole and self._form_count < self._capacity and self._seen_before(form):
            self._form_count += 1
            learned.replies[form] = reply, octets

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

    def _above(self, name: bytes) -> tuple[_LearnedName | None, int | None]:
        """The nearest ancestor of ``name`` (folded) that was learned for names below it, and its offset."""
        below, at, octets, longest = self._below.get, 0, len(name), self._longest_below
        while at < octets and (length := name[at]) <= _MAX_LABEL:
            label, at = at + 1, at + 1 + length
            if octets - at <= longest:
                learned = below(name[at:])
                if learned is not None:
                    excepted = length in learned.lengths and name[label:at] in learned.except_labels
                    return (None, None) if excepted else (learned, at)
        return None, None

    def _learn(self, message: bytes, end: int, cookie: bytes | None) -> KnownReply | None:
        """Classifies a canonical form; the first of its key is answered by ``Authority``."""
        key = self._classifier.classify(message)
        if key is None or key.name_end != end:
            return None
        whole_key = message[:QUESTION], key.question_tail, end, *key.answer_class
        if whole_key in self._by_key:
            reply = self._by_key[whole_key]
        else:
            if len(self._by_key) >= self._capacity:
                self._by_key.clear()
            reply = self._by_key[whole_key] = self._ask(message, key)
        if reply is None:
            return None
        return self._known(self._remember(key, message, reply), reply, message, end, cookie, key.covers_below)

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
            if covers is not None:
                self._longest_below = max(self._longest_below, len(owner))
        self._form_count += 1
        learned.replies[message[:QUESTION] + key.question_tail + _LENGTHS[end]] = reply, len(key.question_tail)
        return learned

    def _ask(self, message: bytes, key: QueryKey) -> CachedReply | None:
        """The part that all replies of a key share: everything but ID, question and cookie."""
        end, flags = key.name_end, message[1]
        client, whole = "", message
        if flags & WITH_COOKIE and self._new_cookie is not None:
            client = _DOCUMENTED
            whole = form_of.with_cookie(message, end, self._new_cookie if flags & PROVEN else _CLIENT_COOKIE)
        reply = self._answer(b"\0\0" + whole[:1] + b"\0" + whole[2:], client)
        if reply is None or reply.rcode is Rcode.SERVFAIL:
            return None
        wire = reply.wire
        if wire[QUESTION + 2 : end + 6] != message[QUESTION : end + 4]:
            return None
        octets = wire[2 : QUESTION + 2] + wire[end + 6 :]
        if client:
            octets = octets[:-_COOKIE_OCTETS]
        address = self._address_of(octets)
        before, behind = _IOVEC.pack(address, QUESTION), _IOVEC.pack(address + QUESTION, len(octets) - QUESTION)
        personal = bool(flags & PERSONAL)
        code = code_of(reply)
        counted_as = reply_code(code, octets[0])
        return CachedReply(before, behind, octets, code, counted_as, reply.domain is not None, personal)

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
        code = reply.code if reply.counted else ~reply.code
        cell = learned.cells.get(code) or learned.add_cell(reply.code, reply.counted)
        return reply, cell, end + 4 - QUESTION, cookie, except_labels

    def _forget_names(self) -> None:
        self._exact: dict[bytes, _LearnedName] = {}
        """Learned names, by QNAME (folded)."""
        self._below: dict[bytes, _LearnedName] = {}
        """Learned names, by ancestor (folded), for all names below the ancestor."""
        self._by_class: dict[AnswerClass, _Replies] = {}
        self._form_count = 0
        self._longest_below = 0
