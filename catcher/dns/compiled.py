"""Compiled answers: replies that were made once and fit every query of their kind, or every repetition of one query.

::

    message without its ID ─▶ exact: came before, twice? ─────────────────────────────────▶ the same reply
                         └──▶ repeated: the same, with a cookie? ─────────────────────────▶ with its client's own cookie
                         └──▶ siblings: came before but for the first label? ─────────────▶ with its own question
                         └──▶ places: which place is it about, in which shape? ──────────▶ the same
                         └──▶ Authority ─────▶ a reply, kept where it lasts

Nothing is decided here: each reply was ``Authority``'s to the same octets, or to a query of the same kind.

A query that comes for the first time leaves a mark in a table of fixed size and nothing else; what comes again is
kept. So names that never return cost no memory and fill no table. Memory is bounded: a full table begins anew.
What can't be kept (cookies' replies differ from client to client) is asked anew each time or kept by client.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from struct import Struct

from catcher.dns.authority import Authority, Reply
from catcher.dns.kinds import QUESTION
from catcher.dns.places import Places
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
"""Of exact repetitions, with a cookie and without, and of siblings, each."""
_MOST_OF_CLIENTS = 16_384
_OF_CLIENTS_SECONDS = 60
"""How long a reply with a cookie is kept; the cookie's time is as much behind."""
_SIGHTINGS = 131_072
"""Marks of queries that came: 16 bits of a hash, at the place that 17 others tell. A later one there takes it over."""

_LABEL = QUESTION + 1
"""Where the text of the first label begins."""

