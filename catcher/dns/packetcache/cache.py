"""The packet cache: one reply serves every repetition of a query and every query of the same key.

::

    message without its ID ─▶ exact: seen twice before? ────────────────────────────▶ the same reply
                         └──▶ replies to clients: the same, from the same client? ──▶ with the cookie of its client
                         └──▶ siblings: seen before but for the first label? ───────▶ with its own question
                         └──▶ LearnedNames: a known name in a known form? ──────────▶ the same
                         └──▶ Authority ────────▶ a reply, kept if it can be repeated

The cache decides nothing: ``Authority`` made each reply, for the same octets or for a query of the same key.

A query seen for the first time leaves only a mark in a table of fixed size; only a repeated query makes an entry. So
names that are asked for once use no memory and evict nothing. Memory is bounded in entries and in octets
(``CACHE_OCTETS``): a full table evicts its oldest entries.
Replies with a cookie differ from client to client: the server's cookie is kept for each client, for a minute.

If the cache is switched off (``[dns] packet_cache = false``), it asks ``Authority`` each time and keeps nothing. So an
operator can find out whether a wrong reply comes from the cache or from ``Authority``.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from struct import Struct

from catcher.dns.answering.answer import AnswerKind
from catcher.dns.answering.authority import Authority
from catcher.dns.answering.options import packed
from catcher.dns.answering.reply import AuthorityReply
from catcher.dns.counting.tally import CODE_OCTETS, DemandCell, cell_of, code_of, kind_of
from catcher.dns.packetcache.boundedtable import BoundedTable
from catcher.dns.packetcache.canonical import PERSONAL, QUESTION, untyped
from catcher.dns.packetcache.entry import CacheEntry, entry_cell, entry_octets, of_client_octets, whole_entry
from catcher.dns.packetcache.known import EXCEPT_LABELS, KnownReply, ServerCookie, cookie_octets, known_octets
from catcher.dns.packetcache.learned import LearnedNames
from catcher.dns.wire import Rcode, question_end

_FROM_QUERY, _WITH_COOKIE = Struct("16sQQ32s"), Struct("16sQQ16s16s")
_IOVEC = Struct("QQ")
_NO_OCTETS = _IOVEC.pack(0, 0)

_COOKIE_SECONDS = 60
"""Seconds for which a reply with a cookie is kept: the time in the cookie is then at most a minute old."""
_FILTER_SLOTS = 131_072
"""Slots of the filter of queries seen before: 17 bits of a hash choose the slot, 16 more bits are its value; a later
query overwrites its slot."""
_PLACES, _MARK_SHIFT = _FILTER_SLOTS - 1, 48
"""The bits of the slot, and the place of the value: the highest 16 of 64 bits, with the sign."""

CACHE_OCTETS = 64 << 20
"""Most octets of memory of one worker's packet cache, without the filter."""
_SHARES = {"exact": 6, "siblings": 2, "cookies": 2, "of clients": 3, "names": 3}
"""The share of each table in ``CACHE_OCTETS``, in sixteenths."""

_LONGEST_KEPT = 400
"""Octets: a longer message is never a key, so that memory is bounded in octets. The longest query with a name, an OPT
and a cookie has 340."""
_NEVER_KEPT = frozenset((Rcode.SERVFAIL, Rcode.FORMERR, Rcode.NOTAUTH, Rcode.NOTIMP))

_LABEL = QUESTION + 1
"""Offset of the first label's text."""
_WITHOUT_LABEL = slice(_LABEL)
_BEHIND_LABEL = [slice(_LABEL + octets, None) for octets in range(256)]
"""By octets of the first label. A slice made for each message takes longer than the copy."""


