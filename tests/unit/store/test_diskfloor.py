"""The floor of free disk: when it refuses, what it says, how often it asks."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from catcher.model.diskroom import DiskRoom
from catcher.store.diskfloor import DiskFloor, disk_room
from tests.support.clocks import Seconds


class Disk:
    """A file system whose free octets a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free_mb, self.asked = 1_000, 0
        monkeypatch.setattr(os, "statvfs", self._statvfs)

    def _statvfs(self, folder: Path) -> SimpleNamespace:
        self.asked += 1
        return SimpleNamespace(f_bavail=self.free_mb * 1_000, f_blocks=10_000_000, f_frsize=1_000)


def test_below_the_floor_it_refuses_and_says_how_much_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, now = Disk(monkeypatch), Seconds()
    floor = DiskFloor(tmp_path, 256, now)
    assert floor.refusal() == ""
    disk.free_mb, now.now = 255, now.now + 1
    assert "255.0 MB left" in floor.refusal() and "256.0 MB" in floor.refusal() and "reserve_mb" in floor.refusal()
    disk.free_mb, now.now = 256, now.now + 1
    assert floor.refusal() == ""


def test_the_disk_is_asked_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, now = Disk(monkeypatch), Seconds()
    floor = DiskFloor(tmp_path, 256, now)
    for _ in range(1_000):
        floor.refusal()
    assert disk.asked == 1
    now.now += 1
    floor.refusal()
    assert disk.asked == 2


def test_without_a_reserve_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(monkeypatch)
    disk.free_mb = 0
    assert DiskFloor(tmp_path, 0, Seconds()).refusal() == ""
    assert disk.asked == 0


def test_a_disk_that_cannot_be_asked_refuses_nothing(tmp_path: Path) -> None:
    assert disk_room(tmp_path / "absent", 256) is None
    assert DiskFloor(tmp_path / "absent", 256, Seconds()).refusal() == ""
    room = disk_room(tmp_path, 0)
    assert room is not None
    assert room.free > 0 and not room.is_low


def test_room_is_low_below_the_reserve() -> None:
    assert DiskRoom(255, 256).is_low and not DiskRoom(256, 256).is_low
    assert DiskRoom(256, 256).shortage == ""


def test_a_small_disk_has_a_small_reserve() -> None:
    assert DiskRoom.of(free=1, whole=4_000_000_000, reserve_mb=1_000).reserve == 400_000_000
    assert DiskRoom.of(free=1, whole=40_000_000, reserve_mb=1_000).reserve == 20_000_000, "a step has room on any disk"
    assert DiskRoom.of(free=1, whole=40_000_000, reserve_mb=5).reserve == 5_000_000
    assert DiskRoom.of(free=1, whole=400_000_000_000, reserve_mb=1_000).reserve == 1_000_000_000
    assert DiskRoom.of(free=0, whole=400_000_000_000, reserve_mb=0).reserve == 0
