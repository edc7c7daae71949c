"""Expands $GENERATE, BIND's shorthand for a series of similar records: puts the counter into its text."""

from __future__ import annotations

import re

MAX_GENERATED = 65_536
"""Most records that the $GENERATE lines of one file may make: the addresses of an IPv4 /16, read in a few seconds."""
MAX_TEXT = 65_535
"""Most characters of a name or of data that $GENERATE makes: no RDATA has more octets."""
_MAX_WIDTH = 253
"""Most characters of a padded counter: the longest name has no more (RFC 1035 §2.3.4)."""
_MAX_COUNTER = (1 << 31) - 1
"""The highest counter, also with its offset, as in BIND; the lowest is its negative."""

_PLACE = re.compile(r"\\.|\$\$|\$(?:\{(?P<offset>[+-]?\d+)(?:,(?P<width>\d+)(?:,(?P<base>[doxXnN]))?)?\})?", re.DOTALL)
_RANGE = re.compile(r"(\d{1,10})-(\d{1,10})(?:/(\d{1,10}))?\Z")


def counters(text: str) -> range:
    """The counters of a range like ``1-10`` or ``1-10/2``, the end included. Raises ValueError."""
    match = _RANGE.match(text)
    if match is None:
        raise ValueError(f'"{text}" is not a range like 1-10 or 1-10/2')
    start, stop, step = int(match[1]), int(match[2]), int(match[3] or 1)
    if stop > _MAX_COUNTER:
        raise ValueError(f"the range {text} goes beyond {_MAX_COUNTER}")
    if start > stop or step < 1:
        raise ValueError(f"the range {text} is empty")
    if (stop - start) // step >= MAX_GENERATED:
        raise ValueError(f"the range {text} makes over {MAX_GENERATED} records")
    return range(start, stop + 1, step)


def expand(template: str, counter: int) -> str:
    """``template`` with each ``$`` and ``${offset,width,base}`` replaced; ``$$`` and ``\\$`` are a plain dollar.

    Raises ValueError.
    """
    if len(template) > MAX_TEXT:
        raise ValueError(f"a $GENERATE line is over {MAX_TEXT} octets")

    def put(match: re.Match[str]) -> str:
        found = match[0]
        if found == "$$":
            return "$"
        if found[0] == "\\":
            return "$" if found[1] == "$" else found
        if template[match.end() : match.end() + 1] == "{" and match["offset"] is None:
            raise ValueError("a modifier is written ${offset,width,base}")
        width, offset = _bounded(match["width"], _MAX_WIDTH), _bounded(match["offset"], _MAX_COUNTER)
        value, base = counter + offset, match["base"] or "d"
        if abs(value) > _MAX_COUNTER:
            raise ValueError(f"a counter is {_MAX_COUNTER} at most")
        if value < 0 and base != "d":
            raise ValueError("a counter below zero is written in decimal digits only")
        if base in "nN":
            return _nibbles(value, width, base)
        return format(value, base).zfill(width)

    made = _PLACE.sub(put, template)
    if len(made) > MAX_TEXT:
        raise ValueError(f"a $GENERATE line makes over {MAX_TEXT} octets")
    return made


def _bounded(digits: str | None, most: int) -> int:
    """The number that a modifier gives, 0 if it gives none."""
    if digits is None:
        return 0
    if len(digits) > 11 or abs(int(digits)) > most:
        raise ValueError(f"a width or offset is {most} at most")
    return int(digits)


def _nibbles(value: int, width: int, base: str) -> str:
    """Hexadecimal digits, the last first, separated by dots: names below ip6.arpa. ``width`` includes the dots."""
    digits = format(value, "X" if base == "N" else "x")[::-1]
    return ".".join(digits.ljust((width + 1) // 2, "0"))
