"""The key ring: keys that are made once, read by their owner alone, and destroyed for good."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catcher.model.errors import EnvironmentFailure
from catcher.model.mail.mailbox import Mailbox
from catcher.privacy import KeyRing

ALICE = Mailbox("alice", "contractor.example")
NOVEMBER, DECEMBER = datetime(2026, 11, 3, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


def test_a_key_is_made_when_it_is_first_needed(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "keys"
    tokens = KeyRing(folder).tokens(NOVEMBER)
    assert tokens.period == "2026-11"
    assert [path.name for path in folder.iterdir()] == ["period-2026-11.key"]
    assert len((folder / "period-2026-11.key").read_bytes()) == 32


def test_only_the_owner_may_read_keys(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    previous = os.umask(0)
    try:
        KeyRing(folder).tokens(NOVEMBER)
    finally:
        os.umask(previous)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "period-2026-11.key").stat().st_mode) == 0o600


def test_another_ring_over_the_same_folder_makes_the_same_tokens(tmp_path: Path) -> None:
    one, other = KeyRing(tmp_path).tokens(NOVEMBER), KeyRing(tmp_path).tokens(NOVEMBER)
    assert one.mailbox(ALICE) == other.mailbox(ALICE)


def test_the_next_period_has_another_key(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    assert ring.tokens(NOVEMBER).mailbox(ALICE) != ring.tokens(DECEMBER).mailbox(ALICE)
    assert ring.periods() == ["2026-11", "2026-12"]


def test_ended_periods_are_destroyed_and_the_present_one_stays(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    before = ring.tokens(NOVEMBER).mailbox(ALICE)
    kept = ring.tokens(DECEMBER).mailbox(ALICE)
    assert ring.ended(DECEMBER) == ["2026-11"]
    assert ring.destroy_before(DECEMBER) == ["2026-11"]
    assert ring.periods() == ["2026-12"]
    assert ring.tokens(DECEMBER).mailbox(ALICE) == kept
    assert ring.tokens(NOVEMBER).mailbox(ALICE) != before


def test_nothing_is_destroyed_twice_or_where_there_is_no_folder(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "absent")
    assert ring.destroy_before(DECEMBER) == []
    assert ring.periods() == []


def test_destroying_overwrites_the_key_before_its_name_goes(tmp_path: Path) -> None:
    """A second name of the same file shows what is left of its content."""
    ring = KeyRing(tmp_path)
    ring.tokens(NOVEMBER)
    os.link(tmp_path / "period-2026-11.key", tmp_path / "second-name")
    ring.destroy_before(DECEMBER)
    assert (tmp_path / "second-name").read_bytes() == bytes(32)


def test_a_draft_that_a_crash_left_behind_goes_with_its_period(tmp_path: Path) -> None:
    draft = tmp_path / ".period-2026-11.0123456789abcdef"
    draft.write_bytes(bytes(32))
    KeyRing(tmp_path).destroy_before(DECEMBER)
    assert not draft.exists()


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    KeyRing(tmp_path).tokens(NOVEMBER)
    (tmp_path / "period-2026-11.key").chmod(0o640)
    with pytest.raises(EnvironmentFailure, match="chmod 600"):
        KeyRing(tmp_path).tokens(NOVEMBER)


@pytest.mark.parametrize("octets", [0, 31, 33])
def test_a_damaged_key_is_refused(tmp_path: Path, octets: int) -> None:
    path = tmp_path / "period-2026-11.key"
    path.write_bytes(bytes(octets))
    path.chmod(0o600)
    with pytest.raises(EnvironmentFailure, match="another length"):
        KeyRing(tmp_path).tokens(NOVEMBER)


def test_a_symbolic_link_is_no_key(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(bytes(32))
    (tmp_path / "period-2026-11.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EnvironmentFailure, match="can't be read"):
        KeyRing(tmp_path).tokens(NOVEMBER)


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentFailure, match="can't be read or made"):
        KeyRing(tmp_path / "file" / "keys").tokens(NOVEMBER)


_RACER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from catcher.model.mail.mailbox import Mailbox
from catcher.privacy import KeyRing
ring = KeyRing(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(ring.tokens(datetime(2026, 11, 3, tzinfo=UTC)).mailbox(Mailbox("alice", "contractor.example")), flush=True)
"""


def test_processes_that_race_for_a_key_all_get_the_same(tmp_path: Path) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", _RACER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    tokens = {racer.communicate(timeout=30)[0] for racer in racers}
    assert len(tokens) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["period-2026-11.key"]
