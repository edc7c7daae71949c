"""Rows: one reader for all reports, times as Shadowserver writes them, and no cell that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.leak.incident import Role
from catcher.model.telling.report import Report
from catcher.report import ReportForm, render
from catcher.report.sheet import SHEET_COLUMNS
from tests.support import reports


def table(report: Report) -> list[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(render(report, ReportForm.CSV)), strict=True)
    assert tuple(reader.fieldnames or ()) == SHEET_COLUMNS
    return list(reader)


@pytest.fixture(params=reports.names())
def report(request: pytest.FixtureRequest) -> Report:
    return reports.composed(reports.case(request.param))


def test_every_row_is_of_this_report(report: Report) -> None:
    rows = table(report)
    assert {(row["report"], row["incident"], row["hostname"]) for row in rows} == {
        (report.ref, report.incident, report.domain.domain)
    }
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:00", row["timestamp"]) for row in rows)


def test_the_summary_comes_first_and_each_side_gets_its_own_rows(report: Report) -> None:
    first, *rest = table(report)
    assert first["kind"] == "summary"
    assert int(first["counted"]) == report.tally.total.counted
    expected = (
        ["evidence"] * len(report.evidence)
        if report.kind is not Role.INTENDED
        else ["counterpart"] * len(report.counterparts)
    )
    assert [row["kind"] for row in rest] == expected


def test_a_senders_rows_have_what_its_log_has() -> None:
    report = reports.composed(reports.case("sender-daily"))
    latest = next(row for row in table(report) if row["kind"] == "evidence")
    assert latest["reference"] == report.evidence[0].ref
    assert latest["timestamp"] == f"{report.evidence[0].minute:%Y-%m-%d %H:%M}:00"
    assert latest["ip"] == "192.0.2.25"


def test_no_cell_begins_as_a_formula_does(report: Report) -> None:
    for row in table(report):
        assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@given(st.sampled_from("=+-@\t\r"), st.text(max_size=20))
def test_a_formula_becomes_a_text(first: str, rest: str) -> None:
    """Every row carries the report's ref: whatever it is, a spreadsheet reads it as a text."""
    made = replace(reports.composed(reports.case("sender-hostile")), ref=first + rest)
    assert {row["report"] for row in table(made)} == {f"'{first}{rest}"}
