"""The octets of a master file → its entries (RFC 1035 §5.1): words, quoted strings, parentheses, comments.

Words are raw octets: an escape is kept as it was written, and octets above 127 mean themselves, as in BIND and NSD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_SPECIAL = re.compile(rb'[;"()\\]')
"""A line without these octets is words alone."""
_PIECE = re.compile(
    rb"""[ \t]+
    | ;[^\n]*
    | (?P<end>\n)
    | (?P<parenthesis>[()])
    | (?P<quoted>"[^"\\]*(?:\\.[^"\\]*)*")
    | (?P<word>(?:[^ \t\n;()"\\]+|\\[^\n])+)
    """,
    re.DOTALL | re.VERBOSE,
)
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class Quoted(bytes):
    """A word that was quoted, without its quotation marks."""


class Attached(Quoted):
    """A quoted word that follows the word before it without a blank, as in ``alpn="h2"`` (RFC 9460 §2.1)."""


class MasterEntry(NamedTuple):
    """One entry: a record or a directive."""

    line: int
    """The line on which it begins."""
    indented: bool
    """Whether it begins with a blank: its owner is the one before."""
    words: list[bytes]


class EntryError(ValueError):
    """Octets that are no entry: the line and the reason."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


def entries(octets: bytes) -> Iterator[MasterEntry]:
    """The entries of a file in order; empty lines are passed over. Lines end with LF or CRLF.

    A quoted string may span lines. Raises EntryError.
    """
    if octets.startswith(_BYTE_ORDER_MARKS):
        raise EntryError(1, "the file begins with a byte order mark")
    octets = octets.replace(b"\r\n", b"\n").removesuffix(b"\r")
    at, line, size, special = 0, 1, len(octets), _SPECIAL.search
    while at < size:
        end = octets.find(b"\n", at)
        end = size if end < 0 else end
        text = octets[at:end]
        if special(text):
            found, at, lines = _entry(octets, at, line)
        else:
            found, at, lines = list(filter(None, text.replace(b"\t", b" ").split(b" "))), end + 1, 1
        if found:
            yield MasterEntry(line, text[:1] in (b" ", b"\t"), found)
        line += lines


def words(octets: bytes) -> list[bytes]:
    """The words of one entry that $GENERATE made. Raises ValueError."""
    try:
        return _entry(octets, 0, 0)[0]
    except EntryError as error:
        raise ValueError(str(error)) from None


def _entry(octets: bytes, at: int, line: int) -> tuple[list[bytes], int, int]:
    """The words of the entry that begins at ``at``, where the next entry begins, and the lines it takes."""
    found: list[bytes] = []
    depth, lines, size, last = 0, 0, len(octets), 0
    while at < size:
        match = _PIECE.match(octets, at)
        if match is None:
            quote = octets[at : at + 1] == b'"'
            raise EntryError(line, "a quotation mark isn't closed" if quote else "the line ends with a backslash")
        start, at = at, match.end()
        kind = match.lastgroup
        if kind == "word":
            found.append(match[0])
            last = at
        elif kind == "quoted":
            text = match[0][1:-1]
            lines += text.count(b"\n")
            found.append(Attached(text) if found and last == start else Quoted(text))
        elif kind == "parenthesis":
            depth += 1 if match[0] == b"(" else -1
            if depth < 0:
                raise EntryError(line, "a parenthesis is closed that wasn't opened")
        elif kind == "end":
            lines += 1
            if not depth:
                return found, at, lines
    if depth:
        raise EntryError(line, "a parenthesis isn't closed")
    return found, at, lines
