"""Keys and a scripted month, made once for all tests of the demo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from catcher.demo.event import Event
from catcher.demo.keys import DkimKey
from catcher.demo.month import make_keys, month

FIRST = date(2026, 10, 1)


@pytest.fixture(scope="session")
def keys() -> Mapping[str, DkimKey]:
    return make_keys()


@pytest.fixture(scope="session")
def events(keys: Mapping[str, DkimKey]) -> tuple[Event, ...]:
    return month(FIRST, keys)
