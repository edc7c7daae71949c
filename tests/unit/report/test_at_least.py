"""A report on a month in which mails were only counted says so, and compares no months."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catcher.model.language import Language
from catcher.report import ReportForm, render
from tests.support.reports import case, composed, names

SAID = {
    Language.ENGLISH: "These numbers are at least what came: of 12 further mails to",
    Language.FRENCH: "Ces nombres sont des minimums : de 12 autres courriels vers",
}


def texts(name: str, language: Language, **changes: int) -> list[str]:
    """The report's forms that are text, on one line each."""
    report = replace(composed(case(name)), **changes)
    return [" ".join(render(report, form, language).split()) for form in (ReportForm.HTML, ReportForm.TEXT)]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", names())
def test_every_report_says_that_its_numbers_are_at_least(name: str, language: Language) -> None:
    said = texts(name, language, unstored=12)
    assert said and all(SAID[language] in text for text in said)
    assert not any(SAID[language][:20] in text for text in texts(name, language))


@pytest.mark.parametrize("changes", [{"unstored": 1}, {"unstored_before": 1}])
def test_months_of_which_one_is_at_least_are_not_compared(changes: dict[str, int]) -> None:
    compared = [name for name in names() if any("Their number is" in text for text in texts(name, Language.ENGLISH))]
    assert compared
    for name in compared:
        assert not any("Their number is" in text for text in texts(name, Language.ENGLISH, **changes))
