"""The serial of catalogued names rises with every change, over restarts, and never falls."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from catcher.dns.loading.serial import SERIAL_FILE, peek, settle
from tests.support.dnsserver.serving import NOW

START = int(NOW.timestamp())


def test_a_new_content_gets_the_time(tmp_path: Path) -> None:
    assert settle(tmp_path, "one", NOW) == START


def test_the_same_content_keeps_its_serial(tmp_path: Path) -> None:
    settle(tmp_path, "one", NOW)
    assert settle(tmp_path, "one", NOW + timedelta(days=9)) == START


def test_changes_within_a_second_and_a_clock_set_back(tmp_path: Path) -> None:
    serials = [settle(tmp_path, digest, NOW) for digest in ("one", "two", "one")]
    serials.append(settle(tmp_path, "three", NOW - timedelta(days=1)))
    assert serials == [START, START + 1, START + 2, START + 3]


def test_a_look_changes_nothing(tmp_path: Path) -> None:
    assert peek(tmp_path, "one", NOW) == START
    assert not (tmp_path / SERIAL_FILE).exists()
    settle(tmp_path, "one", NOW)
    assert peek(tmp_path, "one", NOW + timedelta(days=1)) == START
    assert peek(tmp_path, "two", NOW) == START + 1
    assert settle(tmp_path, "two", NOW) == START + 1


def test_without_a_folder_it_is_the_time(tmp_path: Path) -> None:
    assert settle(tmp_path / "absent", "one", NOW) == START
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"digest": 1, "serial": 2}', '{"digest": "one", "serial": -1}', "\0"]
)
def test_a_damaged_file_is_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / SERIAL_FILE).write_text(text)
    assert settle(tmp_path, "one", NOW) == START
    assert settle(tmp_path, "one", NOW + timedelta(days=1)) == START


def test_a_file_of_other_octets_is_replaced(tmp_path: Path) -> None:
    (tmp_path / SERIAL_FILE).write_bytes(b"\xff\xfe")
    assert peek(tmp_path, "one", NOW) == START
    assert settle(tmp_path, "one", NOW) == START
    assert settle(tmp_path, "one", NOW + timedelta(days=1)) == START


def test_the_file_is_the_operators_alone(tmp_path: Path) -> None:
    settle(tmp_path, "one", NOW)
    assert (tmp_path / SERIAL_FILE).stat().st_mode & 0o777 == 0o600
