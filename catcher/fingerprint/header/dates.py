"""The time in a Date field (RFC 5322 §3.3, with the obsolete forms of §4.3), read from hostile text."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_READ = 200
"""Most octets of a Date field that are read; a date with comments is shorter."""

_COMMENT = re.compile(r"\([^()]*\)")
_DATE = re.compile(
    r"\s*(?:[a-z]{2,9}\s*,\s*)?([0-9]{1,2})\s+([a-z]{3})[a-z]{0,6}\.?\s+([0-9]{2,4})\s+"
    r"([0-9]{1,2})\s*:\s*([0-9]{2})(?:\s*:\s*([0-9]{2}))?\s*([+-][0-9]{4}|[a-z]{1,5})?\s*\Z"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONES = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
"""Hours of the zones that RFC 5322 §4.3 names; every other name counts as UTC (``-0000``)."""


def read_date(value: bytes) -> datetime | None:
    """The moment (aware) that a Date field's value names; None for a text that is no date.

    A year of two digits lies in 1950 to 2049, one of three digits after 1900 (§4.3). A leap second is the second
    before.
    """
    text = value[:_READ].decode("ascii", "replace").lower().replace("\r\n", "")
    while (shorter := _COMMENT.sub(" ", text)) != text:
        text = shorter
    found = _DATE.match(text)
    if found is None or found[2] not in _MONTHS:
        return None
    day, month, year, hour, minute = int(found[1]), _MONTHS.index(found[2]) + 1, found[3], int(found[4]), int(found[5])
    try:
        return datetime(
            _year(year), month, day, hour, minute, min(int(found[6] or 0), 59), tzinfo=_zone(found[7] or "")
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _zone(text: str) -> timezone:
    """Raises ValueError for an offset of a day or more."""
    if text[:1] in ("+", "-"):
        away = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
        return timezone(-away if text[0] == "-" else away)
    return timezone(timedelta(hours=_ZONES.get(text, 0)))
