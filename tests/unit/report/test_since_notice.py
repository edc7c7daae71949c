"""The one sentence that says what an earlier notice did: for every state and trend, in every language."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest

from catcher.report import Language, ReportForm, render
from tests.support import reports

NOTICE = date(2026, 5, 4)


def days(first: date, last: date, step: int = 1) -> list[str]:
    return [(first + timedelta(days=n)).isoformat() for n in range(0, (last - first).days + 1, step)]


def case(*spans: list[str], made: str = "2026-07-01", period: str = "2026-06", **more: Any) -> dict[str, Any]:
    """A sender's mail on the days of all ``spans``, with a notice on ``NOTICE``."""
    return {
        "party": "contractor.example",
        "role": "sender",
        "period": period,
        "made_at": f"{made}T06:00:00Z",
        "notices": [NOTICE.isoformat()],
        "mail": [{"days": sorted(day for span in spans for day in span)}],
        **more,
    }


DAILY = days(date(2026, 3, 2), date(2026, 6, 30))
BEFORE = days(date(2026, 3, 2), NOTICE, 2)
GOING_ON = days(NOTICE, date(2026, 6, 30), 2)
MORE = days(NOTICE, date(2026, 6, 30))
RARE = days(NOTICE, date(2026, 6, 30), 19)
OPEN_FOR_LONG = days(NOTICE, date(2026, 6, 30), 28)

CASES = {
    "a clear fall, by 20 % to 99 % (95 % interval). ": case(BEFORE, RARE),
    "clearly more than with senders that we have not told": case(BEFORE, RARE, untold=DAILY),
    "though mail of senders that we have not told fell as well": case(BEFORE, RARE, untold=BEFORE),
    "a clear rise": case(days(date(2026, 3, 2), NOTICE, 5), MORE),
    "no clear change": case(BEFORE, GOING_ON),
    "can't be said yet": case(BEFORE, GOING_ON, made="2026-05-10", period="2026-05"),
    "can't be told by numbers, as we changed how mail to army.ml is treated on 8 May 2026": case(
        BEFORE, GOING_ON, policies=[["2026-03-01", "accept"], ["2026-05-08", "explain"]]
    ),
    "Since 8 May 2026 mail to army.ml is turned away": case(
        BEFORE, made="2026-07-01", period="2026-05", policies=[["2026-03-01", "accept"], ["2026-05-08", "null"]]
    ),
    "Since 3 May 2026, for 58 days, no such e-mail has come; while such mail goes on, fewer than one in eight": case(
        BEFORE, period="2026-05"
    ),
    "Since 3 May 2026, for 48 days (on 10 more days none could have been seen), no such": case(
        BEFORE, period="2026-05", policies=[["2026-03-01", "accept"], ["2026-06-10", "null"], ["2026-06-19", "accept"]]
    ),
    "Since 3 May 2026, for 90 days, no such e-mail has come. ": case(
        ["2026-03-02", "2026-05-03"], made="2026-08-02", period="2026-05"
    ),
    "Since 3 May 2026 no such e-mail has come, for 119 days: we take the leak for closed; while": case(
        BEFORE, made="2026-08-31", period="2026-05"
    ),
    "Since 3 May 2026 no such e-mail has come, for 119 days: we take the leak for closed. ": case(
        ["2026-05-03"], made="2026-08-31", period="2026-05"
    ),
    "since 20 October 2026 such e-mails come again": case(
        BEFORE, ["2026-10-20", "2026-10-21"], made="2026-10-25", period="2026-10"
    ),
}


def text(case: dict[str, Any], language: Language, form: ReportForm = ReportForm.TEXT) -> str:
    return re.sub(r"\s+", " ", render(reports.composed(case), form, language))


@pytest.mark.parametrize("sentence", CASES)
def test_each_case_has_its_sentence_and_no_other_has_it(sentence: str) -> None:
    assert [other for other, case in CASES.items() if sentence in text(case, Language.ENGLISH)] == [sentence]


@pytest.mark.parametrize("language", Language)
def test_every_language_tells_the_cases_apart(language: Language) -> None:
    assert len({_only(case, language) for case in CASES.values()}) == len(CASES)


@pytest.mark.parametrize("sentence", CASES)
def test_the_page_says_it_too(sentence: str) -> None:
    page = re.sub("<[^>]*>", "", text(CASES[sentence], Language.ENGLISH, ReportForm.HTML)).replace("&#39;", "'")
    assert sentence in page


def test_before_the_first_notice_nothing_is_said() -> None:
    with_notice = case(BEFORE, GOING_ON)
    document = json.loads(render(reports.composed({**with_notice, "notices": []}), ReportForm.JSON))
    assert (document["life"], document["effect"]) == (None, None)
    assert _only({**with_notice, "notices": []}, Language.ENGLISH) == ""


def test_the_party_does_not_learn_the_numbers_of_others() -> None:
    document = json.loads(render(reports.composed(case(BEFORE, RARE, untold=BEFORE)), ReportForm.JSON))
    assert document["effect"]["alike"] is True
    assert "control" not in document["effect"]


def _only(case: dict[str, Any], language: Language) -> str:
    """What the notice adds to the report: the words that the same report without one lacks."""
    without = text({**case, "notices": []}, language)
    whole = text(case, language)
    start = next((n for n, (a, b) in enumerate(zip(whole, without, strict=False)) if a != b), len(without))
    return whole[start : start + len(whole) - len(without)]
