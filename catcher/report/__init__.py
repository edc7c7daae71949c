"""Measures of an incident become a report, the report takes a form. jinja2 is used here and nowhere below ``web``.

::

    Measures ─▶ compose ─▶ Report ─▶ render ─▶ text | html | json
    (incident)  │ names: what may be shown      │ templates/: layouts, and the sentences both share
                └ remedies: rules to paste      └ words, chart: numbers as text and as bars
"""

from catcher.report.compose import EVIDENCE_DAYS, EVIDENCE_ROWS, Directory, compose, reference
from catcher.report.names import plain, shown_domain
from catcher.report.render import Form, render, subject

__all__ = [
    "EVIDENCE_DAYS",
    "EVIDENCE_ROWS",
    "Directory",
    "Form",
    "compose",
    "plain",
    "reference",
    "render",
    "shown_domain",
    "subject",
]
