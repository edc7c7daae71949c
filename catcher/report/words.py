"""Numbers, dates and paragraphs as English text: the filters of the templates."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from datetime import date, datetime

WIDTH = 72
"""Columns of the text form. A name or a rule that is longer stands on a line of its own, unbroken."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number(value: int) -> str:
    """``1234`` → ``1,234``."""
    return f"{value:,}"


def count(value: int, one: str, many: str | None = None) -> str:
    """``2, 'e-mail'`` → ``2 e-mails``; ``many`` where an s isn't enough."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def spelled(value: int) -> str:
    """Up to twelve as a word, 0 as ``no``."""
    return _SMALL[value] if 0 <= value < len(_SMALL) else number(value)


def percent(share: float) -> str:
    """``0.256`` → ``26 %``; what isn't nothing is at least ``<1 %``."""
    return "<1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def day(value: date) -> str:
    """``28 June 2026``."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def short_day(value: date) -> str:
    """``28 June``."""
    return f"{value.day} {_MONTHS[value.month - 1]}"


def month(value: date) -> str:
    """``June 2026``."""
    return f"{_MONTHS[value.month - 1]} {value.year}"


def month_name(value: date) -> str:
    """``June``."""
    return _MONTHS[value.month - 1]


def minute(value: datetime) -> str:
    """``2026-06-28 09:14``."""
    return f"{value:%Y-%m-%d %H:%M}"


def series(items: Iterable[str]) -> str:
    """``a, b and c``."""
    known = list(items)
    return known[0] if len(known) == 1 else ", ".join(known[:-1]) + " and " + known[-1] if known else ""


def fill(text: object, width: int) -> str:
    """``text`` as a left-aligned column; a longer one keeps a space behind it."""
    return f"{text!s:<{width - 1}} "


def right(text: object, width: int) -> str:
    """``text`` as a right-aligned column."""
    return f"{text!s:>{width}}"


def para(text: str, first: str = "", rest: str | None = None) -> str:
    """One paragraph of at most ``WIDTH`` columns.

    ``first`` leads its first line, ``rest`` (or as many spaces as ``first`` has characters) the others.
    """
    return textwrap.fill(
        " ".join(text.split()),
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first) if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
