"""The filters of the templates: they write numbers, dates and paragraphs in a language.

Each language has a member of ``model.language.Language``, a value of ``Words`` here, and a folder in ``templates``
with its sentences.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, assert_never

from catcher.model.language import Language

WIDTH = 72
"""Columns of the text form. A longer name or rule gets its own line and is not broken."""


@dataclass(frozen=True, slots=True)
class Words:
    """The numbers and dates of a language."""

    months: tuple[str, ...]
    thousands: str
    """The separator between groups of three digits."""
    one: range
    """Numbers that need the singular."""
    last_and: str
    """The text between the last two items of a series, with its spaces."""
    small: tuple[str, ...] = ()
    """Words for 0, 1, 2 …"""
    first_of_month: str = "1"
    space: str = " "
    """The space before a percent sign."""

    def number(self, value: int) -> str:
        """``1234`` → ``1,234``."""
        return f"{value:,}".replace(",", self.thousands)

    def count(self, value: int, one: str, many: str | None = None) -> str:
        """``2, 'e-mail'`` → ``2 e-mails``; ``many`` is the plural if it isn't the singular plus s."""
        return f"{self.number(value)} {self.plural(value, one, many)}"

    def plural(self, value: int, one: str, many: str | None = None) -> str:
        """The singular or the plural of a noun, as ``value`` needs it."""
        return one if value in self.one else many or one + "s"

    def spelled(self, value: int) -> str:
        """A small number as a word, in languages whose small numbers don't depend on the noun; else digits."""
        return self.small[value] if 0 <= value < len(self.small) else self.number(value)

    def percent(self, share: float) -> str:
        """``0.256`` → ``26 %``; a share above 0 that rounds to 0 gives ``<1 %``."""
        return f"<1{self.space}%" if 0 < share < 0.005 else f"{100 * share:.0f}{self.space}%"

    def day(self, value: date) -> str:
        """``28 June 2026``."""
        return f"{self.short_day(value)} {value.year}"

    def short_day(self, value: date) -> str:
        """``28 June``."""
        return f"{self.first_of_month if value.day == 1 else value.day} {self.month_name(value)}"

    def month(self, value: date) -> str:
        """``June 2026``."""
        return f"{self.month_name(value)} {value.year}"

    def month_name(self, value: date) -> str:
        """``June``."""
        return self.months[value.month - 1]

    def series(self, items: Iterable[str]) -> str:
        """``a, b and c``."""
        *most, last = list(items) or [""]
        return f"{', '.join(most)}{self.last_and}{last}" if most else last


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _words_of(language: Language) -> Words:
    match language:
        case Language.ENGLISH:
            return Words(
                months=_words("January February March April May June July August September October November December"),
                thousands=",",
                one=range(1, 2),
                last_and=" and ",
                small=_words("no one two three four five six seven eight nine ten eleven twelve"),
            )
        case Language.FRENCH:
            return Words(
                months=_words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
                thousands="\N{NARROW NO-BREAK SPACE}",
                one=range(2),
                last_and=" et ",
                first_of_month="1er",
                space="\N{NO-BREAK SPACE}",
            )
        case _:
            assert_never(language)


WORDS = {language: _words_of(language) for language in Language}
"""The numbers and dates of each language."""


def filters(language: Language) -> Mapping[str, Callable[..., Any]]:
    """Every filter of the templates, by name."""
    words = WORDS[language]
    spoken = ("number", "count", "plural", "spelled", "percent", "day", "short_day", "month", "month_name", "series")
    return {
        **{name: getattr(words, name) for name in spoken},
        "minute": minute,
        "fill": fill,
        "right": right,
        "para": para,
    }


def minute(value: datetime) -> str:
    """``2026-06-28 09:14``."""
    return f"{value:%Y-%m-%d %H:%M}"


def fill(text: object, width: int) -> str:
    """``text`` as a left-aligned column of ``width``; a space follows even a text that is too long."""
    return f"{text!s:<{width - 1}} "


def right(text: object, width: int) -> str:
    """``text`` as a right-aligned column."""
    return f"{text!s:>{width}}"


def para(text: str, first: str = "", rest: str | None = None) -> str:
    """One paragraph of at most ``WIDTH`` columns; lines are not broken at a no-break space.

    The first line begins with ``first``, all others with ``rest`` (None: spaces of the width of ``first``).
    """
    return textwrap.fill(
        re.sub(r"[ \t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+", " ", text).strip(),
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first) if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
