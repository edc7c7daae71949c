"""Makes texts that other parties wrote safe to show: A-labels, undeceptive U-labels, plain organisation names."""

from __future__ import annotations

import re
import unicodedata

import idna

from catcher.model.domain import DomainError, to_alabel
from catcher.model.telling.report import PartyName

UNSHOWABLE = "unprintable-name.invalid"
"""Replaces a text that is no domain name (RFC 6761 reserves ``invalid``)."""

_ORGANISATION_CHARACTERS = 80
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,20}://|\bwww\.|\b(?:mailto|javascript|data):", re.IGNORECASE)
"""Matches texts that mail programs turn into links."""


def shown_domain(text: str, *, organisation: str | None = None) -> PartyName:
    """``text`` as a PartyName. A text that is no domain name is replaced by ``UNSHOWABLE`` as a whole."""
    try:
        domain = to_alabel(text)
    except DomainError:
        return PartyName(UNSHOWABLE, None, _some(organisation))
    return PartyName(domain, _ulabels(domain), _some(organisation))


def _some(organisation: str | None) -> str | None:
    if organisation is None:
        return None
    return plain(_SCHEME.sub(" ", organisation[:1000]), limit=_ORGANISATION_CHARACTERS) or None


def _ulabels(domain: str) -> str | None:
    """The U-labels of ``domain`` (RFC 5890), or None if it has none or its letters are of more than one script.

    Homoglyph attacks mix scripts: ``аpple`` with a Cyrillic first letter, or an all Cyrillic label before a Latin
    ``com``.
    """
    if "xn--" not in domain:
        return None
    try:
        text = idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return None
    return text if len(_scripts(text)) == 1 else None


def _scripts(text: str) -> set[str]:
    """The scripts of the letters of ``text``, as the first word of their Unicode names (LATIN, GREEK, CJK …)."""
    return {unicodedata.name(char, "UNNAMED").split()[0] for char in text if not char.isdecimal() and char not in "-.·"}


def plain(text: str, *, limit: int) -> str:
    """``text`` on one line, without control, format (bidi, zero-width) or private characters, cut at ``limit``.

    It is for imported or configured names, which may hold any characters. The renderer escapes them for HTML.
    """
    text = "".join(" " if char.isspace() else char for char in text[: 8 * limit])
    text = " ".join("".join(char for char in text if unicodedata.category(char)[0] != "C").split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
