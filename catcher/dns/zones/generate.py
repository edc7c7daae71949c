"""Expands $GENERATE, BIND's shorthand for a series of similar records: puts the counter into its text."""

from __future__ import annotations

import re

MAX_GENERATED = 65_536
"""Most records that the $GENERATE lines of one file may make: the addresses of an IPv4 /16, read in a few seconds."""
_MAX_WIDTH = 253
"""Most characters of a padded counter: the longest name has no more (RFC 1035 §2.3.4)."""

_PLACE = re.compile(r"\\.|\$\$|\$(?:\{(?P<offset>[+-]?\d+)(?:,(?P<width>\d+)(?:,(?P<base>[doxXnN]))?)?\})?", re.DOTALL)
_RANGE = re.compile(r"(\d{1,10})-(\d{1,10})(?:/(\d{1,10}))?\Z")


def counters(text: str) -> range:
    """The counters of a range like ``1-10`` or ``1-10/2``, the end included. Raises ValueError."""
    match = _RANGE.match(text)
    if match is None:
        raise ValueError(f'"{text}" is not a range like 1-10 or 1-10/2')
    start, stop, step = int(match[1]), int(match[2]), int(match[3] or 1)
    if start > stop or step < 1:
        raise ValueError(f"the range {text} is empty")
    if (stop - start) // step >= MAX_GENERATED:
        raise ValueError(f"the range {text} makes over {MAX_GENERATED} records")
    return range(start, stop + 1, step)


def expand(template: str, counter: int) -> str:
    """``template`` with each ``$`` and ``${offset,width,base}`` replaced; ``$$`` and ``\\$`` are a plain dollar.

    Raises ValueError.
    """

    def put(match: re.Match[str]) -> str:
        found = match[0]
        if found == "$$":
            return "$"
        if found[0] == "\\":
            return "$" if found[1] == "$" else found
        if template[match.end() : match.end() + 1] == "{" and match["offset"] is None:
            raise ValueError("a modifier is written ${offset,width,base}")
        width = int(match["width"] or 0)
        if width > _MAX_WIDTH:
            raise ValueError(f"a width is {_MAX_WIDTH} at most")
        value, base = counter + int(match["offset"] or 0), match["base"] or "d"
        if base in "nN":
            return _nibbles(value, width, base)
        return format(value, base).zfill(width)

    return _PLACE.sub(put, template)


def _nibbles(value: int, width: int, base: str) -> str:
    """Hexadecimal digits, the last first, separated by dots: names below ip6.arpa. ``width`` includes the dots."""
    if value < 0:
        raise ValueError("a counter by nibbles is not negative")
    digits = format(value, "X" if base == "N" else "x")[::-1]
    return ".".join(digits.ljust((width + 1) // 2, "0"))
