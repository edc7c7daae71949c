"""What the guard says raises the serial of the names that it concerns, over restarts, too."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from catcher.catalogue import Guard
from catcher.catalogue.guard import Vouches
from catcher.catalogue.names import SortedNames
from catcher.dns.loading import changes, serial
from tests.support.dnsserver.serials import LATER, ROWS, State, guard, risen, serials
from tests.support.dnsserver.serving import NOW, ask, lines


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path)


@pytest.mark.parametrize("restarted", [False, True])
def test_a_refusal_and_its_end_raise_the_serial(state: State, restarted: bool) -> None:
    """A name that the guard refuses must reach secondaries as a null MX."""
    first = state.load(NOW)
    refused = state.load(LATER, guard=guard({"army.ml"}), before=None if restarted else first)
    assert lines(ask(refused, "army.ml", "MX", now=LATER))[1].endswith("MX 0 .")
    assert risen(serials(first, NOW), serials(refused, LATER)) == {"army.ml"}
    lifted = state.load(LATER, guard=guard(), before=None if restarted else refused)
    assert risen(serials(refused, LATER), serials(lifted, LATER)) == {"army.ml"}


def test_a_lapse_of_a_required_guard_raises_the_serial(state: State) -> None:
    """Also over a restart, and when a new run clears the names again."""
    rows = (*ROWS, "quiet.ml,,null")
    first = state.load(NOW, rows, guard=guard(required=True))
    lapsed = NOW + timedelta(hours=24) + timedelta(minutes=1)
    assert risen(serials(first, NOW), serials(first, lapsed)) == {"army.ml", "navy.ml", "fleet.ml"}
    restarted = state.load(lapsed, rows, guard=guard(required=True))
    assert serials(restarted, lapsed) == serials(first, lapsed)
    renewed = state.load(lapsed, rows, guard=guard(required=True, ran_at=lapsed), before=restarted)
    assert risen(serials(restarted, lapsed), serials(renewed, lapsed)) == {"army.ml", "navy.ml", "fleet.ml"}
    daily = lapsed + timedelta(hours=20)
    tomorrow = state.load(daily, rows, guard=guard(required=True, ran_at=daily), before=renewed)
    assert serials(tomorrow, daily) == serials(renewed, daily)


def vouched(until: datetime, *names: str, foreign: frozenset[str] = frozenset()) -> Guard:
    """A required guard whose run of ``NOW`` is prolonged for ``names``."""
    run = replace(guard(required=True).runs["ml"], foreign=foreign)
    slices = {until: SortedNames.of([name.encode() for name in names])} if names else {}
    return Guard(required=True, runs=[run], vouches=[Vouches("ml", NOW, slices)])


@pytest.mark.parametrize("restarted", [False, True])
def test_a_name_that_the_zones_servers_refuse_reaches_secondaries_at_once(state: State, restarted: bool) -> None:
    first = state.load(NOW, guard=guard(required=True))
    foreign = vouched(LATER, foreign=frozenset({"army.ml"}))
    second = state.load(LATER, guard=foreign, before=None if restarted else first)
    assert lines(ask(second, "army.ml", "MX", now=LATER))[1].endswith("MX 0 .")
    assert risen(serials(first, NOW), serials(second, LATER)) == {"army.ml"}


def test_vouches_raise_the_serials_of_names_that_they_bring_back_alone(state: State) -> None:
    """Each look of the upkeep reloads: that must not be a transfer of every name."""
    hour, end = timedelta(hours=1), NOW + timedelta(hours=30)
    young = state.load(NOW, guard=guard(required=True))
    early = state.load(NOW + 13 * hour, guard=vouched(end, "army.ml"), before=young)
    assert serials(early, NOW + 13 * hour) == serials(young, NOW), "the run holds: nothing changes"
    lapsed = serials(early, NOW + 25 * hour)
    assert risen(serials(young, NOW), lapsed) == {"navy.ml", "fleet.ml"}, "army.ml keeps its policy and its serial"
    again = state.load(NOW + 26 * hour, guard=vouched(end, "army.ml", "navy.ml"), before=early)
    assert risen(lapsed, serials(again, NOW + 26 * hour)) == {"navy.ml"}
    assert lines(ask(again, "navy.ml", "MX", now=NOW + 26 * hour))[1].endswith("mx.sink.example.")
    restarted = state.load(NOW + 27 * hour, guard=vouched(end, "army.ml", "navy.ml"))
    assert serials(restarted, NOW + 27 * hour) == serials(again, NOW + 26 * hour)
    ended = end + timedelta(minutes=1)
    assert risen(serials(again, NOW + 26 * hour), serials(again, ended)) == {"army.ml", "navy.ml"}
    dropped = state.load(ended, guard=vouched(end), before=again)
    assert serials(dropped, ended) == serials(again, ended), "an ended vouch that is dropped changes nothing"


def test_a_new_run_over_many_vouches_raises_nothing(state: State) -> None:
    first = state.load(NOW + timedelta(hours=20), guard=vouched(NOW + timedelta(hours=40), "army.ml", "navy.ml"))
    later = NOW + timedelta(hours=22)
    second = state.load(later, guard=guard(required=True, ran_at=later), before=first)
    assert serials(second, later) == serials(first, later)


def test_lost_refusals_and_their_end_raise_the_serials(state: State) -> None:
    first = state.load(NOW)
    lost = state.load(LATER, guard=Guard(required=False, lost=True), before=first)
    assert lines(ask(lost, "army.ml", "MX", now=LATER))[1].endswith("MX 0 .")
    assert len(risen(serials(first, NOW), serials(lost, LATER))) == 3
    found = state.load(LATER, guard=guard(), before=lost)
    assert len(risen(serials(lost, LATER), serials(found, LATER))) == 3


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are compared one by one up to one name alone, as at a catalogue of millions."""
    for module in (changes, serial):
        monkeypatch.setattr(module, "MAX_CHANGED", 1)
    monkeypatch.setattr(changes, "MAX_COMPARED", 1)


