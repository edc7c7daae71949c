"""What a required guard lets through: names that a run of the last 24 hours cleared, nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.catalogue import Catalogue, Entry, Guard
from catcher.catalogue.guard import Run, Vouches
from catcher.catalogue.guardrecord import load_guard, record
from catcher.catalogue.names import SortedNames
from catcher.model.errors import EnvironmentFailure
from catcher.model.mail.policy import Policy

RAN_AT = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
MOMENT = timedelta(microseconds=1)


def run(*cleared: str, refused: tuple[str, ...] = (), origin: str = "ml", at: datetime = RAN_AT) -> Run:
    names = SortedNames.of([name.encode() for name in cleared])
    return Run(origin, at, f"{origin}.zone", 7, frozenset(refused), names)


def policy(guard: Guard | None, now: datetime, own: Policy = Policy.ACCEPT, domain: str = "army.ml") -> Policy:
    entry = Entry(domain, None, own, None, Policy.OBSERVE, "", "catalogue.csv:2")
    return Catalogue.of([entry], guard=guard).policy_at(entry, now)


def test_at_exactly_24_hours_a_run_still_holds() -> None:
    guard = Guard(required=True, runs=[run("army.ml")])
    assert policy(guard, RAN_AT) is Policy.ACCEPT
    assert policy(guard, RAN_AT + DAY) is Policy.ACCEPT


def test_a_moment_later_the_name_is_capped_at_null() -> None:
    guard = Guard(required=True, runs=[run("army.ml")])
    assert policy(guard, RAN_AT + DAY + MOMENT) is Policy.NULL


def test_the_moments_at_which_a_verdict_turns_are_all_known() -> None:
    """A server that looks at these moments alone never says what held a moment before."""
    runs = [run("army.ml", "navy.ml")]
    until = {RAN_AT + 2 * DAY: SortedNames.of([b"army.ml"]), RAN_AT + 9 * DAY: SortedNames.of([b"navy.ml"])}
    guard = Guard(required=True, runs=runs, vouches=[Vouches("ml", RAN_AT, until)])
    turning = {
        "army.ml": [RAN_AT - timedelta(minutes=5), RAN_AT + 2 * DAY + MOMENT],
        "navy.ml": [RAN_AT - timedelta(minutes=5), RAN_AT + 7 * DAY + MOMENT],
    }
    for domain, moments in turning.items():
        assert set(moments) <= set(guard.turns())
        for moment in moments:
            assert guard.caps(domain, moment) is not guard.caps(domain, moment - MOMENT)
            assert guard.turn_before(domain, moment + timedelta(seconds=1)) == moment


def test_a_run_from_the_future_clears_nothing() -> None:
    """The clock was wrong then, or is now; a few minutes are let pass."""
    guard = Guard(required=True, runs=[run("army.ml")])
    assert policy(guard, RAN_AT - timedelta(minutes=5)) is Policy.ACCEPT
    assert policy(guard, RAN_AT - timedelta(minutes=5) - MOMENT) is Policy.NULL


@pytest.mark.parametrize("own", Policy)
def test_without_a_run_only_what_takes_mail_is_capped(own: Policy) -> None:
    capped = own in (Policy.ACCEPT, Policy.EXPLAIN, Policy.REFUSE)
    assert policy(Guard(required=True), RAN_AT, own) is (Policy.NULL if capped else own)


@pytest.mark.parametrize("guard", [None, Guard(required=False)])
def test_a_guard_that_is_off_caps_nothing(guard: Guard | None) -> None:
    assert policy(guard, RAN_AT) is Policy.ACCEPT


def test_a_refused_name_and_one_added_since_are_not_cleared() -> None:
    guard = Guard(required=True, runs=[run("army.ml", refused=("navy.ml",))])
    assert policy(guard, RAN_AT) is Policy.ACCEPT
    assert policy(guard, RAN_AT, domain="navy.ml") is Policy.NULL
    assert policy(guard, RAN_AT, domain="new.ml") is Policy.NULL


def test_a_run_judges_the_names_of_its_zone_alone() -> None:
    runs = [run("army.ml"), run("army.example", origin="example", at=RAN_AT + DAY)]
    guard = Guard(required=True, runs=runs)
    later = RAN_AT + DAY + MOMENT
    assert policy(guard, later, domain="army.ml") is Policy.NULL
    assert policy(guard, later, domain="army.example") is Policy.ACCEPT
    assert guard.ran_at == RAN_AT + DAY


def test_a_name_that_another_zone_spoke_against_is_not_cleared() -> None:
    """army.ml's host is a name server in .example: the run over .example refuses army.ml."""
    guard = Guard(required=True, runs=[run("army.ml"), run(origin="example", refused=("army.ml",))])
    assert policy(guard, RAN_AT) is Policy.NULL


