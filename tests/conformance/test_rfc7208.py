"""The SPF test suite for RFC 7208 (openspf.org, 2014.04), run hermetically: every case, results and explanations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from catcher.fingerprint.authentication.spf import check_host
from catcher.fingerprint.lookups import Lookups, presentation
from catcher.model.mail.lookup import LookupRecord, LookupResult, LookupType, Question, Status
from tests.support.shared import data

_SUITE = data("auth/rfc7208-tests.yml")
_MAX_ROUNDS = 60
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


class SuiteZone:
    """The suite's ``zonedata`` as a resolver: SPF entries stand for TXT, CNAMEs are followed, TIMEOUT fails."""

    def __init__(self, zonedata: Mapping[str, list[Any]]) -> None:
        self._names = {presentation(name): entries for name, entries in zonedata.items()}

    def answer(self, question: Question) -> LookupResult:
        name = question.name
        for _ in range(12):
            entries = self._names.get(name)
            if entries is None:
                return LookupResult(Status.NXDOMAIN)
            records, failed = self._records(entries, question.rrtype)
            if records:
                return LookupResult(Status.FOUND, tuple(records))
            alias = next((e["CNAME"] for e in entries if isinstance(e, dict) and "CNAME" in e), None)
            if alias is None:
                return LookupResult(Status.FAILED if failed else Status.NODATA)
            name = presentation(alias.rstrip("."))
        return LookupResult(Status.NODATA)

    @staticmethod
    def _records(entries: list[Any], rrtype: LookupType) -> tuple[list[LookupRecord], bool]:
        failed = "TIMEOUT" in entries
        found = [(kind, value) for e in entries if isinstance(e, dict) for kind, value in e.items()]
        if rrtype is LookupType.TXT and not any(kind == "TXT" for kind, _ in found):
            found = [("TXT", value) for kind, value in found if kind == "SPF"]
        records: list[LookupRecord] = []
        for kind, value in found:
            if kind != rrtype or value == "NONE":
                continue
            if rrtype is LookupType.TXT:
                pieces = [value] if isinstance(value, str) else value
                records.append(b"".join(piece.encode("latin-1") for piece in pieces))
            elif rrtype is LookupType.MX:
                records.append((int(value[0]), str(value[1]).rstrip(".")))
            else:
                records.append(str(value).rstrip("."))
        return records, failed


def cases() -> Iterator[Any]:
    for scenario in yaml.safe_load_all(_SUITE.read_text(encoding="utf-8")):
        for name, test in scenario["tests"].items():
            yield pytest.param(scenario.get("zonedata", {}), test, id=f"{scenario['description']}: {name}")


def evaluate(zonedata: Mapping[str, list[Any]], test: Mapping[str, Any]) -> tuple[str, str]:
    zone = SuiteZone(zonedata)
    local_part, at, domain = test["mailfrom"].partition("@")
    if not at:
        local_part, domain = "", test["mailfrom"] or test["helo"]
    answers: dict[Question, LookupResult] = {}
    for _ in range(_MAX_ROUNDS):
        lookups = Lookups(answers)
        found = check_host(
            lookups,
            client=test["host"],
            local_part=local_part or "postmaster",
            domain=domain,
            helo=test["helo"],
            now=_NOW,
            disclose=True,
            explain=True,
        )
        if found is not None:
            return found
        assert lookups.open
        answers |= {question: zone.answer(question) for question in lookups.open}
    raise AssertionError("too many rounds")


@pytest.mark.parametrize(("zonedata", "test"), list(cases()))
def test_the_suite_expects_this_result(zonedata: Mapping[str, list[Any]], test: Mapping[str, Any]) -> None:
    result, explanation = evaluate(zonedata, test)
    expected = test["result"]
    assert result in ([expected] if isinstance(expected, str) else expected)
    if test.get("explanation", "DEFAULT") != "DEFAULT":
        assert explanation == test["explanation"]


def test_every_case_of_the_suite_is_here() -> None:
    assert len(list(cases())) == 203
