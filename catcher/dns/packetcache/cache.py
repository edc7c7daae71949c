"""The packet cache: one reply serves every repetition of a query and every query of the same key.

::

    message without its ID ─▶ exact: seen twice before? ────────────────────────────▶ the same reply
                         └──▶ repeated: the same, but with a cookie? ───────────────▶ with the cookie of its client
                         └──▶ siblings: seen before but for the first label? ───────▶ with its own question
                         └──▶ LearnedNames: a known name in a known form? ──────────▶ the same
                         └──▶ Authority ────────▶ a reply, kept if it can be repeated

The cache decides nothing: ``Authority`` made each reply, for the same octets or for a query of the same key.

A query seen for the first time leaves only a mark in a table of fixed size; only a repeated query makes an entry. So
names that are asked for once use no memory and evict nothing. Memory is bounded: a full table is emptied.
Replies with a cookie differ from client to client: the server's cookie is kept for each client, for a minute.

If the cache is switched off (``[dns] packet_cache = false``), it asks ``Authority`` each time and keeps nothing. So an
operator can find out whether a wrong reply comes from the cache or from ``Authority``.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from operator import itemgetter
from struct import Struct

from catcher.dns.answering.answer import AnswerKind
from catcher.dns.answering.authority import Authority
from catcher.dns.answering.reply import AuthorityReply
from catcher.dns.counting.counters import reply_code
from catcher.dns.counting.tally import CODE_OCTETS, DemandCell, cell, code_of, kind_of
from catcher.dns.packetcache.canonical import PERSONAL, QUESTION, Canonical, canonical
from catcher.dns.packetcache.known import EXCEPT_LABELS, KnownReply, ServerCookie
from catcher.dns.packetcache.learned import LearnedNames
from catcher.dns.wire import Rcode, question_end

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

_FROM_QUERY = Struct("16sQQ16s16s")
_IOVEC = Struct("QQ")
_NO_OCTETS = _IOVEC.pack(0, 0)

_COOKIE_SECONDS = 60
"""Seconds for which a reply with a cookie is kept: the time in the cookie is then at most a minute old."""
_FILTER_SLOTS = 131_072
"""Slots of the filter of queries seen before: 17 bits of a hash choose the slot, 16 more bits are its value; a later
query overwrites its slot."""

_LONGEST_KEPT = 400
"""Octets: a longer message is never a key, so that memory is bounded in octets. The longest query with a name, an OPT
and a cookie has 340."""
_NEVER_KEPT = frozenset((Rcode.SERVFAIL, Rcode.FORMERR, Rcode.NOTAUTH, Rcode.NOTIMP))

_LABEL = QUESTION + 1
"""Offset of the first label's text."""


