"""Gives a report its form through jinja2: the templates hold the layout, and each language's folder every sentence."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, assert_never

from catcher.model.language import Language
from catcher.model.telling.report import Report
from catcher.report import chart, sheet
from catcher.report.words import filters

if TYPE_CHECKING:
    from jinja2 import Environment

_BLANK_LINES = re.compile(r"\n\s*\n")


class ReportForm(StrEnum):
    """Forms that are text; a letter is PDF (``letter``), a mail is a message (``mail``)."""

    TEXT = "txt"
    """Plain text of at most 72 columns."""
    HTML = "html"
    """One file with nothing to fetch and nothing to run."""
    CSV = "csv"
    """Rows for a spreadsheet or a ticket system."""
    JSON = "json"
    """As report.schema.json says."""


class Layout(StrEnum):
    """The program that shows the HTML."""

    PAGE = "page.html.j2"
    """A browser."""
    MAIL = "mail.html.j2"
    """A mail program: no picture, no folding, one column."""
    LETTER = "letter.html.j2"
    """Paper."""


def render(report: Report, form: ReportForm, language: Language = Language.ENGLISH) -> str:
    """``report`` as text that ends in a newline. CSV and JSON are the same in every language."""
    match form:
        case ReportForm.JSON:
            return json.dumps(report.to_json(), ensure_ascii=False, indent=2) + "\n"
        case ReportForm.CSV:
            return sheet.rows(report)
        case ReportForm.HTML:
            return html(report, Layout.PAGE, language)
        case ReportForm.TEXT:
            template = environment(False, language).get_template(f"{report.kind}.txt.j2")
            return _tidied(template.render(report=report))
        case _:
            assert_never(form)


def html(report: Report, layout: Layout, language: Language) -> str:
    """``report`` as HTML for ``layout``."""
    from markupsafe import Markup

    drawn = None if layout is Layout.MAIL else chart.svg(report.series, language, themed=layout is Layout.PAGE)
    template = environment(True, language).get_template(f"{report.kind}.html.j2")
    # Markup: matplotlib wrote it from numbers and our own words.
    picture = drawn and Markup(drawn)
    return _tidied(template.render(report=report, layout=str(layout), language=str(language), picture=picture))


def picture(report: Report, language: Language = Language.ENGLISH) -> bytes | None:
    """The chart as PNG; None without matplotlib."""
    return chart.png(report.series, language)


def subject(report: Report, language: Language = Language.ENGLISH) -> str:
    """The report's title, which a mail has as its Subject; one line of plain text."""
    text = environment(False, language).get_template("subject.j2").render(report=report)
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def _tidied(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", text).strip("\n") + "\n"


@cache
def environment(markup: bool, language: Language) -> Environment:
    """Renders the templates of a report: one environment for text and one for HTML. A macro is escaped as its own
    template was compiled, not as its caller's, so a sentence shared by text and HTML has to be compiled for each.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=ChoiceLoader(
            [PackageLoader("catcher.report", f"templates/{language}"), PackageLoader("catcher.report", "templates")]
        ),
        autoescape=markup,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(filters(language))
    return made
