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

from catcher.dns.answering.authority import Authority
from catcher.dns.answering.options import packed
from catcher.dns.answering.reply import AuthorityReply
from catcher.dns.counting.tally import NAMED
from catcher.dns.packetcache import canonical as form_of
from catcher.dns.packetcache.boundedtable import SLOT_OCTETS, octets_together
from catcher.dns.packetcache.canonical import HEADS, PERSONAL, PROVEN, QUESTION, WITH_COOKIE, canonical, with_flags
from catcher.dns.packetcache.classify import MAX_NAME_END, AnswerClass, Classifier, QueryKey
from catcher.dns.packetcache.known import CachedReply, KnownReply, ServerCookie
from catcher.dns.packetcache.learnedname import (
    EMPTY_TABLE,
    LENGTH_OCTET,
    NO_FORM,
    TAIL_OCTETS,
    FormReplies,
    LearnedName,
    QueryForm,
)
from catcher.dns.wire import MAX_LABEL, Rcode

_COOKIE = b"\0\x0a"
"""The cookie's option code (RFC 7873)."""
_COOKIE_OCTETS = 24
"""Octets of a client's and a server's cookie together (RFC 9018); a reply over UDP ends with them."""
_CLIENT_COOKIE = bytes(8)
"""The client's cookie when the first query of a key is answered for all others."""
_DOCUMENTED = "192.0.2.0"
"""The client's address then: no client has it (RFC 5737)."""
_PRIVATE_TYPES = 0xFFFE
"""The highest RR type of private use (RFC 6895 §3.1)."""
_NO_LABELS: frozenset[bytes] = frozenset()