class PacketCache:
    """The cached replies of one Authority, for one thread."""

    def __init__(
        self,
        authority: Authority,
        answer: Callable[[bytes, str], AuthorityReply | None],
        address_of: Callable[[bytes], int],
        capacity: int = 32_768,
    ) -> None:
        """``answer`` makes replies: a whole message and its client's address → the reply; None: no reply is sent.

        ``address_of``: the memory address of an object's octets, valid while it lives. ``capacity``: most entries of
        each table; half of it for clients.
        """
        self._authority = authority
        self._answer = answer
        self._address_of = address_of
        self._client_of: Callable[[int], bytes] = _no_client
        self._capacity = capacity
        self.exact: dict[bytes, CacheEntry] = {}
        """By message without ID; public because a batch looks all its messages up at once."""
        self._repeated: dict[bytes, KnownReply] = {}
        """By message without ID: replies with a cookie, which can't be ``exact``."""
        self._siblings: dict[bytes, KnownReply] = {}
        """By message without its ID and without the text of its first label; the key keeps the label's length."""
        self._filter = array("H", bytes(2 * _FILTER_SLOTS))
        self._cookies: dict[tuple[bytes, bytes], ServerCookie] = {}
        """Server's cookies, by client's cookie and client."""
        self._of_clients: dict[tuple[str, bytes], CacheEntry] = {}
        """By client and message without ID: replies that are sent again only to the same client."""
        self._since = self._until = self._clients_until = datetime.min.replace(tzinfo=UTC)
        self._is_on = authority.settings.packet_cache
        self._names: LearnedNames | None = None
        """None while the cache is switched off."""

    def at(self, now: datetime, client_of: Callable[[int], bytes]) -> None:
        """Begins a batch of messages. Evicts the entries that may be wrong at ``now``: a policy ends on a date, a run
        of the guard after a day.

        ``client_of``: the IP address of the client in a slot of this batch, 4 or 16 octets.
        """
        self._client_of = client_of
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
                    now,
                    self._capacity,
                )
            self.exact = {}
            self._evict_clients(now)
        elif now >= self._clients_until:
            self._evict_clients(now)
        self._now = now

    def find(self, message: bytes, question: int, slot: int) -> CacheEntry | None:
        """The reply to ``message`` (without its ID), whose question stands at the memory address ``question``.

        None: the caller has to call ``ask``.
        """
        known = self._repeated.get(message)
        is_new = known is None
        if known is None:
            try:
                rest = _LABEL + message[QUESTION]
            except IndexError:
                return None
            sibling = message[:_LABEL] + message[rest:]
            known = self._siblings.get(sibling)
            if known is None or ((labels := known[EXCEPT_LABELS]) and message[_LABEL:rest].lower() in labels):
                known = self._find_by_name(message, sibling, slot)
                if known is None:
                    return None
        reply, cell, length, cookie, _ = known
        octets = reply.octets
        if is_new and not reply.personal and len(message) <= _LONGEST_KEPT and self._seen_before(message):
            if cookie is None:
                question_octets = message[QUESTION : QUESTION + length]
                return self._keep(message, octets[:QUESTION] + question_octets + octets[QUESTION:], cell, reply.code)
            if len(self._repeated) >= self._capacity:
                self._repeated.clear()
            self._repeated[message] = known
        if cookie is None:
            iovecs = _FROM_QUERY.pack(reply.before, question, length, reply.behind, _NO_OCTETS)
            return iovecs, cell, octets, b"", False, reply.counted_as
        iovec, made, proven = self._cookie_of(cookie, slot)
        iovecs = _FROM_QUERY.pack(reply.before, question, length, reply.behind, iovec)
        return iovecs, cell, octets, made, proven, reply.counted_as

    def ask(self, message: bytes, client: str) -> CacheEntry | None:
        """The reply to a whole ``message``, kept for this client or newly made; None: no reply is sent."""
        key = client, message[2:]
        kept = self._of_clients.get(key)
        if kept is not None:
            return kept
        reply = self._answer(message, client)
        if reply is None:
            return None
        octets, tallied_as, code = reply.wire[2:], cell(reply), code_of(reply)
        if (
            self._is_on
            and reply.rcode not in _NEVER_KEPT
            and not reply.client_decides
            and len(message) <= _LONGEST_KEPT
        ):
            made = self._canonical(key[1])
            if made is not None and not made[0][1] & PERSONAL:
                if made[1] is None:
                    return self._keep(key[1], octets, tallied_as, code)
                if len(self._of_clients) >= self._capacity // 2:
                    self._of_clients = {}
                self._of_clients[key] = self._whole(octets, tallied_as, code, reply.proven)
        return self._whole(octets, tallied_as, code, reply.proven)

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
            "repeated": len(self._repeated),
            "siblings": len(self._siblings),
            "cookies": len(self._cookies),
            "replies to clients": len(self._of_clients),
        }

    def _seen_before(self, octets: bytes) -> bool:
        """Whether the filter has seen ``octets``; by chance this is wrongly true for one new query in 65,536."""
        digest = hash(octets)
        slot, value = digest & _FILTER_SLOTS - 1, digest >> 32 & 0xFFFF
        if self._filter[slot] == value:
            return True
        self._filter[slot] = value
        return False

    def _find_by_name(self, message: bytes, sibling: bytes, slot: int) -> KnownReply | None:
        if self._names is None:
            return None
        known = self._names.find(message, slot)
        if (
            known is not None
            and known[EXCEPT_LABELS] is not None
            and not known[0].personal
            and len(message) <= _LONGEST_KEPT
            and self._seen_before(sibling)
        ):
            if len(self._siblings) >= self._capacity:
                self._siblings.clear()
            self._siblings[sibling] = known
        return known

    def _keep(self, message: bytes, octets: bytes, cell: DemandCell, code: int) -> CacheEntry:
        if len(self.exact) >= self._capacity:
            self.exact.clear()
        entry = self.exact[message] = self._whole(octets, cell, code)
        return entry

    def _whole(self, octets: bytes, cell: DemandCell, code: int, proven: bool = False) -> CacheEntry:
        iovecs = _IOVEC.pack(self._address_of(octets), len(octets)) + 3 * _NO_OCTETS
        return iovecs, cell, octets, b"", proven, reply_code(code, octets[0])

    def _canonical(self, message: bytes) -> Canonical | None:
        end = question_end(message, QUESTION) - 4
        return canonical(message, end, (), b"\0\0") if end > 0 else None

    def _is_stranger(self, slot: int) -> bool:
        return not self._authority.secondaries.may_be_secondary(self._client_of(slot))

    def _cookie_of(self, cookie: bytes, slot: int) -> ServerCookie:
        """The server's cookie for a client's cookie, kept or made."""
        client = self._client_of(slot)
        return self._cookies.get((cookie, client)) or self._make_cookie(cookie, client)

    def _make_cookie(self, cookie: bytes, client: bytes) -> ServerCookie:
        if len(self._cookies) >= self._capacity // 2:
            self._evict_clients(self._now)
        cookies = self._authority.settings.cookies
        octets, proven = (b"", False) if cookies is None else cookies.answer(cookie, client, int(self._now.timestamp()))
        made = self._cookies[cookie, client] = _IOVEC.pack(self._address_of(octets), len(octets)), octets, proven
        return made

    def _evict_clients(self, now: datetime) -> None:
        """Evicts clients' cookies, and every table whose keys may hold one."""
        self._clients_until = now + timedelta(seconds=_COOKIE_SECONDS)
        self._of_clients, self._cookies, self._repeated, self._siblings = {}, {}, {}, {}


def octets_of(entry: CacheEntry, message: bytes) -> bytes:
    """The reply to a whole ``message``, put together from ``entry``."""
    iovecs, _, octets, cookie, _, _ = entry
    length = IOVECS.unpack(iovecs)[3]
    if not length:
        return message[:2] + octets
    question = message[QUESTION + 2 : QUESTION + 2 + length]
    return b"".join((message[:2], octets[:QUESTION], question, octets[QUESTION:], cookie))


def _no_client(slot: int) -> bytes:
    raise LookupError(f"no batch was begun; slot {slot} has no client")


def _next_change(authority: Authority, now: datetime) -> datetime:
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return min([midnight, *authority.catalogue.turns_after(now)])
