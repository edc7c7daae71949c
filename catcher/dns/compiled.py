"""Compiled answers: replies that were made once and fit every query of their kind, or every repetition of one query.

::

    message without its ID ─▶ exact: seen before? ──────────────────────────▶ the same reply
                         └──▶ kinds: one like it seen before? ──────────────▶ that one's head and records, own question
                                                        └──▶ Authority ─────▶ a reply, kept for its kind

Nothing is decided here: each reply was ``Authority``'s to the same octets, or to a query of the same kind. Memory is
bounded: of exact repetitions two generations are kept, of which the older one is dropped when the younger is full.
What can't be kept (cookies' replies differ from client to client) is asked anew each time or kept by client.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from struct import Struct

from catcher.dns.authority import Authority, Reply
from catcher.dns.kinds import QUESTION, Kind, Kinds, plain
from catcher.dns.tally import Cell, cell
from catcher.dns.wire import Rcode

Entry = tuple[bytes, Cell, bytes, bytes]
"""A reply without its ID: where its parts are (``PARTS``), what it is counted as, the octets, and the cookie behind."""

PARTS = Struct("QQQQQQQQ")
"""Address and length of what comes before the question, of it, of what comes behind, of a cookie: ``struct iovec``."""

_FROM_QUERY = Struct("16sQQ16s16s")
_PART = Struct("QQ")
_NOTHING = _PART.pack(0, 0)

_MOST_EXACT = 32_768
_MOST_KINDS = 32_768
_MOST_OF_CLIENTS = 16_384
_MOST_SEEN = 65_536
"""Queries of a known kind that are remembered (as a hash): what comes for the second time is kept exactly."""
_OF_CLIENTS_SECONDS = 60
"""How long a reply with a cookie is kept; the cookie's time is as much behind."""

_COOKIE_OCTETS = 24
"""Of client and server cookie (RFC 9018); the last thing in a reply over UDP."""
_DOCUMENTED = "192.0.2.0"
"""A client to learn from, nobody's address (RFC 5737)."""

_Parts = tuple[bytes, bytes, bytes]
"""What comes before the question and behind it, and the octets of both."""
_Shared = tuple[_Parts, int, bool]
"""The parts, the code, and whether the domain is counted."""
_Place = tuple[_Parts, Cell, int, bytes | None, frozenset[bytes]]
"""The parts, what the reply is counted as, where the QNAME ends, the cookie, and first labels that differ."""


