"""An HTTPS URL, read strictly: a host by name, the usual port, nothing that two parsers may read differently."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from catcher.model.domain import DomainError, to_alabel
from catcher.model.telling.contact import StepReason

_MOST = 2048
"""Most octets of a URL."""
_TARGET = re.compile(r"/[!-~]*\Z")
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z")
"""A last label that some parsers read as an IPv4 address: 127.1, 0x7f000001, 2130706433."""


@dataclass(frozen=True, slots=True)
class Url:
    host: str
    """The host's name: at least two A-labels."""
    target: str
    """Path and query, in the form of the request."""

    def __str__(self) -> str:
        return f"https://{self.host}{self.target}"


def read(text: str) -> Url | StepReason:
    """``text`` as a URL; NOT_HTTPS for another scheme or port, MALFORMED for any other text.

    User information, an address instead of a name, a space or a character beyond ASCII is malformed. A fragment is
    dropped.
    """
    if len(text) > _MOST or not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        return StepReason.MALFORMED
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return StepReason.MALFORMED
    if parts.scheme != "https" or port not in (None, 443):
        return StepReason.NOT_HTTPS
    if not host or "@" in parts.netloc:
        return StepReason.MALFORMED
    try:
        name = to_alabel(host)
    except DomainError:
        return StepReason.MALFORMED
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if "." not in name or _NUMBER.match(name.rpartition(".")[2]) or not _TARGET.match(target):
        return StepReason.MALFORMED
    return Url(name, target)


def follow(url: Url, location: str) -> Url | StepReason:
    """The target of a redirect from ``url`` to ``location``; OTHER_HOST when the target is at another host."""
    if len(location) > _MOST or not location.isprintable():
        return StepReason.MALFORMED
    try:
        joined = urljoin(str(url), location)
    except ValueError:
        return StepReason.MALFORMED
    target = read(joined)
    if isinstance(target, Url) and target.host != url.host:
        return StepReason.OTHER_HOST
    return target
