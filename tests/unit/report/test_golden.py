"""Every report case gives exactly the files beside it; ``REWRITE_CASES=1`` writes them anew, to be read as prose."""

from __future__ import annotations

import os
import re

import pytest

from catcher.report import Language, ReportForm, render
from tests.support import reports

_PICTURE = re.compile(r"<svg.*?</svg>", re.DOTALL)
"""Left out: the next version of matplotlib may draw the same bars in other words (test_chart looks at them)."""


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("form", [ReportForm.TEXT, ReportForm.HTML])
@pytest.mark.parametrize("name", reports.names())
def test_a_case_gives_the_file_beside_it(name: str, form: ReportForm, language: Language) -> None:
    compare(name, f"{language}.{form}", render(reports.composed(reports.case(name)), form, language))


@pytest.mark.parametrize("name", reports.names())
def test_a_case_gives_the_rows_beside_it(name: str) -> None:
    compare(name, "csv", render(reports.composed(reports.case(name)), ReportForm.CSV))


def compare(name: str, ending: str, rendered: str) -> None:
    expected = reports.CASES / f"{name}.{ending}"
    rendered = _PICTURE.sub("<svg/>", rendered)
    if os.environ.get("REWRITE_CASES"):
        expected.write_text(rendered, encoding="utf-8")
    assert rendered == expected.read_text(encoding="utf-8")