def test_the_nearest_zone_above_a_name_judges_it() -> None:
    guard = Guard(required=True, runs=[run("army.com.ml", "army.ml"), run(origin="com.ml")])
    assert not guard.clears("army.com.ml")
    assert guard.clears("army.ml")


def test_then_is_capped_as_well() -> None:
    entry = Entry("army.ml", None, Policy.NULL, RAN_AT.date(), Policy.ACCEPT, "", "catalogue.csv:2")
    assert Catalogue.of([entry], guard=Guard(required=True)).policy_at(entry, RAN_AT) is Policy.NULL
    assert Catalogue.of([entry]).policy_at(entry, RAN_AT) is Policy.ACCEPT


def test_what_is_recorded_is_loaded(tmp_path: Path) -> None:
    record(tmp_path / "var", [run("army.ml", "xn--bcher-kva.ml", refused=("navy.ml",))])
    guard = load_guard(tmp_path / "var", required=True)
    assert guard.ran_at == RAN_AT
    assert guard.clears("army.ml") and guard.clears("xn--bcher-kva.ml")
    assert not guard.clears("navy.ml") and not guard.clears("other.ml")
    files = [path for path in (tmp_path / "var").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_a_new_run_takes_the_place_of_its_zone_alone(tmp_path: Path) -> None:
    record(tmp_path, [run("army.ml"), run("army.example", origin="example")])
    record(tmp_path, [run("navy.ml", at=RAN_AT + DAY)])
    guard = load_guard(tmp_path, required=True)
    assert [name for name in ("army.ml", "navy.ml", "army.example") if guard.clears(name)] == [
        "navy.ml",
        "army.example",
    ]
    for folder in (tmp_path, tmp_path / "kept"):
        assert len(list(folder.glob("guard*"))) == 3, "the record, and the names of two runs"


def test_without_a_record_nothing_is_cleared(tmp_path: Path) -> None:
    guard = load_guard(tmp_path / "none", required=True)
    assert guard.ran_at is None and not guard.clears("army.ml")


def test_where_it_is_not_required_the_refused_names_are_known(tmp_path: Path) -> None:
    record(tmp_path, [run("army.ml", refused=("navy.ml",))])
    guard = load_guard(tmp_path, required=False)
    assert guard.runs["ml"].refused == {"navy.ml"}


@pytest.mark.parametrize(
    "damage",
    ["", "{", "[]", '{"runs": [{}]}', '{"runs": [{"origin": "ml", "ran_at": "soon"}]}', "null"],
)
def test_a_damaged_record_is_told(tmp_path: Path, damage: str) -> None:
    record(tmp_path, [run("army.ml")])
    (tmp_path / "guard.json").write_text(damage)
    with pytest.raises(EnvironmentFailure, match=r"guard.json: it is damaged; run 'catcher check --against'"):
        load_guard(tmp_path, required=True)


def test_names_that_were_tampered_with_are_told(tmp_path: Path) -> None:
    record(tmp_path, [run("army.ml")])
    (file,) = tmp_path.glob("guard-ml-*")
    file.write_text("army.ml\nnavy.ml\n")
    with pytest.raises(EnvironmentFailure, match="damaged"):
        load_guard(tmp_path, required=True)
    file.unlink()
    with pytest.raises(EnvironmentFailure, match="damaged"):
        load_guard(tmp_path, required=True)


def test_a_damaged_record_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "guard.json").write_text("{")
    record(tmp_path, [run("army.ml")])
    assert load_guard(tmp_path, required=True).clears("army.ml")


def test_the_record_of_many_names_stays_small(tmp_path: Path) -> None:
    record(tmp_path, [run(*(f"name{i}.ml" for i in range(5000)))])
    assert len((tmp_path / "guard.json").read_bytes()) < 1000
    assert json.loads((tmp_path / "guard.json").read_bytes())["runs"][0]["cleared"] == 5000


@given(st.sets(st.text("ab.-9", min_size=1, max_size=4), max_size=300), st.text("ab.-9\n", max_size=4))
def test_sorted_names_are_a_set(names: set[str], other: str) -> None:
    held = SortedNames.of([name.encode() for name in names])
    assert len(held) == len(names)
    assert all(name in held for name in names)
    assert (other in held) == (other in names)
