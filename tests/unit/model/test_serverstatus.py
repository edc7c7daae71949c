"""Status, outcome and kept parts survive their JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from catcher.model.serverstatus import ServerStatus
from catcher.model.serving import KeptPart, ReloadOutcome, ReloadResult, ServedPart
from tests.support.statuses import KEPT, UNSEEN, status


def test_a_status_survives_its_json() -> None:
    made = status(
        kept=(KEPT,),
        unseen=UNSEEN,
        counters={"dns-0": {"num.udp": 3}},
        waiting=True,
        error="no",
        restart_needed=("dns.listen",),
    )
    assert ServerStatus.from_json(json.loads(json.dumps(made.to_json()))) == made


@pytest.mark.parametrize("part", ServedPart)
@pytest.mark.parametrize("serves", [KEPT.serves, None])
def test_a_kept_part_survives_its_json_and_says_what_is_served(part: ServedPart, serves: object) -> None:
    made = replace(KEPT, part=part, serves=serves)
    assert KeptPart.from_json(json.loads(json.dumps(made.to_json()))) == made
    said = "nothing is served for it" if serves is None else "the state of 2026-11-02T12:00:00Z is served"
    instead = replace(made, instead="the built-in texts hold")
    assert KeptPart.from_json(json.loads(json.dumps(instead.to_json()))) == instead
    assert instead.served == ("the built-in texts hold" if serves is None else said)
    assert str(made) == f"{part} sink.example: sink.zone:3: it is wrong; mend it; since 2026-11-03T11:00:00Z, {said}"


@pytest.mark.parametrize("result", ReloadResult)
def test_an_outcome_survives_its_json_and_has_a_sentence(result: ReloadResult) -> None:
    made = ReloadOutcome(result, (KEPT,), ("dns.listen",), "no memory", 3, 2, 0.25)
    assert ReloadOutcome.from_json(json.loads(json.dumps(made.to_json()))) == made
    assert ("3 names and 2 zones are live" in made.sentence) != (result is ReloadResult.FAILED)


def test_counters_are_added() -> None:
    made = status(counters={"dns-0": {"num.udp": 3}, "dns-1": {"num.udp": 4, "num.tcp": 1}})
    assert made.total() == {"num.udp": 7, "num.tcp": 1}
