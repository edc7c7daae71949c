"""The text of an unstructured field, decoded: folds and encoded words undone (RFC 5322 §2.2.3, RFC 2047), and the
parameters of a structured one (RFC 2231)."""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

_ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,40})?\?([bqBQ])\?([^?]*)\?=")
_ONLY_BLANKS = re.compile(r"\s*\Z")
_PARAMETER = re.compile(
    r"(?<![\w-])([\w-]{1,60})(?:\*([0-9]{1,3}))?(\*)?[ \t]{0,20}=[ \t]{0,20}"
    r"(?:\"((?>(?:[^\"\\]|\\.)*))\"?|([^;]*))",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NOT_FOR_TEXT = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"})
"""Python's codecs that are no charset of mail, or that cost more than linear time."""


def field_text(value: bytes) -> str:
    """The text of the field value ``value``: unfolded, encoded words decoded; what can't be decoded stays as it is.

    Blanks between adjacent encoded words are dropped, and a character may be split over two words (RFC 2047 §6.2; many
    programs split so against §5).
    """
    text = _text(value).replace("\r", "").replace("\n", "").strip()
    if "=?" not in text:
        return text
    pieces: list[str] = []
    octets, charset, end = b"", "", 0
    for word in _ENCODED_WORD.finditer(text):
        read = _octets(word[2], word[3])
        if read is None or not _is_charset(word[1]):
            continue
        adjacent = bool(charset) and _ONLY_BLANKS.match(text[end : word.start()]) is not None
        if not adjacent or word[1].lower() != charset:
            pieces.append(_decoded(octets, charset))
            octets = b""
        if not adjacent:
            pieces.append(text[end : word.start()])
        octets, charset, end = octets + read, word[1].lower(), word.end()
    return "".join(pieces) + _decoded(octets, charset) + text[end:]


def parameters(text: str) -> dict[str, str]:
    """Name in lower case → value of the parameters in ``text``, joined and decoded (RFC 2231 §3, §4)."""
    parts: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, number, encoded, quoted, bare in _PARAMETER.findall(text):
        value = _ESCAPED.sub(r"\1", quoted) if quoted else bare.strip()
        parts.setdefault(name.lower(), {}).setdefault(int(number or 0), (value, bool(encoded)))
    return {name: _joined([found[number] for number in sorted(found)]) for name, found in parts.items()}


def _text(octets: bytes) -> str:
    """UTF-8 (RFC 6532), else Latin-1, which old programs write without saying so."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _joined(parts: list[tuple[str, bool]]) -> str:
    """The value of a parameter. The charset stands in its first part, before the language, if that part is encoded."""
    charset = "utf-8"
    value, encoded = parts[0]
    if encoded and value.count("'") >= 2:
        charset, _, value = value.split("'", 2)
    octets = b"".join(
        unquote_to_bytes(text) if is_encoded else text.encode("utf-8")
        for text, is_encoded in [(value, encoded), *parts[1:]]
    )
    return _decoded(octets, charset if _is_charset(charset) else "utf-8")


def _octets(encoding: str, text: str) -> bytes | None:
    octets = text.encode("ascii", "replace")
    if encoding in "qQ":
        return quopri.decodestring(octets, header=True)
    octets = octets.replace(b" ", b"").rstrip(b"=")
    try:
        return base64.b64decode(octets + b"=" * (-len(octets) % 4))
    except (binascii.Error, ValueError):
        return None


def _decoded(octets: bytes, charset: str) -> str:
    return octets.decode(charset, "replace") if octets else ""


@lru_cache(256)
def _is_charset(name: str) -> bool:
    try:
        codec = codecs.lookup(name)
        return codec.name not in _NOT_FOR_TEXT and isinstance(b"".decode(name), str)
    except (LookupError, ValueError, UnicodeError):
        return False
