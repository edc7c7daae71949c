"""Names and web addresses as printable ASCII: a reply may hold nothing else (RFC 5321 §4.2). Pure."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

from catcher.model.domain import DomainError, to_alabel

_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "ł": "l",
        "Ł": "L",
        "þ": "th",
        "Þ": "TH",
        "ı": "i",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
    }
)
"""Letters that don't decompose into a letter and an accent, and punctuation in names → ASCII."""


def plain_text(text: str) -> str | None:
    """``text`` without accents, on one line; None for text in another script, which has no readable form in ASCII."""
    parts = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    bare = " ".join("".join(c for c in parts if not unicodedata.combining(c)).split())
    return bare if bare and bare.isascii() and bare.isprintable() else None


def plain_address(address: str) -> str | None:
    """A web address with its host in A-labels and other octets escaped (RFC 3987 §3.1); None if ``address`` is none."""
    try:
        parts = urlsplit(address)
        host = to_alabel(parts.hostname or "")
        port = f":{parts.port}" if parts.port is not None else ""
    except (ValueError, DomainError):
        return None
    path, query, fragment = (quote(part, safe="/%:;,@!$&'()*+=~?-._") for part in parts[2:])
    whole = urlunsplit((parts.scheme, host + port, path, query, fragment))
    return whole if whole.isascii() and whole.isprintable() and " " not in whole else None
