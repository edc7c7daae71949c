"""Reads a Subject: unfolds and decodes it (RFC 5322 §2.2.3, RFC 2047), and looks for patterns in it.

A Subject is read in memory; at most words of ``facts.Fact`` are kept.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

_Key = TypeVar("_Key")


def finder(patterns: Mapping[_Key, str]) -> Callable[[str], list[_Key]]:
    """The function from a text to the keys of all ``patterns`` found in it, in upper or lower case.

    The patterns are in lower case. Most texts are ASCII, and a search in lower-case ASCII is several times as fast.
    """
    for_lower_case = [(key, re.compile(pattern).search) for key, pattern in patterns.items()]
    for_any_case = [(key, re.compile(pattern, re.IGNORECASE).search) for key, pattern in patterns.items()]

    def found(text: str) -> list[_Key]:
        if text.isascii():
            lower = text.lower()
            return [key for key, search in for_lower_case if search(lower)]
        return [key for key, search in for_any_case if search(text)]

    return found


COMPLAINT = r"^(?:complaint about message from |abuse report\b|fw: abuse report\b|\[?arf\]?[: ])"
"""Subjects of abuse reports in a form older than RFC 5965."""

TEST = (
    r"\A(?:(?:this is )?(?:a |just a )?(?:smtp |mail |e-?mail |relay )?(?:test(?:ing)?|tests?mail|probe|essai|prueba)"
    r"(?: ?(?:e-?mail|mail|message|nachricht|relay|\d{1,4}))?|ping|asdf+|hello world)[\s.!\d]*\Z"
)
"""Whole Subjects of test messages."""

RELAY_TEST = (
    r"\A\s*(?:open[- ]?relay|relay (?:test|check|probe)|smtp (?:relay|probe|scan|check))"
    r"|\A[^\w]*(?:\d{1,3}\.){3}\d{1,3}(?:[:;|, ]\s*\d{1,5})?[^\w]*\Z"
)
"""Subjects of programs that look for open relays: the server's address, or the word relay."""


def loud(subject: str) -> bool:
    """Whether ``subject`` is all capitals or has several exclamation marks."""
    return (subject.isupper() and letters(subject) > 9) or subject.count("!") > 1


def letters(text: str) -> int:
    """The number of letters in ``text``."""
    return sum(map(str.isalpha, text))


_ENCODED_WORD = re.compile(rb"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,40})?\?([BbQq])\?([^?]*)\?=")
"""RFC 2047 §2, with the language of RFC 2231 §5. Blanks in the encoded text aren't allowed, yet they occur."""
_CHARSETS = ("utf", "us-ascii", "ascii", "iso", "windows", "cp", "koi8", "gb", "big5", "euc", "shift", "sjis", "ks_c")
_MORE_CHARSETS = ("ksc", "hz-", "tis", "latin", "mac", "x-mac", "x-sjis", "ansi")
"""How the names of charsets begin. Python's other codecs aren't charsets, and some of them aren't linear."""
_SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "us-ascii": "cp1252",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
}
"""Charset → the larger charset that programs write under its name (WHATWG Encoding Standard §4.2)."""


def decoded(value: bytes) -> str:
    """A field's text: unfolded, its encoded words decoded, the blanks between adjacent encoded words dropped (RFC 2047
    §6.2). Octets that the charset doesn't have become U+FFFD. Work is linear in the length of ``value``.

    Neighbouring words in the same charset are joined before they are decoded, since programs split a character of
    several octets over two words, against RFC 2047 §5.
    """
    value = value.translate(None, b"\r\n")
    if b"=?" not in value:
        return value.decode("utf-8", "replace")
    parts: list[str] = []
    run: list[bytes] = []
    charset, at = "", 0
    for match in _ENCODED_WORD.finditer(value):
        octets = _octets(match)
        if octets is None:
            continue
        between = value[at : match.start()]
        named = match[1].decode("ascii", "replace").lower()
        if run and (named != charset or between.strip()):
            parts.append(_text(b"".join(run), charset))
            run = []
        if not at or between.strip():
            parts.append(between.decode("utf-8", "replace"))
        charset, at = named, match.end()
        run.append(octets)
    if run:
        parts.append(_text(b"".join(run), charset))
    parts.append(value[at:].decode("utf-8", "replace"))
    return "".join(parts)


def _octets(match: re.Match[bytes]) -> bytes | None:
    """The octets of an encoded word; None when its base64 can't be read."""
    if match[2] in b"Qq":
        return quopri.decodestring(match[3].replace(b"_", b"=20"))
    kept = match[3].rstrip(b"= ")
    try:
        return base64.b64decode(kept + b"=" * (-len(kept) % 4))
    except (binascii.Error, ValueError):
        return None


def _text(octets: bytes, charset: str) -> str:
    if not charset.startswith(_CHARSETS + _MORE_CHARSETS):
        return octets.decode("utf-8", "replace")
    try:
        return octets.decode(_SUPERSETS.get(charset, charset), "replace")
    except (LookupError, ValueError):
        return octets.decode("utf-8", "replace")
