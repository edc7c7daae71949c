"""Mailboxes in From, To, Cc and Return-Path, read from hostile text (RFC 5322 §3.4), in one linear pass.

Unreadable text names nobody. Display names, comments and group names are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from catcher.model.domain import DomainError, to_alabel
from catcher.model.mail.mailbox import Mailbox
from catcher.model.value import value

MAX_MAILBOXES = 500
"""Most mailboxes of one message that are read."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|\[[^\]]*\]?|\\.|[()<>,;:@]|[^()<>,;:@"\\\[]+', re.DOTALL)
_ATOM = r"[^\s()<>,;:@\"\\\[\]]+"
_ONE = re.compile(rf"[^()<>,;:@\"\\\[]*<({_ATOM}@{_ATOM})>\s*\Z|\s*({_ATOM}@{_ATOM})\s*\Z")
"""The two usual forms of a single address, read in one match; every other text is read token by token."""
_LABEL = rb"[A-Za-z0-9]++(?>(?:-[A-Za-z0-9]++)*)"
_PLAIN = re.compile(
    rb"(?:(?>(?:[^()<>,;:@\"\\\[]++|\"[^\"\\]*+\")*)(<)|[ \t\r\n]*)([^\x00-\x20()<>,;:@\"\\\[\]\x7f-\xff]++)"
    rb"@(?![^>,\s]{64})((?>(?:" + _LABEL + rb"\.)+)(?![0-9]++(?:[>,\s]|\Z))" + _LABEL + rb")(?(1)>)[ \t\r\n]*(?:,|\Z)"
)
"""The same forms with a short domain that isn't internationalised, also as a member of a list. One match validates the
whole address."""
_BLANKS = re.compile(r"[ \t\r\n]+")


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


def read_address_list(text: bytes) -> AddressList:
    """The mailboxes in ``text``, a field's value."""
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
    for address in _addresses(text.decode("utf-8", "replace")):
        local_part, at, _ = address.rpartition("@")
        names.append(local_part.strip('"').lower() if at else address.lower())
        if len(found) < MAX_MAILBOXES and (read := _mailbox(address)) is not None:
            found.append(read)
    return AddressList(tuple(found), tuple(names))


def read_mailboxes(values: Iterable[bytes]) -> list[Mailbox]:
    """The mailboxes that the field values name, in order, at most MAX_MAILBOXES."""
    found: list[Mailbox] = []
    for text in values:
        found += read_address_list(text).mailboxes
        if len(found) >= MAX_MAILBOXES:
            return found[:MAX_MAILBOXES]
    return found


def _addresses(text: str) -> list[str]:
    """The addr-specs of an address list, blanks removed; ``''`` for ``<>``."""
    single = _ONE.match(text)
    if single is not None:
        return [single[1] or single[2]]
    found: list[str] = []
    plain: list[str] = []
    angle: list[str] | None = None
    closed: str | None = None
    depth = 0

    def end_of_address() -> None:
        nonlocal closed, angle
        address = closed if closed is not None else "".join(plain)
        if closed is not None or address:
            found.append(address)
        plain.clear()
        closed, angle = None, None

    for token in _TOKEN.findall(text):
        if token == "(":
            depth += 1
        elif token == ")":
            depth = max(0, depth - 1)
        elif depth:
            continue
        elif token == "<":
            angle = []
        elif token == ">" and angle is not None:
            closed, angle = "".join(angle), None
        elif angle is not None:
            # A route (RFC 5322 §4.4, obs-route) ends in a colon.
            if token == ":":
                angle.clear()
            else:
                angle.append(_solid(token))
        elif token in ",;":
            end_of_address()
        elif token == ":":
            plain.clear()
        else:
            plain.append(_solid(token))
    if angle is not None and closed is None:
        plain.clear()
    end_of_address()
    return found


def _solid(token: str) -> str:
    """The token without blanks, which have no meaning outside a quoted string."""
    return token if token.startswith('"') else _BLANKS.sub("", token)


def _mailbox(address: str) -> Mailbox | None:
    local_part, at, host = address.rpartition("@")
    domain = domain_or_none(host) if at and local_part else None
    if domain is None:
        return None
    if local_part.startswith('"') and local_part.endswith('"'):
        local_part = re.sub(r"\\(.)", r"\1", local_part[1:-1])
    return Mailbox(local_part, domain)
