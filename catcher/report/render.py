"""Renders a report with jinja2: the templates hold the layout, and the folder of each language holds its sentences."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, assert_never

from catcher.model.language import Language
from catcher.model.leak.incident import Role
from catcher.model.telling.report import Report
from catcher.report import chart, sheet
from catcher.report.words import filters

if TYPE_CHECKING:
    from jinja2 import Environment

_BLANK_LINES = re.compile(r"\n\s*\n")


class ReportForm(StrEnum):
    """The forms that are text; ``letter`` makes the PDF, ``mail`` the message."""

    TEXT = "txt"
    """Plain text of at most 72 columns."""
    HTML = "html"
    """One HTML file without scripts and without anything to fetch."""
    CSV = "csv"
    """Rows for a spreadsheet or a ticket system."""
    JSON = "json"
    """JSON by the schema report.schema.json."""


class Layout(StrEnum):
    """The program that shows the HTML."""

    PAGE = "page.html.j2"
    """A browser."""
    MAIL = "mail.html.j2"
    """A mail program: no picture, no folding, one column."""
    LETTER = "letter.html.j2"
    """A printer."""


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
            template = environment(False, language).get_template(f"{_template(report.kind)}.txt.j2")
            return _tidied(template.render(report=report))
        case _:
            assert_never(form)


def html(report: Report, layout: Layout, language: Language) -> str:
    """``report`` as HTML for ``layout``."""
    from markupsafe import Markup

    drawn = None if layout is Layout.MAIL else chart.svg(report.series, language, themed=layout is Layout.PAGE)
    template = environment(True, language).get_template(f"{_template(report.kind)}.html.j2")
    # Markup (not escaped): matplotlib wrote the SVG from numbers and our own words.
    picture = drawn and Markup(drawn)
    return _tidied(template.render(report=report, layout=str(layout), language=str(language), picture=picture))


def picture(report: Report, language: Language = Language.ENGLISH) -> bytes | None:
    """The chart as PNG; None without matplotlib."""
    return chart.png(report.series, language)


def subject(report: Report, language: Language = Language.ENGLISH) -> str:
    """The report's title, also used as the Subject of a mail; one line of plain text."""
    text = environment(False, language).get_template("subject.j2").render(report=report)
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def _template(role: Role) -> str:
    """The name of the templates for a reader in this role; sentences differ by ``Report.tells``."""
    match role:
        case Role.INTENDED:
            return "intended"
        case Role.SENDER | Role.FORWARDER:
            return "sender"
        case _:
            assert_never(role)


def _tidied(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", text).strip("\n") + "\n"


@cache
def environment(markup: bool, language: Language) -> Environment:
    """The jinja2 environment for a language, one for text and one for HTML (``markup``). Escaping of a macro depends on
    how its own template was compiled, so a sentence shared by text and HTML is compiled once for each.
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