class LearnedNames:
    """The names learned for one Authority, until the next moment at which a policy may change."""

    def __init__(
        self,
        authority: Authority,
        answer: Callable[[bytes, str], AuthorityReply | None],
        address_of: Callable[[bytes], int],
        cookie_of: Callable[[bytes, bytes], ServerCookie],
        is_stranger: Callable[[bytes], bool],
        seen_before: Callable[[bytes], bool],
        on_forgetting: Callable[[], None],
        now: datetime,
        capacity: int,
        limit: int,
    ) -> None:
        """``answer`` and ``address_of`` as in ``PacketCache``.

        ``cookie_of``: the server's cookie for a client's cookie and a client. ``is_stranger``: whether a client is none
        of our secondaries. ``seen_before``: the cache's filter. ``on_forgetting`` is called when everything
        is forgotten: who keeps a ``KnownReply`` has to drop it. ``capacity``: most entries of
        each table; ``limit``: most octets of memory of all tables. Beyond, everything is forgotten.
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
        self._on_forgetting = on_forgetting
        self._answer = answer
        self._address_of = address_of
        self._cookie_of = cookie_of
        self._capacity = capacity
        self._authority = authority
        self._limit = limit
        self.octets = 0
        """Octets of memory of all tables."""
        self._longest_below = 0  # octets of the longest ancestor in ``_below``: only these are looked up
        self._by_key: dict[tuple[object, ...], CachedReply | None] = {}
        self._forget()

    def find(self, message: bytes, client: bytes) -> KnownReply | None:
        """The reply to ``message`` (without its ID) of ``client`` (4 or 16 octets); None if it can't be classified."""
        if self.octets > self._limit:
            self._forget()
        end = message.find(0, QUESTION) + 1
        name = message[QUESTION:end].lower()
        learned = self._exact.get(name)
        covers = None
        if learned is None:
            learned, covers = self._above(name)
        form = None
        head = HEADS.get(message[:QUESTION])
        if learned is not None and end <= MAX_NAME_END and head is not None:
            form = head + message[end : end + TAIL_OCTETS] + LENGTH_OCTET[end]
            reply, tail_octets = learned.replies.get(form, NO_FORM)
            if reply is not None and tail_octets == len(message) - end:
                cookie = message[end + TAIL_OCTETS :] if tail_octets > TAIL_OCTETS else None
                return self._known(learned, reply, message, end, cookie, covers)
        return self._find_canonical(message, client, end, learned, covers, form)

    def _find_canonical(
        self,
        message: bytes,
        client: bytes,
        end: int,
        learned: LearnedName | None,
        covers: int | None,
        form: QueryForm | None,
    ) -> KnownReply | None:
        """The reply to the canonical form of ``message``. ``form``: the form in which it came, if that may be
        remembered."""
        made = canonical(message, end, self._types, self._other_type) if 0 < end <= MAX_NAME_END else None
        if made is None:
            return None
        short, cookie = made
        flags = short[1]
        if flags & PERSONAL and not self._is_stranger(client):
            return None
        if cookie is not None:
            if self._new_cookie is None:
                cookie, short = None, with_flags(short, flags & PERSONAL)
            elif self._demand:
                proven = self._cookie_of(cookie, client)[2]
                short = with_flags(short, flags | PERSONAL | (PROVEN if proven else 0))
        if learned is None:
            return self._learn(short, end, cookie)
        reply, _ = learned.replies.get(short[:QUESTION] + short[end:] + LENGTH_OCTET[end], NO_FORM)
        if reply is None:
            return self._learn(short, end, cookie)
        if form is not None and not reply.personal:
            self._remember_form(learned, form, message, end, cookie, reply)
        return self._known(learned, reply, message, end, cookie, covers)

    def _remember_form(
        self, learned: LearnedName, form: QueryForm, message: bytes, end: int, cookie: bytes | None, reply: CachedReply
    ) -> None:
        """Adds the form in which a message came for the second time: resolvers send few of them."""
        octets = len(message) - end
        if cookie is None:
            whole = octets <= TAIL_OCTETS
        else:
            option = message[end + form_of.BEFORE_OPTION : end + TAIL_OCTETS]
            whole = octets == TAIL_OCTETS + len(cookie) and option == _COOKIE + len(cookie).to_bytes(2, "big")
        if whole and self._form_count < self._capacity and self._seen_before(form):
            self._add_form(learned, form, reply, octets)

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

    def _above(self, name: bytes) -> tuple[LearnedName | None, int | None]:
        """The nearest ancestor of ``name`` (folded) that was learned for names below it, and its offset."""
        below, at, octets, longest = self._below.get, 0, len(name), self._longest_below
        while at < octets and (length := name[at]) <= MAX_LABEL and octets - at - length - 1 > longest:
            at += length + 1
        while at < octets and (length := name[at]) <= MAX_LABEL:
            label, at = at + 1, at + 1 + length
            if octets - at <= longest:
                learned = below(name[at:])
                if learned is not None:
                    excepted = length in learned.lengths and name[label:at] in learned.except_labels
                    return (None, None) if excepted else (learned, at)
        return None, None

    def _learn(self, message: bytes, end: int, cookie: bytes | None) -> KnownReply | None:
        """Classifies a canonical form; the first of its key is answered by ``Authority``."""
        before = self._classifier.octets
        key = self._classifier.classify(message)
        self.octets += self._classifier.octets - before
        if key is None or key.name_end != end:
            return None
        whole_key = message[:QUESTION], key.question_tail, end, *key.answer_class
        if whole_key in self._by_key:
            reply = self._by_key[whole_key]
        else:
            if len(self._by_key) >= self._capacity:
                self._forget()
            reply = self._by_key[whole_key] = self._ask(message, key)
            self.octets += octets_together(whole_key, *whole_key) + SLOT_OCTETS
            if reply is not None:
                self.octets += octets_together(reply) + reply.octets_of_memory()
        if reply is None:
            return None
        return self._known(self._remember(key, message, reply), reply, message, end, cookie, key.covers_below)

    def _remember(self, key: QueryKey, message: bytes, reply: CachedReply) -> LearnedName:
        end, name, covers = key.name_end, message[QUESTION : key.name_end].lower(), key.covers_below
        if self._form_count >= self._capacity:
            self._forget()
        table, owner = (self._exact, name) if covers is None else (self._below, name[covers:])
        learned = table.get(owner)
        if learned is None:
            if len(table) >= self._capacity:
                self._forget()
                table = self._exact if covers is None else self._below
            replies = self._by_class.get(key.answer_class)
            if replies is None:
                replies = self._by_class[key.answer_class] = {}
                self.octets += octets_together(key.answer_class, *key.answer_class) + EMPTY_TABLE + SLOT_OCTETS
            learned = table[owner] = LearnedName(key.domain, replies, key.except_labels)
            self.octets += octets_together(owner, learned, learned.lengths) + EMPTY_TABLE + SLOT_OCTETS
            if covers is not None:
                self._longest_below = max(self._longest_below, len(owner))
        form = message[:QUESTION] + key.question_tail + LENGTH_OCTET[end]
        self._add_form(learned, form, reply, len(key.question_tail))
        return learned

    def _add_form(self, learned: LearnedName, form: QueryForm, reply: CachedReply, tail_octets: int) -> None:
        self._form_count += 1
        value = learned.replies[form] = reply, tail_octets
        self.octets += octets_together(form, value) + SLOT_OCTETS

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
        return CachedReply.of(reply, octets, self._address_of(octets), personal=bool(flags & PERSONAL))

    def _known(
        self,
        learned: LearnedName,
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
        cell = learned.cells.get(code)
        if cell is None:
            cell = learned.add_cell(reply.code, reply.counted)
            self.octets += octets_together(cell) + SLOT_OCTETS
        return reply, cell, end + 4 - QUESTION, cookie, except_labels

    def _forget(self) -> None:
        """Empties every table."""
        self._on_forgetting()
        self.octets = 0
        self._by_key.clear()
        self._classifier = Classifier(self._authority, self._now, self._capacity)
        self._exact: dict[bytes, LearnedName] = {}
        """Learned names, by QNAME (folded)."""
        self._below: dict[bytes, LearnedName] = {}
        """Learned names, by ancestor (folded), for all names below the ancestor."""
        self._by_class: dict[AnswerClass, FormReplies] = {}
        self._form_count = 0
        self._longest_below = 0