class PacketCache:
    """The cached replies of one Authority, for one thread."""

    def __init__(
        self,
        authority: Authority,
        answer: Callable[[bytes, str], AuthorityReply | None],
        address_of: Callable[[bytes], int],
        capacity: int = 32_768,
        octets: int = CACHE_OCTETS,
    ) -> None:
        """``answer`` makes replies: a whole message and its client's address → the reply; None: no reply is sent.

        ``address_of``: the memory address of an object's octets, valid while it lives. ``capacity``: most entries of
        each table; half of it for cookies. ``octets``: most octets of memory of all tables together.
        """
        self._authority = authority
        self._answer = answer
        self._address_of = address_of
        self._capacity = capacity
        limits = {table: octets * share // 16 for table, share in _SHARES.items()}
        self._exact = BoundedTable[bytes, CacheEntry](capacity, limits["exact"], entry_octets)
        self.exact = self._exact.entries
        """By message without ID; public because a batch looks all its messages up at once."""
        self._siblings = BoundedTable[bytes, KnownReply](capacity, limits["siblings"], known_octets)
        """By message without its ID and without the text of its first label; the key keeps the label's length."""
        self._marks = array("h", bytes(2 * _FILTER_SLOTS))
        """The filter of queries seen before."""
        self._cookies = BoundedTable[tuple[bytes, bytes], ServerCookie](capacity // 2, limits["cookies"], cookie_octets)
        """Server's cookies, by client's cookie and client."""
        self._of_clients = BoundedTable[bytes, tuple[bytes, CacheEntry]](
            capacity, limits["of clients"], of_client_octets
        )
        """By message without ID: a client, and the reply with a cookie, which is sent again only to the same client."""
        self._since = self._until = self._clients_until = datetime.min.replace(tzinfo=UTC)
        self._is_on = authority.settings.packet_cache
        self._names_limit = limits["names"]
        self._names: LearnedNames | None = None
        """None while the cache is switched off."""

    def at(self, now: datetime) -> None:
        """Begins a batch of messages. Evicts the entries that may be wrong at ``now``: a policy ends on a date, a run
        of the guard after a day."""
        if not self._since <= now < self._until:
            self._since = now
            self._until = _next_change(self._authority, now)
            if self._is_on:
                self._names = LearnedNames(
                    self._authority,
                    self._answer,
                    self._address_of,
                    self._cookie_of,
                    self._is_stranger,
                    self._seen_before,
                    self._siblings.clear,
                    now,
                    self._capacity,
                    self._names_limit,
                )
            self._exact.clear()
            self._evict_clients(now)
        elif now >= self._clients_until:
            self._evict_clients(now)
        self._now = now

    def find(self, message: bytes, question: int, client: bytes) -> CacheEntry | None:
        """The reply to one ``message``: see ``fill``."""
        entries: list[CacheEntry | None] = [None]
        self.fill([message], entries, [question], [client])
        return entries[0]

    def fill(
        self,
        messages: Sequence[bytes],
        entries: list[CacheEntry | None],
        questions: Sequence[int],
        clients: Sequence[bytes],
    ) -> None:
        """Fills in the missing ``entries``: the replies to ``messages`` (without their IDs), whose questions stand at
        the memory addresses ``questions``, of ``clients`` (IP addresses, 4 or 16 octets).

        For an entry that stays None the caller has to call ``ask``.
        """
        marks, of_clients, siblings = self._marks, self._of_clients.entries, self._siblings.entries
        pack, pack_with_cookie = _FROM_QUERY.pack, _WITH_COOKIE.pack
        for at, message in enumerate(messages):
            if entries[at] is not None:
                continue
            kept = of_clients.get(message)
            if kept is not None and kept[0] == clients[at]:
                entries[at] = kept[1]
                continue
            digest = hash(message)
            place, mark = digest & _PLACES, digest >> _MARK_SHIFT
            again = marks[place] == mark
            marks[place] = mark
            try:
                octets = message[QUESTION]
            except IndexError:
                continue
            sibling = message[_WITHOUT_LABEL] + message[_BEHIND_LABEL[octets]]
            known = siblings.get(sibling)
            if known is None or (
                known[EXCEPT_LABELS] and message[_LABEL : _LABEL + octets].lower() in known[EXCEPT_LABELS]
            ):
                known = self._find_by_name(message, sibling, clients[at])
                if known is None:
                    continue
            reply, cell, length, cookie, _ = known
            if again and not reply.personal and len(message) <= _LONGEST_KEPT:
                entries[at] = self._put_together(message, known, clients[at])
            elif cookie is None:
                iovecs = pack(reply.before, questions[at], length, reply.last)
                entries[at] = iovecs, cell, reply.octets, b"", False, reply.counted_as
            else:
                iovec, made, proven = self._cookie_of(cookie, clients[at])
                iovecs = pack_with_cookie(reply.before, questions[at], length, reply.behind, iovec)
                entries[at] = iovecs, cell, reply.octets, made, proven, reply.counted_as

    def ask(self, message: bytes, client: str) -> CacheEntry | None:
        """The reply to a whole ``message``, newly made; None: no reply is sent."""
        reply = self._answer(message, client)
        if reply is None:
            return None
        octets, code = reply.wire[2:], code_of(reply)
        tallied_as = cell_of(reply.domain, code)
        entry = self._whole(octets, tallied_as, code, reply.proven)
        if (
            self._is_on
            and reply.rcode not in _NEVER_KEPT
            and not reply.client_decides
            and len(message) <= _LONGEST_KEPT
        ):
            made = untyped(message[2:])
            if made is not None and not made[0][1] & PERSONAL:
                if made[1] is None:
                    self._exact.put(message[2:], entry)
                else:
                    self._of_clients.put(message[2:], (packed(client), entry))
        return entry

    def zone_of(self, entry: CacheEntry, message: bytes) -> bytes:
        """The zone or catalogued name that the reply to ``message`` (without its ID) is about, for the rate limit; no
        octets for an error."""
        cell = entry_cell(entry)
        if kind_of(cell) == AnswerKind.ERROR:
            return b""
        if len(cell) > CODE_OCTETS:
            return cell[CODE_OCTETS:]
        end = question_end(message, QUESTION) - 4
        return self._authority.apex_above(message[QUESTION:end]) if end > 0 else b""

    def counts(self) -> dict[str, int]:
        """Entries of each table."""
        return {
            **({} if self._names is None else self._names.counts()),
            "exact": len(self.exact),
            "siblings": len(self._siblings.entries),
            "cookies": len(self._cookies.entries),
            "replies to clients": len(self._of_clients.entries),
        }

    def octets(self) -> int:
        """Octets of memory of all tables, as counted: the real sizes of keys and replies, and their share of a
        table."""
        tables = self._exact, self._siblings, self._cookies, self._of_clients
        return sum(table.octets for table in tables) + (0 if self._names is None else self._names.octets)

    def _seen_before(self, octets: bytes) -> bool:
        """Whether the filter has seen ``octets``; by chance this is wrongly true for one new query in 65,536."""
        digest = hash(octets)
        place, mark = digest & _PLACES, digest >> _MARK_SHIFT
        before, self._marks[place] = self._marks[place], mark
        return before == mark

    def _find_by_name(self, message: bytes, sibling: bytes, client: bytes) -> KnownReply | None:
        if self._names is None:
            return None
        known = self._names.find(message, client)
        if (
            known is not None
            and known[EXCEPT_LABELS] is not None
            and not known[0].personal
            and len(message) <= _LONGEST_KEPT
            and self._seen_before(sibling)
        ):
            self._siblings.put(sibling, known)
        return known

    def _put_together(self, message: bytes, known: KnownReply, client: bytes) -> CacheEntry:
        """The whole reply to a message that came before, kept for the next time."""
        reply, cell, length, cookie, _ = known
        octets = reply.octets[:QUESTION] + message[QUESTION : QUESTION + length] + reply.octets[QUESTION:]
        if cookie is None:
            entry = self._whole(octets, cell, reply.code)
            self._exact.put(message, entry)
        else:
            _, made, proven = self._cookie_of(cookie, client)
            entry = self._whole(octets + made, cell, reply.code, proven)
            self._of_clients.put(message, (client, entry))
        return entry

    def _whole(self, octets: bytes, cell: DemandCell, code: int, proven: bool = False) -> CacheEntry:
        return whole_entry(octets, self._address_of(octets), cell, code, proven)

    def _is_stranger(self, client: bytes) -> bool:
        return not self._authority.secondaries.may_be_secondary(client)

    def _cookie_of(self, cookie: bytes, client: bytes) -> ServerCookie:
        """The server's cookie for a client's cookie, kept or made."""
        return self._cookies.entries.get((cookie, client)) or self._make_cookie(cookie, client)

    def _make_cookie(self, cookie: bytes, client: bytes) -> ServerCookie:
        cookies = self._authority.settings.cookies
        octets, proven = (b"", False) if cookies is None else cookies.answer(cookie, client, int(self._now.timestamp()))
        made = _IOVEC.pack(self._address_of(octets), len(octets)), octets, proven
        self._cookies.put((cookie, client), made)
        return made

    def _evict_clients(self, now: datetime) -> None:
        """Evicts clients' cookies, and every table whose keys may hold one."""
        self._clients_until = now + timedelta(seconds=_COOKIE_SECONDS)
        self._of_clients.clear()
        self._cookies.clear()
        self._siblings.clear()


def _next_change(authority: Authority, now: datetime) -> datetime:
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return min([midnight, *authority.catalogue.turns_after(now)])