@pytest.mark.usefixtures("few")
def test_an_ended_hour_of_vouches_that_were_renewed_raises_nothing(state: State) -> None:
    """Each hour tens of thousands of names have their second vouch already when the first one is dropped."""
    hour, names = timedelta(hours=1), ("army.ml", "fleet.ml", "navy.ml")
    run = guard(required=True).runs["ml"]

    def under(*ends: datetime) -> Guard:
        slices = {end: SortedNames.of([name.encode() for name in names]) for end in ends}
        return Guard(required=True, runs=[run], vouches=[Vouches("ml", NOW, slices)])

    first = state.load(NOW + 25 * hour, guard=under(NOW + 30 * hour))
    second = state.load(NOW + 26 * hour, guard=under(NOW + 30 * hour, NOW + 42 * hour), before=first)
    third = state.load(NOW + 31 * hour, guard=under(NOW + 42 * hour), before=second)
    at = serials(first, NOW + 25 * hour)
    assert serials(second, NOW + 26 * hour) == serials(third, NOW + 31 * hour) == at
    assert set(serials(third, NOW + 43 * hour).values()).isdisjoint(at.values()), "the last vouch ends for all"


@pytest.mark.usefixtures("few")
def test_a_new_run_after_the_lapse_raises_the_names_that_had_lapsed_alone(state: State) -> None:
    hour, end = timedelta(hours=1), NOW + timedelta(hours=40)
    first = state.load(NOW + 20 * hour, guard=vouched(end, "army.ml", "fleet.ml"))
    lapsed, later = serials(first, NOW + 25 * hour), NOW + 26 * hour
    second = state.load(later, guard=guard(required=True, ran_at=later), before=first)
    assert risen(lapsed, serials(second, later)) == {"navy.ml"}
