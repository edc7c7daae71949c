"""The ARC validation suite (draft-ietf-dmarc-arc-protocol): 168 chains with an expectation, and three without one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from catcher.fingerprint.authentication.arc import judge_arc, read_arc
from catcher.fingerprint.lookups import Lookups
from catcher.model.mail.lookup import LookupResult, LookupType, Question, Status
from tests.support.fingerprints import read
from tests.support.shared import data

_SUITE = data("auth/arc-draft-validation-tests.yml")

_SCENARIOS = list(yaml.safe_load_all(_SUITE.read_text(encoding="utf-8")))
_CASES = [
    pytest.param(scenario["txt-records"], test, id=name)
    for scenario in _SCENARIOS
    for name, test in scenario["tests"].items()
    if test["cv"]
]


def validate(records: Mapping[str, str], message: str) -> str:
    octets = re.sub(rb"\r?\n", b"\r\n", message.lstrip("\n").encode() if message.strip() else b"")
    header, body = read(octets)
    answers = {
        Question(name, LookupType.TXT): LookupResult(Status.FOUND, (text.encode(),)) for name, text in records.items()
    }
    lookups = Lookups(answers)
    found = judge_arc(lookups, read_arc(header, body))
    if found is None:
        absent = {question: LookupResult(Status.NXDOMAIN) for question in lookups.open}
        found = judge_arc(Lookups(answers | absent), read_arc(header, body))
    assert found is not None
    return found.result.value


@pytest.mark.parametrize(("records", "test"), _CASES)
def test_the_suite_expects_this_result(records: Mapping[str, str], test: Mapping[str, Any]) -> None:
    assert validate(records, test["message"]) == test["cv"].lower()


def test_every_case_of_the_suite_is_here() -> None:
    """Three chains end in a seal that says ``cv=fail``; the suite expects nothing, here they fail (§5.2 step 2)."""
    without = {
        name: validate(scenario["txt-records"], test["message"])
        for scenario in _SCENARIOS
        for name, test in scenario["tests"].items()
        if not test["cv"]
    }
    assert without == dict.fromkeys(["cv_fail_i1_as_cv_fail", "cv_fail_i2_as2_fail", "cv_fail_i2_as1_fail"], "fail")
    assert len(_CASES) + len(without) == 171
