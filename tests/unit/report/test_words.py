"""Words: numbers and dates as English text."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.report import words


def test_numbers() -> None:
    assert (words.number(1234567), words.count(1, "day"), words.count(0, "day")) == ("1,234,567", "1 day", "0 days")
    assert words.count(2, "mailbox", "mailboxes") == "2 mailboxes"
    assert (words.spelled(0), words.spelled(12), words.spelled(1300)) == ("no", "twelve", "1,300")


@pytest.mark.parametrize(("share", "text"), [(0, "0 %"), (0.001, "<1 %"), (0.256, "26 %"), (1, "100 %")])
def test_a_share_that_is_something_is_never_nothing(share: float, text: str) -> None:
    assert words.percent(share) == text


def test_dates() -> None:
    day = date(2026, 6, 8)
    assert (words.day(day), words.short_day(day)) == ("8 June 2026", "8 June")
    assert (words.month(day), words.month_name(day)) == ("June 2026", "June")
    assert words.minute(datetime(2026, 6, 8, 4, 7, 59, tzinfo=UTC)) == "2026-06-08 04:07"


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list_reads_as_a_sentence(items: list[str], text: str) -> None:
    assert words.series(items) == text


@given(st.text(max_size=300))
def test_a_paragraph_keeps_every_word_within_its_columns(text: str) -> None:
    wrapped = words.para(text, "- ")
    assert wrapped.removeprefix("- ").split() == text.split()
    for line in wrapped.splitlines():
        assert len(line) <= words.WIDTH or len(line.split()) <= 2


def test_a_columns_text_stays_apart_from_the_next() -> None:
    assert words.fill("a", 4) + "|" == "a   |"
    assert words.fill("abcdef", 4) + "|" == "abcdef |"
    assert words.right("1", 4) == "   1"
