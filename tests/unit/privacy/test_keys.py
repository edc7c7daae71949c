"""The key ring: keys that are made once, read by their owner alone, and destroyed for good."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catcher.model.errors import EnvironmentFailure
from catcher.model.mail.mailbox import Mailbox
from catcher.privacy import KeyRing, period_of_key

ALICE = Mailbox("alice", "contractor.example")
NOVEMBER, DECEMBER = datetime(2026, 11, 3, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


def test_a_key_is_made_when_it_is_first_needed(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "keys"
    tokens = KeyRing(folder).tokens(NOVEMBER)
    assert tokens.key_id == "2026-11"
    assert sorted(path.name for path in folder.iterdir()) == ["epoch-2026-10-31.key", "period-2026-11.key"]
    assert {len(path.read_bytes()) for path in folder.iterdir()} == {32}


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
    assert ring.key_ids() == ["2026-11", "2026-12"]


def test_ended_periods_are_destroyed_and_the_present_one_stays(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    before = ring.tokens(NOVEMBER).mailbox(ALICE)
    kept = ring.tokens(DECEMBER).mailbox(ALICE)
    assert ring.ended(DECEMBER) == ["2026-11"]
    assert ring.destroy_before(DECEMBER) == ["2026-11"]
    assert ring.key_ids() == ["2026-12"]
    assert ring.tokens(DECEMBER).mailbox(ALICE) == kept
    assert ring.tokens(NOVEMBER).mailbox(ALICE) != before


def test_a_ring_that_destroyed_a_key_forgets_it_too(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    before = ring.tokens(NOVEMBER)
    ring.destroy_before(DECEMBER)
    after = ring.tokens(NOVEMBER)
    assert after.mailbox(ALICE) != before.mailbox(ALICE)


def test_an_idle_process_forgets_the_tokens_of_an_ended_period(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    assert not ring.forget_ended(NOVEMBER)
    held = ring.tokens(NOVEMBER)
    holders = sys.getrefcount(held)
    assert not ring.forget_ended(NOVEMBER)
    assert sys.getrefcount(held) == holders
    assert ring.forget_ended(DECEMBER)
    assert sys.getrefcount(held) == holders - 1


def test_an_id_is_never_used_again_when_the_clock_is_set_back(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ids = []
    for _ in range(3):
        ids.append(ring.tokens(NOVEMBER).key_id)
        assert ring.destroy_before(DECEMBER) == ids[-1:]
    assert ids == ["2026-11", "2026-11.2", "2026-11.3"]
    assert KeyRing(tmp_path).tokens(NOVEMBER).key_id == "2026-11.4"
    assert ring.key_ids() == ["2026-11.4"]
    assert [period_of_key(key_id) for key_id in ring.ended(DECEMBER)] == ["2026-11"]


def test_a_marked_key_that_a_crash_left_is_neither_used_nor_kept(tmp_path: Path) -> None:
    """The mark comes first, so that no crash leaves an overwritten key that is read again."""
    ring = KeyRing(tmp_path)
    ring.tokens(NOVEMBER)
    (tmp_path / "period-2026-11.destroyed").touch()
    assert KeyRing(tmp_path).tokens(NOVEMBER).key_id == "2026-11.2"
    assert KeyRing(tmp_path).destroy_before(DECEMBER) == ["2026-11", "2026-11.2"]


def test_one_key_that_cannot_be_destroyed_keeps_no_other(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ring.tokens(NOVEMBER)
    (tmp_path / "period-2026-10.key").mkdir()
    with pytest.raises(EnvironmentFailure, match="period-2026-10"):
        ring.destroy_before(DECEMBER)
    assert ring.key_ids() == ["2026-10"]


def test_what_was_destroyed_is_synced_with_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that comes back after a power cut would bring the key back."""
    ring = KeyRing(tmp_path)
    ring.tokens(NOVEMBER)
    names: list[set[str]] = []
    sync = os.fsync

    def recorded(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            names.append({path.name for path in tmp_path.iterdir()})
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    ring.destroy_before(DECEMBER)
    assert "period-2026-11.key" in names[0] and "period-2026-11.destroyed" in names[0]
    assert "period-2026-11.key" not in names[-1]


def test_a_folder_that_can_not_be_synced_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys may come back after a power cut: they aren't reported as destroyed."""
    ring = KeyRing(tmp_path)
    ring.tokens(NOVEMBER)
    (tmp_path / "period-2026-11.destroyed").touch()
    sync = os.fsync

    def failing(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, "Input/output error")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(EnvironmentFailure, match="can't be synced: Input/output error"):
        ring.destroy_before(DECEMBER)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
EPOCH = timedelta(days=5)


@settings(max_examples=60, deadline=None)
@given(moments, st.timedeltas(timedelta(0), timedelta(days=20)))
def test_two_moments_less_than_five_days_apart_share_a_key_and_none_more_than_ten(
    one: datetime, span: timedelta
) -> None:
    with TemporaryDirectory() as name:
        ring, other = KeyRing(Path(name)), one + span
        first = ring.tokens(one).signature(b"abc", "army.ml")
        ring.destroy_epochs(other)
        later = ring.tokens(other).signature(b"abc", "army.ml")
        shared = first.present in (later.present, later.before)
        if span < EPOCH:
            assert shared
        if span >= 2 * EPOCH:
            assert not shared
            assert all(other - datetime(*each.timetuple()[:3], tzinfo=UTC) < 2 * EPOCH for each in ring.epochs())


def test_the_key_of_an_epoch_lives_for_two(tmp_path: Path) -> None:
    ring, begin = KeyRing(tmp_path), datetime(2026, 10, 31, tzinfo=UTC)
    ring.tokens(begin)
    assert ring.epochs() == [date(2026, 10, 31)]
    assert ring.destroy_epochs(begin + 2 * EPOCH - timedelta(seconds=1)) == []
    assert ring.destroy_epochs(begin + 2 * EPOCH) == ["2026-10-31"]
    assert ring.epochs() == []


def test_no_key_is_made_for_an_epoch_that_is_over(tmp_path: Path) -> None:
    assert KeyRing(tmp_path).tokens(NOVEMBER).signature(b"abc", "army.ml").before is None
    assert KeyRing(tmp_path).epochs() == [date(2026, 10, 31)]


def test_a_key_from_a_clock_that_was_ahead_goes_when_it_is_back(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ring.tokens(DECEMBER)
    ring.tokens(NOVEMBER)
    assert ring.destroy_epochs(NOVEMBER) == ["2026-11-30"]


def test_a_draft_of_an_epochs_key_goes_with_it(tmp_path: Path) -> None:
    draft = tmp_path / ".epoch-2026-10-31.0123456789abcdef"
    draft.write_bytes(bytes(32))
    KeyRing(tmp_path).destroy_epochs(NOVEMBER)
    assert draft.exists()
    KeyRing(tmp_path).destroy_epochs(DECEMBER)
    assert not draft.exists()


def test_nothing_is_destroyed_twice_or_where_there_is_no_folder(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "absent")
    assert ring.destroy_before(DECEMBER) == []
    assert ring.key_ids() == []


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


def test_a_key_of_zeros_is_refused(tmp_path: Path) -> None:
    """An interrupted destruction leaves zeros: everybody could make such a key's tokens."""
    path = tmp_path / "period-2026-11.key"
    path.write_bytes(bytes(32))
    path.chmod(0o600)
    with pytest.raises(EnvironmentFailure, match="zeros"):
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
    assert sorted(path.name for path in tmp_path.iterdir()) == ["epoch-2026-10-31.key", "period-2026-11.key"]
