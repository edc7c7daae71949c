"""Files with a key: what is durable and overwritten when, and who may read it."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from catcher.model.errors import EnvironmentFailure
from catcher.privacy.keyfile import destroy, key_of, make_empty, stored_key

LOSS = "lose it"


@pytest.fixture
def synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes | None, set[str]]]:
    """What each sync of a file (its content) or of a folder (None) found, with the names in the folder then."""
    seen: list[tuple[bytes | None, set[str]]] = []
    sync = os.fsync

    def recorded(descriptor: int) -> None:
        status = os.fstat(descriptor)
        names = {path.name: path for path in tmp_path.iterdir()}
        same = [path for path in names.values() if path.stat().st_ino == status.st_ino]
        seen.append((None if stat.S_ISDIR(status.st_mode) else same[0].read_bytes(), set(names)))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    return seen


def test_a_key_is_synced_before_it_has_its_name_and_its_name_after(
    tmp_path: Path, synced: list[tuple[bytes | None, set[str]]]
) -> None:
    """After a power cut there is the whole key or none: an empty one would stop the server."""
    key = key_of(tmp_path / "a.key", loss=LOSS)
    (content, names), folder = synced
    assert content == key and "a.key" not in names
    assert folder == (None, {"a.key"})


def test_zeros_are_synced_before_the_name_of_a_key_goes(
    tmp_path: Path, synced: list[tuple[bytes | None, set[str]]]
) -> None:
    """What isn't synced while the file has a name never reaches the disk: the key would stay on it."""
    key_of(tmp_path / "a.key", loss=LOSS)
    synced.clear()
    assert destroy(tmp_path / "a.key") is True
    assert synced == [(bytes(32), {"a.key"})]


def test_what_is_already_gone_is_not_destroyed(tmp_path: Path) -> None:
    assert destroy(tmp_path / "a.key") is False


def test_an_empty_file_is_durable_and_its_owners_alone(
    tmp_path: Path, synced: list[tuple[bytes | None, set[str]]]
) -> None:
    previous = os.umask(0)
    try:
        make_empty(tmp_path / "a.destroyed")
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "a.destroyed").stat().st_mode) == 0o600
    assert synced == [(None, {"a.destroyed"})]


def test_the_draft_of_a_process_that_was_second_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, synced: list[tuple[bytes | None, set[str]]]
) -> None:
    """The first process's key is everybody's, and durable for the second process, too; nothing of the draft is left."""
    first, path, link = b"k" * 32, tmp_path / "a.key", os.link

    def second(draft: Path, name: Path) -> None:
        link(draft, tmp_path / "second-name")
        name.write_bytes(first)
        name.chmod(0o600)
        raise FileExistsError(errno.EEXIST, "File exists")

    monkeypatch.setattr(os, "link", second)
    assert key_of(path, loss=LOSS) == first
    assert (tmp_path / "second-name").read_bytes() == bytes(32)
    assert synced[-1] == (None, {"a.key", "second-name"})


@pytest.mark.parametrize("bit", [0o040, 0o020, 0o010, 0o004, 0o002, 0o001])
def test_a_key_with_any_right_for_others_is_refused(tmp_path: Path, bit: int) -> None:
    key_of(tmp_path / "a.key", loss=LOSS)
    (tmp_path / "a.key").chmod(0o600 | bit)
    with pytest.raises(EnvironmentFailure, match="chmod 600"):
        stored_key(tmp_path / "a.key", loss=LOSS)


def test_a_stored_key_is_none_only_where_there_is_no_file(tmp_path: Path) -> None:
    """A key that can't be read is told: taken for none, retries over an epoch's end would count twice."""
    path = tmp_path / "a.key"
    assert stored_key(path, loss=LOSS) is None
    made = key_of(path, loss=LOSS)
    assert stored_key(path, loss=LOSS) == made
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EnvironmentFailure, match="can't be read"):
        stored_key(path, loss=LOSS)


def test_no_file_stays_open(tmp_path: Path) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = descriptors()
    for _ in range(3):
        key_of(tmp_path / "a.key", loss=LOSS)
        make_empty(tmp_path / "a.destroyed")
        destroy(tmp_path / "a.key")
    assert descriptors() == before
