"""Lines of a CSV file in canonical form, with their faults: plain lines with one expression, odd lines one by one."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from functools import cache
from itertools import compress, count

from catcher.catalogue.entry import CATALOGUE_COLUMNS
from catcher.catalogue.row import guessed_domain, read_row
from catcher.catalogue.table import canonical
from catcher.model.errors import Fault
from catcher.model.language import LANGUAGE
from catcher.model.mail.policy import Policy

_NAME = r"(?!xn--)[a-z0-9]++(?>(?:(?:\.(?!xn--)|-++)[a-z0-9]++)*)"
_CAREFUL = rf"(?=[a-z0-9-]++\.){_NAME}(?<=[a-z])"
"""A name in canonical form without an IDN label."""
_QUICK = r"[a-z0-9][a-z0-9-]*+\.[a-z0-9.-]++(?<=[a-z])"
"""The same as ``_CAREFUL`` for a file without any of ``_TELLING``, at half the cost."""
_TELLING = (b"xn--", b"..", b".-", b"-.")
_NEEDLESS_QUOTES = re.compile(rb'(?:"[^",]*"|[^",]*)(?:,(?:"[^",]*"|[^",]*))*')
_LONG_LABEL = re.compile(rb"[a-z0-9-]{64}")
_ALWAYS_SHORT = 63
"""Longest line, in octets, that is too short for an overlong label or name."""
_LONGEST = 253
"""Longest line, in octets, that is too short for an overlong name (RFC 1035 §2.3.4)."""


@dataclass(frozen=True, slots=True)
class FaultyLine:
    """A line whose row can't be served as it stands."""

    line: int
    """Index of the line."""
    domain: bytes
    """The domain that the row is for; empty if that can't be read from it."""
    named: bool
    """Whether the domain's cell is right. If it isn't, ``domain`` is read from the line's beginning."""
    faults: tuple[Fault, ...]
    """``where`` is empty."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines in canonical form (see ``Table``). A blank or faulty line is empty."""

    block: bytes
    lengths: array[int]
    """Each line's length, in octets, without LF."""
    domains: list[bytes]
    faulty: list[FaultyLine]


def parse(body: bytes, width: int) -> Lines:
    """The lines of ``body``, each ended by LF; ``width`` is the number of columns in the header row.

    If every line is canonical already, ``block`` is ``body`` itself.
    """
    lines = body.split(b"\n")
    lines.pop()
    domains: list[bytes] = _plain(width, any(octets in body for octets in _TELLING)).findall(body)
    del domains[len(lines) :]  # the expression also matches the empty string after the last LF
    lengths = array("I", map(len, lines))
    long = [] if max(lengths, default=0) <= _ALWAYS_SHORT else compress(count(), map(_ALWAYS_SHORT.__lt__, lengths))
    odd = [i for i in long if _too_long(lines[i])]
    if b"" in domains:
        odd = sorted({*odd, *(i for i, domain in enumerate(domains) if not domain)})
    faulty: list[FaultyLine] = []
    careful = _plain(width, True)
    altered = False
    for i in odd:
        found = lines[i]
        tidy = _tidied(found, width)
        match = careful.fullmatch(tidy)
        if match and match[1] and not _too_long(tidy):
            lines[i], domains[i] = tidy, match[1]
        else:
            lines[i], domains[i] = _odd(found, i, width, faulty)
        altered = altered or lines[i] != found
    block = b"\n".join([*lines, b""]) if altered else body
    return Lines(block, array("I", map(len, lines)) if altered else lengths, domains, faulty)


def _odd(line: bytes, index: int, width: int, faulty: list[FaultyLine]) -> tuple[bytes, bytes]:
    """The canonical form of a line and its domain; both empty for a blank or faulty line."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        fault = Fault("", "the row is not UTF-8", "save the file as UTF-8")
        faulty.append(FaultyLine(index, guessed_domain(line.decode("utf-8", "replace")), False, (fault,)))
        return b"", b""
    if not text.strip():
        return b"", b""
    row = read_row(text, "", width)
    if row.entry is not None:
        return canonical(row.entry), row.entry.domain.encode()
    if row.faults:
        domain = guessed_domain(text) if row.domain is None else row.domain.encode()
        faulty.append(FaultyLine(index, domain, row.domain is not None, row.faults))
    return b"", b""


def _tidied(line: bytes, width: int) -> bytes:
    """``line`` without needless quotes, capitals, and separators after the last column, which programs often write."""
    if b'"' in line and _NEEDLESS_QUOTES.fullmatch(line):
        line = line.replace(b'"', b"")
    if line.count(b",") >= width:
        line = line.rstrip(b",")
    return line.lower() if line.count(b",") < CATALOGUE_COLUMNS.index("note") else line


def _too_long(line: bytes) -> bool:
    """Whether a name or label in ``line`` may be too long."""
    return len(line) > _LONGEST or _LONG_LABEL.search(line) is not None


@cache
def _plain(width: int, careful: bool) -> re.Pattern[bytes]:
    """Matches every line. Its one group is the domain if the line is already canonical, else empty.

    ``width`` is the number of columns in the header row. ``row.read`` handles lines with a 29th of February.
    """
    name = _CAREFUL if careful else _QUICK
    policy = "(?:" + "|".join(Policy) + ")"
    day = (
        r"(?!0000)\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|"
        r"(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    )
    note = r"[!#-+\--~](?:[ !#-+\--~]*[!#-+\--~])?"
    then, remark = (policy if width > 4 else ""), (f"(?:{note})?" if width > 5 else "")
    lang = f"(?:{LANGUAGE})?"
    columns = rf",(?!\1(?:,|$))(?:{name})?", f",{policy}?"
    dated = _nested(f"{day}", *(f",{then}?", f",{remark}", f",{lang}")[: width - 4])
    undated = _nested("", *(",", f",{remark}", f",{lang}")[: width - 4])
    last = (f",(?:{dated}|{undated})",) if width > 3 else ()
    line = _nested(f"({name})", *(*columns, *last)[: width - 1])
    return re.compile(f"^(?:{line}|.*)$".encode(), re.M)


def _nested(first: str, *rest: str) -> str:
    """An expression for ``first``, optionally followed by the first of ``rest``, then by the second, and so on."""
    return first + (f"(?:{_nested(*rest)})?" if rest else "")