class Answers:
    """The compiled answers of one Authority, for one thread."""

    def __init__(
        self,
        authority: Authority,
        answer: Callable[[bytes, str], Reply | None],
        address_of: Callable[[bytes], int],
        client_of: Callable[[int], bytes],
    ) -> None:
        """``answer`` is the truth: a whole message from a client's address → the reply; None is silence.

        ``address_of``: where the octets of an object are as long as it lives. ``client_of``: the IP address of the
        client in a slot, 4 or 16 octets.
        """
        self._authority = authority
        self._answer = answer
        self._address_of = address_of
        self._client_of = client_of
        self._siblings: dict[bytes, _Place] = {}
        """By message without its ID and its first label."""
        self._places: dict[bytes, _Place] = {}
        """By message without its ID, where a cookie keeps the reply from being kept exactly."""
        self._seen: set[int] = set()
        self._cookies: dict[tuple[bytes, bytes], tuple[bytes, bytes]] = {}
        self.exact: dict[bytes, Entry] = {}
        """By message without ID; to be looked up by whoever is in a hurry."""
        self._older: dict[bytes, Entry] = {}
        self._shared: dict[Kind, _Shared | None] = {}
        self._of_clients: dict[tuple[str, bytes], Entry] = {}
        self._since = self._until = self._clients_until = datetime.min.replace(tzinfo=UTC)
        self._kinds: Kinds | None = None

    def at(self, now: datetime) -> None:
        """Forgets what may not hold any more at ``now``: policies end on dates, guards after a day."""
        if not self._since <= now < self._until:
            self._since = now
            self._until = _next_change(self._authority, now)
            self._clients_until = now + timedelta(seconds=_OF_CLIENTS_SECONDS)
            self._kinds = Kinds(self._authority, now)
            self.exact, self._older, self._shared, self._of_clients, self._cookies = {}, {}, {}, {}, {}
            self._siblings, self._places = {}, {}
        elif now >= self._clients_until:
            self._clients_until = now + timedelta(seconds=_OF_CLIENTS_SECONDS)
            self._of_clients, self._cookies = {}, {}
        self._now = now

    def find(self, message: bytes, question_address: int, slot: int) -> Entry | None:
        """The reply to ``message`` (without its ID), whose question stands at ``question_address``.

        None where it has to be asked for: see ``ask``.
        """
        entry = self._older.get(message)
        if entry is not None:
            self._keep(message, entry)
            return entry
        place = self._places.get(message)
        if place is None:
            try:
                after_label = QUESTION + 1 + message[QUESTION]
            except IndexError:
                return None
            siblings = message[: QUESTION + 1] + message[after_label:]
            place = self._siblings.get(siblings)
            if place is None or message[QUESTION + 1 : after_label].lower() in place[4]:
                place = self._place(message, siblings)
                if place is None:
                    return None
            digest = hash(message)
            seen = digest in self._seen
            if not seen:
                if len(self._seen) >= _MOST_SEEN:
                    self._seen = set()
                self._seen.add(digest)
        else:
            seen = False
        (before, behind, octets), what, end, cookie, _ = place
        if cookie is not None:
            client = self._client_of(slot)
            where, said = self._cookies.get((client, cookie)) or self._cookie(client, cookie)
            if seen:
                if len(self._places) >= _MOST_KINDS:
                    self._places = {}
                self._places[message] = place
            return _FROM_QUERY.pack(before, question_address, end + 4 - QUESTION, behind, where), what, octets, said
        if seen:
            whole = octets[:QUESTION] + message[QUESTION : end + 4] + octets[QUESTION:]
            return self._keep(message, (self._whole(whole), what, whole, b""))
        return _FROM_QUERY.pack(before, question_address, end + 4 - QUESTION, behind, _NOTHING), what, octets, b""

    def ask(self, message: bytes, client: str) -> Entry | None:
        """The reply to a whole ``message``, from the truth; None is silence."""
        key = client, message[2:]
        kept = self._of_clients.get(key)
        if kept is not None:
            return kept
        reply = self._answer(message, client)
        if reply is None:
            return None
        rest = reply.wire[2:]
        entry = self._whole(rest), cell(reply), rest, b""
        assert self._kinds is not None
        if reply.rcode is Rcode.SERVFAIL:
            return entry
        if self._kinds.lasting(key[1]):
            return self._keep(key[1], entry)
        if self._kinds.by_client(key[1]):
            if len(self._of_clients) >= _MOST_OF_CLIENTS:
                self._of_clients = {}
            self._of_clients[key] = entry
        return entry

    def _place(self, message: bytes, siblings: bytes) -> _Place | None:
        """What is known of the kind of ``message``, for it and for queries that differ in their first label alone."""
        assert self._kinds is not None
        found = self._kinds.of(message)
        if found is None:
            return None
        kind, end, domain, cookie, unlike = found
        try:
            shared = self._shared[kind]
        except KeyError:
            shared = self._learn(kind, message, end, cookie)
        if shared is None:
            return None
        parts, code, counted = shared
        place = parts, (domain if counted else None, code), end, cookie, unlike or frozenset()
        if unlike is not None:
            if len(self._siblings) >= _MOST_KINDS:
                self._siblings = {}
            self._siblings[siblings] = place
        return place

    def _keep(self, message: bytes, entry: Entry) -> Entry:
        if len(self.exact) >= _MOST_EXACT:
            self._older, self.exact = self.exact, {}
        self.exact[message] = entry
        return entry

    def _whole(self, octets: bytes) -> bytes:
        return _PART.pack(self._address_of(octets), len(octets)) + 3 * _NOTHING

    def _cookie(self, client: bytes, cookie: bytes) -> tuple[bytes, bytes]:
        """The answer to a client's cookie, kept for a while, and where it is."""
        made = self._authority.settings.cookies
        said = made.answer(cookie, client, int(self._now.timestamp()))[0] if made is not None else b""
        if len(self._cookies) >= _MOST_OF_CLIENTS:
            self._cookies = {}
        kept = self._cookies[client, cookie] = _PART.pack(self._address_of(said), len(said)), said
        return kept

    def _learn(self, kind: Kind, message: bytes, end: int, cookie: bytes | None) -> _Shared | None:
        """Has one query of a new kind answered, and keeps what is the same for all of them: all but a cookie."""
        shared = None
        client = "" if cookie is None else _DOCUMENTED
        reply = self._answer(b"\0\0" + message, client) if plain(message) else None
        if reply is not None and reply.rcode is not Rcode.SERVFAIL:
            question, wire = slice(QUESTION + 2, end + 6), reply.wire
            if wire[question] == message[QUESTION : end + 4]:
                octets = wire[2 : QUESTION + 2] + wire[end + 6 :]
                if cookie is not None and self._authority.settings.cookies is not None:
                    octets = octets[:-_COOKIE_OCTETS]
                address = self._address_of(octets)
                before = _PART.pack(address, QUESTION)
                behind = _PART.pack(address + QUESTION, len(octets) - QUESTION)
                domain, code = cell(reply)
                shared = (before, behind, octets), code, domain is not None
        if len(self._shared) >= _MOST_KINDS:
            self._shared = {}
        self._shared[kind] = shared
        return shared


def octets_of(entry: Entry, message: bytes) -> bytes:
    """The reply to ``message`` (whole) that ``entry`` stands for."""
    where, _, octets, cookie = entry
    length = PARTS.unpack(where)[3]
    if not length:
        return message[:2] + octets
    question = message[QUESTION + 2 : QUESTION + 2 + length]
    return b"".join((message[:2], octets[:QUESTION], question, octets[QUESTION:], cookie))


def _next_change(authority: Authority, now: datetime) -> datetime:
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return min([midnight, *authority.catalogue.turns_after(now)])
