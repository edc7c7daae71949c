"""The text of an unstructured field, decoded: folds and encoded words undone (RFC 5322 §2.2.3, RFC 2047), and the
parameters of a structured one (RFC 2231).

A charset is looked up in CHARSETS alone: Python's own look-up imports modules, and keeps each unknown name in memory as
long as the process lives.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

_ENCODED_WORD = re.compile(rb"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,40})?\?([BbQq])\?([^?]*)\?=")
"""RFC 2047 §2, with the language of RFC 2231 §5. Blanks in the encoded text aren't allowed, yet they occur."""
_PARAMETER = re.compile(
    r"(?<![\w-])([\w-]{1,60})(?:\*([0-9]{1,3}))?(\*)?[ \t]{0,20}=[ \t]{0,20}"
    r"(?:\"((?>(?:[^\"\\]|\\.)*))\"?|([^;]*))",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_FAMILIES = (
    ("iso-8859-{}", "iso8859-{0} iso_8859-{0} iso8859{0} x-iso-8859-{0}", (*range(2, 12), 13, 14, 15, 16)),
    ("cp{}", "windows-{0} windows{0} x-cp{0} ansi-{0}", range(1250, 1259)),
    ("cp{}", "ibm{0} ibm-{0} {0}", (437, 850, 852, 855, 857, 860, 861, 862, 863, 865, 866, 869)),
)
"""Codec, further names of the charset, and numbers."""
_NAMES = {
    "utf-8": "utf8 unicode-1-1-utf-8 x-utf-8 utf-8-sig",
    "utf-7": "unicode-1-1-utf-7 utf7",
    "utf-16": "utf16 unicode ucs-2",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
    "utf-32": "utf32",
    "cp1252": "us-ascii ascii ansi_x3.4-1968 iso-8859-1 iso8859-1 iso_8859-1 iso8859_1 iso88591 latin1 latin-1 l1",
    "iso-8859-6": "iso-8859-6-i iso-8859-6-e",
    "iso-8859-8": "iso-8859-8-i iso-8859-8-e",
    "iso-8859-9": "latin5 latin-5",
    "iso-8859-15": "latin9 latin-9",
    "cp874": "windows-874 tis-620 tis620 iso-8859-11",
    "koi8-r": "koi8r koi8 cskoi8r",
    "koi8-u": "koi8u",
    "gb18030": "gb2312 gbk cp936 gb_2312-80 x-gbk euc-cn windows-936 gb-2312",
    "hz": "hz-gb-2312",
    "big5hkscs": "big5 big5-hkscs cn-big5 x-x-big5 cp950 windows-950",
    "euc_jp": "euc-jp x-euc-jp eucjp",
    "iso2022_jp_2": "iso-2022-jp iso-2022-jp-2 csiso2022jp",
    "iso2022_jp_ext": "iso-2022-jp-1 iso-2022-jp-ms cp50220 cp50221",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j windows-932 cswindows31j",
    "cp949": "euc-kr ks_c_5601-1987 ksc5601 ksc_5601 ks_c_5601 windows-949 x-windows-949",
    "iso2022_kr": "iso-2022-kr",
    "mac_roman": "macintosh mac x-mac-roman",
    "mac_cyrillic": "x-mac-cyrillic",
}
"""Codec → further names of the charset. Programs write the larger charset under the name of the smaller one (WHATWG
Encoding Standard §4.2)."""


def _charsets() -> dict[str, str]:
    found: dict[str, str] = {}
    for pattern, names, numbers in _FAMILIES:
        for number in numbers:
            codec = pattern.format(number)
            found |= dict.fromkeys([codec, *names.format(number).split()], codec)
    for codec, others in _NAMES.items():
        found |= dict.fromkeys([codec, *others.split()], codec)
    return found


CHARSETS: Mapping[str, str] = MappingProxyType(_charsets())
"""Name of a charset in lower case, as mails have it → Python's codec."""


def field_text(value: bytes, *, raw: str = "utf-8") -> str:
    """A field's text: unfolded, its encoded words decoded, the blanks between adjacent encoded words dropped (RFC 2047
    §6.2). Octets that the charset doesn't have become U+FFFD. Work is linear in the length of ``value``.

    Neighbouring words in the same charset are joined before they are decoded, since programs split a character of
    several octets over two words, against RFC 2047 §5. Octets without a known charset
    are read as UTF-8 (RFC 6532); where they are none, in the charset ``raw``.
    """
    value = value.translate(None, b"\r\n").strip()
    if b"=?" not in value:
        return _plain(value, raw)
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
            parts.append(_decoded(b"".join(run), charset, raw))
            run = []
        if not at or between.strip():
            parts.append(_plain(between, raw))
        charset, at = named, match.end()
        run.append(octets)
    if run:
        parts.append(_decoded(b"".join(run), charset, raw))
    parts.append(_plain(value[at:], raw))
    return "".join(parts)


def parameters(text: str) -> dict[str, str]:
    """Name in lower case → value of the parameters in ``text``, joined and decoded (RFC 2231 §3, §4)."""
    parts: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, number, encoded, quoted, bare in _PARAMETER.findall(text):
        value = _ESCAPED.sub(r"\1", quoted) if quoted else bare.strip()
        parts.setdefault(name.lower(), {}).setdefault(int(number or 0), (value, bool(encoded)))
    return {name: _joined([found[number] for number in sorted(found)]) for name, found in parts.items()}


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
    return _decoded(octets, charset.lower(), "utf-8")


def _plain(octets: bytes, raw: str) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode(raw, "replace")


def _octets(match: re.Match[bytes]) -> bytes | None:
    """The octets of an encoded word; None when its base64 can't be read."""
    if match[2] in b"Qq":
        return quopri.decodestring(match[3].replace(b"_", b"=20"))
    kept = match[3].rstrip(b"= ")
    try:
        return base64.b64decode(kept + b"=" * (-len(kept) % 4))
    except (binascii.Error, ValueError):
        return None


def _decoded(octets: bytes, charset: str, raw: str) -> str:
    codec = CHARSETS.get(charset)
    return _plain(octets, raw) if codec is None else octets.decode(codec, "replace")
