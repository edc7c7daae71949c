"""Keys and a scripted month, made once for all tests of the demo."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from catcher import catalogue, config
from catcher.demo.event import Event
from catcher.demo.keys import DemoKey
from catcher.demo.layout import lay_out_sink
from catcher.demo.month import make_keys, month
from catcher.demo.stories.work import ends_on
from catcher.demo.zones import world
from catcher.privacy import KeyRing
from catcher.store import MemoryStore
from tests.support.rehearsal import FIRST, Rehearsal, Rehearsed, Zones


@pytest.fixture(scope="session")
def keys() -> Mapping[str, DemoKey]:
    return make_keys()


@pytest.fixture(scope="session")
def events(keys: Mapping[str, DemoKey]) -> tuple[Event, ...]:
    return month(FIRST, keys)


@pytest.fixture(scope="session")
def rehearsed(
    tmp_path_factory: pytest.TempPathFactory, keys: Mapping[str, DemoKey], events: tuple[Event, ...]
) -> Rehearsed:
    """The month through the real rooms, without a socket."""
    folder = tmp_path_factory.mktemp("rehearsal")
    ports = {"host": "127.0.0.1", "dns": 5300, "smtp": 2500, "world": 5301, "unused": 2501, "mail": 2525}
    sink = config.load_config(lay_out_sink(folder / "sink", ports, until=ends_on(FIRST)))
    tokens = KeyRing(folder / "keys").tokens(events[0].at)
    rehearsal = Rehearsal(catalogue.read_catalogue(sink.catalogue.files), Zones(world(keys)), tokens)
    played = [rehearsal.play(number, event) for number, event in enumerate(events, 1)]
    store = MemoryStore()
    store.add([observations for _, observations in played if observations])
    return Rehearsed([one for one, _ in played], store)
