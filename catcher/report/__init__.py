"""Composes a report from the measures of an incident and renders it in every form. Only this room uses jinja2.

::

    Measures ─▶ compose ─▶ Report ─▶ render ─▶ text | html | csv | json   (report.schema.json)
    (incident)  │ names: what may be shown     ├─▶ message: one mail, text and HTML
                │ remedies, queries: to paste  └─▶ letter: PDF
                └ pasted: what is safe there        ▲ templates/: layouts; templates/LANGUAGE/: every sentence
                                                    └ words, chart: numbers as text and as bars
"""

from catcher.model.language import Language
from catcher.report.compose import EVIDENCE_DAYS, EVIDENCE_ROWS, Directory, compose, reference
from catcher.report.letter import letter
from catcher.report.mail import NoMailAddress, is_address, report_message
from catcher.report.names import plain, shown_domain
from catcher.report.render import ReportForm, picture, render, subject

__all__ = [
    "EVIDENCE_DAYS",
    "EVIDENCE_ROWS",
    "Directory",
    "Language",
    "NoMailAddress",
    "ReportForm",
    "compose",
    "is_address",
    "letter",
    "picture",
    "plain",
    "reference",
    "render",
    "report_message",
    "shown_domain",
    "subject",
]
