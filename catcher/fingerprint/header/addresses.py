"""Mailboxes in From, To, Cc and Return-Path, read from hostile text (RFC 5322 §3.4), in one linear pass.

Unreadable text names nobody: an address that isn't closed, two addresses in angle brackets without a comma between
them, two words side by side, two ``@``. Display names, comments and group names are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from catcher.model.domain import FULL_STOPS, DomainError, to_alabel
from catcher.model.mail.mailbox import Mailbox
from catcher.model.value import value

MAX_MAILBOXES = 4_000
"""Most members of one field's list, and mailboxes of one message, that are read. The 64 KiB of a header hold 3,200 with
20 octets each."""
_MAX_LABELS = 200
"""Most labels of the domains in a message's fields of one kind that are converted to A-labels: each takes 10
microseconds. A further domain that isn't in ASCII names nobody."""
_MAX_HOST = 253
"""Most characters of a domain that is converted; an A-label has at least as many octets."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|\[[^\]]*\]?|\\.|[()<>,;:@]|[^()<>,;:@"\\\[]+', re.DOTALL)
_ATOM = r"[^\s()<>,;:@\"\\\[\]]+"
_ONE = re.compile(rf"[^()<>,;:@\"\\\[]*<({_ATOM}@{_ATOM})>\s*\Z|\s*({_ATOM}@{_ATOM})\s*\Z")
"""The two usual forms of a single address, read in one match; every other text is read token by token."""
_LABEL = rb"[A-Za-z0-9]++(?>(?:-++[A-Za-z0-9]++)*)"
_PLAIN = re.compile(
    rb"(?:(?>(?:[^()<>,;:@\"\\\[]++|\"[^\"\\]*+\")*)(<)|[ \t\r\n]*)([^\x00-\x20()<>,;:@\"\\\[\]\x7f-\xff]++)"
    rb"@(?![^>,\s]{64})((?>(?:" + _LABEL + rb"\.)+)(?![0-9]++(?:[>,\s]|\Z))" + _LABEL + rb")(?(1)>)[ \t\r\n]*(?:,|\Z)"
)
"""The same forms with a short domain in ASCII, also as a member of a list. One match validates the
whole address."""
_BLANKS = re.compile(r"[ \t\r\n]+")
_SIDE_BY_SIDE = re.compile(r"[^\s.@](?>\s+)[^\s.@]")


def domain_or_none(text: str) -> str | None:
    """``text`` as a host's domain in A-labels, or None: a literal, one label, an all-digit last label, not LDH."""
    try:
        name = to_alabel(text)
    except DomainError:
        return None
    if "." not in name or "_" in name or (name[-1].isdigit() and name.rpartition(".")[2].isdigit()):
        return None
    return name


@value
class AddressList:
    """The mailboxes that a field names."""

    mailboxes: tuple[Mailbox, ...]
    """In order, at most MAX_MAILBOXES. An address without a valid domain (``<>``, a bare word) is left out."""
    local_parts: tuple[str, ...]
    """All local-parts in lower case, also of addresses without a domain (``MAILER-DAEMON``); '' for ``<>``."""
    plain: bool = False
    """Whether the field is a single address in a usual form."""


NOBODY = AddressList((), ())


class _Conversions:
    """Converts domains that aren't in ASCII, each once, at most _MAX_LABELS labels in all."""

    __slots__ = ("_known", "_labels_left")

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}
        self._labels_left = _MAX_LABELS

    def domain_or_none(self, host: str) -> str | None:
        """As the function ``domain_or_none``; None, too, for a domain that comes after the last label."""
        if host not in self._known:
            labels = 1 + sum(map(host.count, FULL_STOPS))
            if len(host) > _MAX_HOST or labels > self._labels_left:
                return None
            self._labels_left -= labels
            self._known[host] = domain_or_none(host)
        return self._known[host]


