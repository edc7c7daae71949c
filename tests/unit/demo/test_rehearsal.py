"""Every event of the script, through the real rooms without a socket: each is found as the script knows it to be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from catcher import catalogue, config
from catcher.demo.compare import Compared, compare, unclaimed
from catcher.demo.event import Event, Story
from catcher.demo.keys import DkimKey
from catcher.demo.layout import lay_out_sink
from catcher.demo.zones import world
from catcher.model.observation import Observation
from catcher.privacy import KeyRing
from catcher.store import MemoryStore
from tests.unit.demo.conftest import FIRST
from tests.unit.demo.rehearsal import Rehearsal, World
from tests.unit.demo.test_layout import PORTS


@pytest.fixture(scope="module")
def rehearsed(
    tmp_path_factory: pytest.TempPathFactory, keys: Mapping[str, DkimKey], events: tuple[Event, ...]
) -> tuple[list[Compared], list[Observation]]:
    folder: Path = tmp_path_factory.mktemp("rehearsal")
    sink = config.load(lay_out_sink(folder / "sink", PORTS, until=date(FIRST.year, FIRST.month, 16)))
    tokens = KeyRing(folder / "keys").tokens(events[0].at)
    rehearsal = Rehearsal(catalogue.load(sink.catalogue.files), World(world(keys)), tokens)
    played = [rehearsal.play(number, event) for number, event in enumerate(events, 1)]
    store = MemoryStore()
    store.add([observations for _, observations in played if observations])
    stored = list(store.observations())
    return compare([one for one, _ in played], stored), stored


def test_every_event_is_found_as_scripted(rehearsed: tuple[list[Compared], list[Observation]]) -> None:
    compared, observations = rehearsed
    deviating = {f"{one.played.event.story.name}: {text}" for one in compared for text in one.deviations}
    assert deviating == set()
    assert unclaimed(compared, observations) == []


@pytest.mark.parametrize("story", [Story.REPLAY, Story.SIGN_UP_BOMB, Story.AUTO_REPLIES, Story.FORGED])
def test_abuse_counts_towards_no_notice(rehearsed: tuple[list[Compared], list[Observation]], story: Story) -> None:
    compared, _ = rehearsed
    found = [o for one in compared if one.played.event.story is story for o in one.observations]
    assert found and not any(o.counts for o in found)
