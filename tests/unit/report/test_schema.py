"""The published JSON Schema: every report keeps to it, and it lets nothing else pass."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import catcher.report
from catcher.model.telling.remedy import System
from catcher.report import ReportForm, render
from tests.support import reports
from tests.support.tree import ROOT

SCHEMA: dict[str, Any] = json.loads((ROOT / "catcher" / "report" / "report.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert catcher.report.__doc__ is not None and "report.schema.json" in catcher.report.__doc__


@pytest.fixture(params=reports.names())
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render(reports.composed(reports.case(request.param)), ReportForm.JSON))
    return loaded


def test_every_report_keeps_to_it(document: dict[str, Any]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []


def test_a_missing_and_a_further_key_are_found_at_every_depth(document: dict[str, Any]) -> None:
    for place in (document, document["numbers"], document["numbers"]["total"], document["party"], document["limits"]):
        key, value = place.popitem()
        assert not VALIDATOR.is_valid(document), key
        place[key] = value
        place["subject"] = "x"
        assert not VALIDATOR.is_valid(document)
        del place["subject"]
    assert VALIDATOR.is_valid(document)


def test_it_knows_every_system() -> None:
    assert SCHEMA["$defs"]["system"]["enum"] == [system.value for system in System]