def read_address_list(text: bytes, conversions: _Conversions | None = None) -> AddressList:
    """The mailboxes in ``text``, a field's value. ``conversions`` is shared by the fields of one kind."""
    found: list[Mailbox] = []
    names: list[str] = []
    begin = 0
    while (plain := _PLAIN.match(text, begin)) is not None:
        mailbox = Mailbox(plain[2].decode("ascii"), plain[3].decode("ascii").lower())
        found.append(mailbox)
        names.append(mailbox.local_part.lower())
        begin = plain.end()
        if begin == len(text):
            return AddressList(tuple(found[:MAX_MAILBOXES]), tuple(names), len(found) == 1)
    found, names = [], []
    conversions = conversions or _Conversions()
    for address in _addresses(text.decode("utf-8", "replace")):
        local_part, at, _ = address.rpartition("@")
        names.append(local_part.strip('"').lower() if at else address.lower())
        if (read := _mailbox(address, conversions)) is not None:
            found.append(read)
    return AddressList(tuple(found), tuple(names))


def read_mailboxes(values: Iterable[bytes]) -> list[Mailbox]:
    """The mailboxes that the field values name, in order, at most MAX_MAILBOXES."""
    found: list[Mailbox] = []
    conversions = _Conversions()
    for text in values:
        found += read_address_list(text, conversions).mailboxes
        if len(found) >= MAX_MAILBOXES:
            return found[:MAX_MAILBOXES]
    return found


def _addresses(text: str) -> list[str]:
    """The addr-specs of an address list, blanks removed; ``''`` for ``<>``."""
    single = _ONE.match(text)
    if single is not None:
        return [single[1] or single[2]]
    found: list[str] = []
    member = _Member()
    depth = members = 0
    for token in _TOKEN.findall(text):
        if token == "(":
            depth += 1
        elif token == ")":
            depth = max(0, depth - 1)
            member.add(" ")
        elif depth:
            continue
        elif token == "<":
            member.open()
        elif token == ">":
            member.close()
        elif token == ":":
            # Before a colon stands a group's name, or a route in angle brackets (RFC 5322 §4.4, obs-route).
            member.forget()
        elif token == ";" or (token == "," and not member.is_open):
            found += member.addresses()
            member = _Member()
            members += 1
            if members == MAX_MAILBOXES:
                break
        else:
            member.add(token)
    return found + member.addresses()


class _Member:
    """One member of an address list while its tokens are read: the words outside and inside of angle brackets."""

    __slots__ = ("_inside", "_outside", "_unreadable", "is_open")

    def __init__(self) -> None:
        self._outside: list[str] = []
        self._inside: list[str] | None = None
        self._unreadable = False
        self.is_open = False
        """Whether an angle bracket is open. A comma inside belongs to a route."""

    def open(self) -> None:
        self._unreadable = self._unreadable or self._inside is not None
        self._inside, self.is_open = [], True

    def close(self) -> None:
        self._unreadable = self._unreadable or not self.is_open
        self.is_open = False

    def forget(self) -> None:
        """Drops the words before a colon."""
        if self.is_open and self._inside is not None:
            self._inside.clear()
        elif self._inside is None:
            self._outside.clear()
        else:
            self._unreadable = True

    def add(self, token: str) -> None:
        if self._inside is None:
            self._outside.append(token)
        elif self.is_open:
            self._inside.append(token)
        else:
            self._unreadable = self._unreadable or not token.isspace()

    def addresses(self) -> list[str]:
        """The member's addr-spec as a list of one; an empty list if it names nobody."""
        words = self._outside if self._inside is None else self._inside
        if self._unreadable or self.is_open or _is_several(words):
            return []
        address = "".join([token if token.startswith('"') else _BLANKS.sub("", token) for token in words])
        return [address] if address or self._inside is not None else []


def _is_several(words: list[str]) -> bool:
    """Whether two words stand side by side, or two ``@``. Around a dot and around the ``@`` blanks are allowed
    (RFC 5322 §4.4)."""
    shape = "".join(['"' if word.startswith('"') else word for word in words])
    return shape.count("@") > 1 or _SIDE_BY_SIDE.search(shape.strip()) is not None


def _mailbox(address: str, conversions: _Conversions) -> Mailbox | None:
    local_part, at, host = address.rpartition("@")
    named = domain_or_none if host.isascii() else conversions.domain_or_none
    domain = named(host) if at and local_part else None
    if domain is None:
        return None
    if local_part.startswith('"') and local_part.endswith('"'):
        local_part = re.sub(r"\\(.)", r"\1", local_part[1:-1])
    return Mailbox(local_part, domain)
