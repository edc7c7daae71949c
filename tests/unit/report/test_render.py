"""Rendering: no hostile name does harm, text is narrow, HTML fetches and runs nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from jinja2 import UndefinedError

from catcher.model.telling.report import Report
from catcher.report import Language, ReportForm, render, subject
from catcher.report.render import environment
from tests.support import reports
from tests.support.pages import Page, harmful


@pytest.fixture(params=reports.names())
def report(request: pytest.FixtureRequest) -> Report:
    return reports.composed(reports.case(request.param))


def test_html_has_only_harmless_tags_and_attributes(report: Report) -> None:
    page = Page(render(report, ReportForm.HTML))
    assert not page.open, "an open tag"
    assert harmful(page) == []
    assert sum(tag == "style" for tag, _ in page.tags) == 1


def test_html_fetches_nothing(report: Report) -> None:
    text = render(report, ReportForm.HTML)
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in text


def test_html_is_accessible(report: Report) -> None:
    page = Page(render(report, ReportForm.HTML))
    attributes = [a for _, a in page.tags]
    ids = [a["id"] for a in attributes if "id" in a]
    assert len(ids) == len(set(ids))
    labels = {name for a in attributes for name in (a.get("aria-labelledby") or "").split()}
    assert labels <= set(ids)
    assert ("html", {"lang": "en"}) in page.tags
    assert ("html", {"lang": "fr"}) in Page(render(report, ReportForm.HTML, Language.FRENCH)).tags
    assert sum(tag == "h1" for tag, _ in page.tags) == 1
    assert all(a.get("scope") for tag, a in page.tags if tag == "th")


def test_html_asks_for_what_text_asks_for(report: Report) -> None:
    page = " ".join(" ".join(Page(render(report, ReportForm.HTML)).words).split())
    text = render(report, ReportForm.TEXT)
    steps = re.split(r"^\d\. ", text[text.index("What to do") : text.index("How to check us")], flags=re.MULTILINE)[1:]
    assert len(steps) == 3
    for step in steps:
        assert " ".join(step.split("\n\n")[0].split()) in page


def test_a_text_line_is_narrow_unless_it_is_one_name_or_a_rule(report: Report) -> None:
    pasted = [part.text for remedy in report.remedies for part in remedy.parts] + [q.text for q in report.queries]
    rules = {line.strip() for text in pasted for line in text.splitlines()}
    for line in (line for language in Language for line in render(report, ReportForm.TEXT, language).splitlines()):
        assert len(line) <= 72 or line.strip() in rules or len(line.split()) <= 2, line


def test_text_is_tidy(report: Report) -> None:
    text = render(report, ReportForm.TEXT)
    assert "\n\n\n" not in text
    assert not re.search(r"[ \t]$", text, re.MULTILINE)
    assert "  " not in subject(report)
    assert text.isprintable() or not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)


def test_the_subject_is_one_line_and_ends_in_the_reference(report: Report) -> None:
    assert "\n" not in subject(report)
    assert subject(report).endswith(f"[{report.ref}]")


def test_json_holds_the_report(report: Report) -> None:
    assert json.loads(render(report, ReportForm.JSON)) == json.loads(json.dumps(report.to_json()))


def test_templates_in_names_are_not_run() -> None:
    made = reports.composed(reports.case("intended-hostile"))
    for form in (ReportForm.TEXT, ReportForm.HTML, ReportForm.JSON):
        assert "{{ 7 * 7 }}" in " ".join(render(made, form).split())


@pytest.mark.parametrize("form", [ReportForm.TEXT, ReportForm.HTML])
def test_a_name_that_a_template_lacks_is_an_error(form: ReportForm) -> None:
    with pytest.raises(UndefinedError):
        environment(form is ReportForm.HTML, Language.FRENCH).from_string("{{ absent }}").render()


def test_markup_in_a_sentence_is_escaped_in_html_and_plain_in_text() -> None:
    """A macro that both forms import must not carry raw text into HTML."""
    made = reports.composed(reports.case("sender-hostile"))
    assert "<script>alert(1)" in render(made, ReportForm.TEXT)
    assert "<script>alert" not in render(made, ReportForm.HTML)
    assert "&lt;script&gt;alert(1)" in render(made, ReportForm.HTML)


def test_no_form_holds_a_mailbox_or_its_token(report: Report) -> None:
    for form in ReportForm:
        assert reports.TOKEN not in render(report, form)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.ENGLISH, "All of these e-mails carried a protective marking."),
        (Language.FRENCH, "Tous portaient un marquage de protection."),
    ],
)
def test_where_each_mail_has_a_marking_it_says_all(language: Language, said: str) -> None:
    report = reports.composed(reports.case("intended-many"))
    everyone = replace(report, tally=replace(report.tally, marked=report.tally.total))
    assert said in " ".join(render(everyone, ReportForm.TEXT, language).split())
    assert said not in " ".join(render(report, ReportForm.TEXT, language).split())
