"""The demo's clock moves for every process that was forked after it was made."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone

import pytest

from catcher.demo.clock import SharedClock

START = datetime(2026, 10, 1, 8, 30, 15, tzinfo=UTC)


def test_it_stands_still_until_it_is_moved() -> None:
    clock = SharedClock(START)
    assert clock.now() == clock.now() == START
    clock.move_to(START + timedelta(days=3))
    assert clock.now() == START + timedelta(days=3)


def test_its_moment_is_in_utc_whatever_zone_it_was_given() -> None:
    clock = SharedClock(START.astimezone(timezone(timedelta(hours=5))))
    assert clock.now().isoformat() == "2026-10-01T08:30:15+00:00"


def test_a_datetime_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        SharedClock(START.replace(tzinfo=None))


def test_a_forked_process_sees_it_move() -> None:
    clock = SharedClock(START)
    wait, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(wait, 1)
        os._exit(0 if clock.now() == START + timedelta(hours=1) else 1)
    clock.move_to(START + timedelta(hours=1))
    os.write(go, b".")
    _, status = os.waitpid(child, 0)
    os.close(wait)
    os.close(go)
    assert os.waitstatus_to_exitcode(status) == 0
