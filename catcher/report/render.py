"""Gives a report its form through jinja2: the templates hold the layout and, in ``sentences.j2``, every sentence."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from catcher.model.report import Report
from catcher.report import chart, words

_FILTERS = (
    "number", "count", "spelled", "percent", "day", "short_day", "month", "month_name", "minute", "series",
    "fill", "right", "para",
)  # fmt: skip

_BLANK_LINES = re.compile(r"\n\s*\n")


class Form(StrEnum):
    TEXT = "txt"
    """Plain text of at most 72 columns."""
    HTML = "html"
    """One file with nothing to fetch and nothing to run."""
    JSON = "json"


def render(report: Report, form: Form) -> str:
    """``report`` as text that ends in a newline."""
    if form is Form.JSON:
        return json.dumps(report.to_json(), ensure_ascii=False, indent=2) + "\n"
    template = _environment(form).get_template(f"{report.kind}.{form}.j2")
    text = template.render(report=report, chart=chart.chart(report.series))
    return _BLANK_LINES.sub("\n\n", text).strip("\n") + "\n"


def subject(report: Report) -> str:
    """The report's title, which a mail has as its Subject; one line of plain text."""
    template = _environment(Form.TEXT).get_template("subject.txt.j2")
    return " ".join(template.render(report=report).split())


@cache
def _environment(form: Form) -> Environment:
    """One environment a form: a macro is escaped as its own template was compiled, not as its caller's, so a
    sentence shared by text and HTML has to be compiled for each.
    """
    environment = Environment(
        loader=PackageLoader("catcher.report"),
        autoescape=form is Form.HTML,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update({name: getattr(words, name) for name in _FILTERS})
    return environment
