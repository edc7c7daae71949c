"""Words: numbers and dates as text of a language."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.report import words
from catcher.report.render import environment
from catcher.report.words import WORDS, Language

ENGLISH, FRENCH = WORDS[Language.ENGLISH], WORDS[Language.FRENCH]


def test_numbers() -> None:
    assert (ENGLISH.number(1234567), ENGLISH.count(1, "day"), ENGLISH.count(0, "day")) == (
        "1,234,567",
        "1 day",
        "0 days",
    )
    assert ENGLISH.count(2, "mailbox", "mailboxes") == "2 mailboxes"
    assert (ENGLISH.spelled(0), ENGLISH.spelled(12), ENGLISH.spelled(1300)) == ("no", "twelve", "1,300")


def test_french_numbers() -> None:
    """Nothing and one go with the singular; groups of three stand apart by a narrow no-break space."""
    assert [FRENCH.count(n, "jour") for n in (0, 1, 2)] == ["0 jour", "1 jour", "2 jours"]
    assert FRENCH.number(1234567) == "1\u202f234\u202f567"
    assert FRENCH.percent(0.256) == "26\u00a0%"


@pytest.mark.parametrize(("share", "text"), [(0, "0 %"), (0.001, "<1 %"), (0.256, "26 %"), (1, "100 %")])
def test_a_share_that_is_something_is_never_nothing(share: float, text: str) -> None:
    assert ENGLISH.percent(share) == text


def test_dates() -> None:
    day = date(2026, 6, 8)
    assert (ENGLISH.day(day), ENGLISH.short_day(day)) == ("8 June 2026", "8 June")
    assert (ENGLISH.month(day), ENGLISH.month_name(day)) == ("June 2026", "June")
    assert (FRENCH.day(day), FRENCH.short_day(date(2026, 8, 1))) == ("8 juin 2026", "1er août")
    assert words.minute(datetime(2026, 6, 8, 4, 7, 59, tzinfo=UTC)) == "2026-06-08 04:07"


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list_reads_as_a_sentence(items: list[str], text: str) -> None:
    assert ENGLISH.series(items) == text
    assert FRENCH.series(items) == text.replace("and", "et")


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


def test_a_no_break_space_is_not_broken() -> None:
    text = "mot " * 17 + "fuite\u00a0: règle"
    assert "fuite\u00a0:" in words.para(text)


def test_every_language_has_the_same_sentences_and_headings() -> None:
    """A macro or a label that a translation lacks would be an error only in the report that needs it."""
    found = {}
    for language in Language:
        module = environment(False, language).get_template("sentences.j2").module
        found[language] = (
            {name for name in dir(module) if not name.startswith("_")},
            set(module.label),  # type: ignore[attr-defined]
            set(module.system_name),  # type: ignore[attr-defined]
        )
    assert len({repr([sorted(part) for part in parts]) for parts in found.values()}) == 1