_Said = tuple[bytes, dict[bytes, tuple[bytes, bytes]]]
"""A client's cookie; by the address that it comes from, where the answer is, and the answer."""
_Known = tuple[bytes, bytes, bytes, Cell, int, _Said | None, frozenset[bytes] | None]
"""Where that is which comes before the question and behind it, the octets of both, what the reply is counted as, octets
of the question, the cookie, and first labels of this length (folded) that differ."""


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
        self.exact: dict[bytes, Entry] = {}
        """By message without ID; to be looked up by whoever is in a hurry."""
        self._repeated: dict[bytes, _Known] = {}
        """By the same, where a cookie keeps the reply from being kept as it is."""
        self._siblings: dict[bytes, _Known] = {}
        """By message without its ID and its first label, but with that one's length."""
        self._sightings = array("H", bytes(2 * _SIGHTINGS))
        self._cookies: dict[bytes, _Said] = {}
        self._of_clients: dict[tuple[str, bytes], Entry] = {}
        self._client_count = 0
        """Answers to clients' cookies that are kept."""
        self._since = self._until = self._clients_until = datetime.min.replace(tzinfo=UTC)
        self._places: Places | None = None

    def at(self, now: datetime) -> None:
        """Forgets what may not hold any more at ``now``: policies end on dates, guards after a day."""
        if not self._since <= now < self._until:
            self._since = now
            self._until = _next_change(self._authority, now)
            self._places = Places(self._authority, self._answer, self._address_of, now)
            self.exact = {}
            self._forget_clients(now)
        elif now >= self._clients_until:
            self._forget_clients(now)
        self._now = now

    def find(self, message: bytes, question: int, slot: int) -> Entry | None:
        """The reply to ``message`` (without its ID), whose question stands at the address ``question``.

        None where it has to be asked for: see ``ask``.
        """
        known = self._repeated.get(message)
        fresh = known is None
        if known is None:
            try:
                rest = _LABEL + message[QUESTION]
            except IndexError:
                return None
            siblings = message[:_LABEL] + message[rest:]
            known = self._siblings.get(siblings)
            if known is None or (known[6] and message[_LABEL:rest].lower() in known[6]):
                known = self._know(message, siblings)
                if known is None:
                    return None
        before, behind, octets, what, length, cookie, _ = known
        if fresh and self._came_before(message):
            if cookie is None:
                question_octets = message[QUESTION : QUESTION + length]
                return self._keep(message, octets[:QUESTION] + question_octets + octets[QUESTION:], what)
            if len(self._repeated) >= _MOST_EXACT:
                self._repeated.clear()
            self._repeated[message] = known
        if cookie is None:
            return _FROM_QUERY.pack(before, question, length, behind, _NOTHING), what, octets, b""
        client = self._client_of(slot)
        where, said = cookie[1].get(client) or self._say(cookie, client)
        return _FROM_QUERY.pack(before, question, length, behind, where), what, octets, said

    def ask(self, message: bytes, client: str) -> Entry | None:
        """The reply to a whole ``message``, from the truth; None is silence."""
        key = client, message[2:]
        kept = self._of_clients.get(key)
        if kept is not None:
            return kept
        reply = self._answer(message, client)
        if reply is None:
            return None
        assert self._places is not None
        octets, what = reply.wire[2:], cell(reply)
        if reply.rcode is not Rcode.SERVFAIL:
            if self._places.lasting(key[1]):
                return self._keep(key[1], octets, what)
            if self._places.by_client(key[1]):
                if len(self._of_clients) >= _MOST_OF_CLIENTS:
                    self._of_clients = {}
                self._of_clients[key] = self._whole(octets, what)
        return self._whole(octets, what)

    def _came_before(self, octets: bytes) -> bool:
        """Whether they were shown here before, as far as is known; once in 65,536 times that is an error."""
        digest = hash(octets)
        at, mark = digest & _SIGHTINGS - 1, digest >> 32 & 0xFFFF
        if self._sightings[at] == mark:
            return True
        self._sightings[at] = mark
        return False

    def _know(self, message: bytes, siblings: bytes) -> _Known | None:
        """What is known of a query by what it is about."""
        assert self._places is not None
        found = self._places.find(message)
        if found is None:
            return None
        (before, behind, octets, _, _), what, length, cookie, unlike = found
        said = None
        if cookie is not None:
            said = self._cookies.get(cookie)
            if said is None:
                said = self._cookies[cookie] = cookie, {}
                self._count_client()
        known = before, behind, octets, what, length, said, unlike
        if unlike is not None and self._came_before(siblings):
            if len(self._siblings) >= _MOST_EXACT:
                self._siblings.clear()
            self._siblings[siblings] = known
        return known

    def _keep(self, message: bytes, octets: bytes, what: Cell) -> Entry:
        if len(self.exact) >= _MOST_EXACT:
            self.exact.clear()
        entry = self.exact[message] = self._whole(octets, what)
        return entry

    def _whole(self, octets: bytes, what: Cell) -> Entry:
        return _PART.pack(self._address_of(octets), len(octets)) + 3 * _NOTHING, what, octets, b""

    def _say(self, cookie: _Said, client: bytes) -> tuple[bytes, bytes]:
        """The answer to a client's cookie, kept for a while, and where it is."""
        made = self._authority.settings.cookies
        said = made.answer(cookie[0], client, int(self._now.timestamp()))[0] if made is not None else b""
        kept = cookie[1][client] = _PART.pack(self._address_of(said), len(said)), said
        self._count_client()
        return kept

    def _count_client(self) -> None:
        self._client_count += 1
        if self._client_count >= _MOST_OF_CLIENTS:
            self._forget_clients(self._now)

    def _forget_clients(self, now: datetime) -> None:
        """Forgets clients' cookies, and all that knows one."""
        self._clients_until = now + timedelta(seconds=_OF_CLIENTS_SECONDS)
        self._of_clients, self._cookies, self._repeated, self._siblings = {}, {}, {}, {}
        self._client_count = 0


def octets_of(entry: Entry, message: bytes) -> bytes:
    """The reply to ``message`` (whole) that ``entry`` stands for."""
    where, _, octets, cookie = entry
    length = PARTS.unpack(where)[3]
    if not length:
        return message[:2] + octets
    question = message[QUESTION + 2 : QUESTION + 2 + length]
    return b"".join((message[:2], octets[:QUESTION], question, octets[QUESTION:], cookie))


def shows_its_address(entry: Entry, message: bytes) -> bool:
    """Whether ``message`` came with a good server cookie, which then comes back as it is (``Cookies.answer``): its
    client's address isn't forged (RFC 7873 §5.2.5)."""
    cookie = entry[3]
    return bool(cookie) and message.endswith(cookie)


def _next_change(authority: Authority, now: datetime) -> datetime:
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return min([midnight, *authority.catalogue.turns_after(now)])
