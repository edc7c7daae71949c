"""The copies in the state folder: written when something changed, ignored when damaged, never in the way of a load."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catcher.catalogue.loading import copies
from catcher.catalogue.loading.loaded import LoadedCatalogue
from catcher.catalogue.loading.tolerant import load_tolerant
from catcher.model.errors import EnvironmentFailure

NOW = datetime(2020, 1, 1, tzinfo=UTC)
"""Before the files' times of change: no file counts as settled, so that each is read at each load."""
ROWS = "domain,intended,policy\narmy.ml,army.mil,null\nNAVY.ml,,\n"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "state" / "kept"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.csv"
    path.write_text(ROWS)
    return path


def load(file: Path, kept: Path, before: LoadedCatalogue | None = None) -> LoadedCatalogue:
    return load_tolerant([file], before=before, kept=kept, guard=None, now=NOW)


def names(loaded: LoadedCatalogue) -> list[str]:
    return [*loaded.catalogue.domains()]


def test_a_load_writes_nothing(file: Path, kept: Path) -> None:
    load(file, kept)
    assert not kept.exists()


def test_only_what_changed_is_written_and_what_has_no_use_is_removed(file: Path, kept: Path) -> None:
    first = load(file, kept)
    copies.save(first, kept)
    written = {path: path.stat().st_mtime_ns for path in kept.iterdir()}
    assert len(written) == 2
    copies.save(load(file, kept, first), kept)
    assert {path: path.stat().st_mtime_ns for path in kept.iterdir()} == written
    file.write_text("domain\nmarine.ml\n")
    copies.save(load(file, kept, first), kept)
    assert len({*kept.iterdir()} - written.keys()) == 1
    assert len([*kept.iterdir()]) == 2


def test_only_the_server_reads_the_copies(file: Path, kept: Path) -> None:
    copies.save(load(file, kept), kept)
    assert kept.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in kept.iterdir()} == {0o600}


def test_a_copy_of_rows_is_a_catalogue_file(file: Path, kept: Path) -> None:
    """Whoever has lost the file can take the copy."""
    before = load(file, kept)
    file.write_text('domain,intended,policy\narmy.ml,army.mil,nul\n"b.ml",,\n')
    copies.save(load(file, kept, before), kept)
    (copy,) = kept.glob("*.csv")
    assert copy.read_text() == 'domain,intended,policy,until,then,note,lang\narmy.ml,army.mil,null\n"b.ml",,\n'


WRONG: list[object] = [None, 7, "x", [7], [{}], {"a": 1}]


def records(text: str) -> list[bytes]:
    record = json.loads(text)
    file = record["files"][0]
    return [
        b"",
        b"\xff{",
        b"[]",
        b"[" * 100_000,
        *(json.dumps({**record, key: value}).encode() for key in record for value in WRONG),
        *(json.dumps({**record, "files": [{**file, key: value}]}).encode() for key in file for value in WRONG),
    ]


def test_a_damaged_record_harms_nothing(file: Path, kept: Path, caplog: pytest.LogCaptureFixture) -> None:
    copies.save(load(file, kept), kept)
    record = kept / "catalogue.json"
    told = 0
    for data in records(record.read_text()):
        record.write_bytes(data)
        caplog.clear()
        assert names(load(file, kept)) == ["army.ml", "navy.ml"]
        told += any("damaged and ignored" in line or "can't be read" in line for line in caplog.messages)
    assert told > 20


@pytest.mark.parametrize("damage", ["cut", "absent", "folder"])
def test_a_damaged_copy_is_ignored_and_told(
    file: Path, kept: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    copies.save(load(file, kept), kept)
    (copy,) = kept.glob("*.csv")
    data = copy.read_bytes()
    copy.unlink()
    if damage == "cut":
        copy.write_bytes(data[:-9])
    elif damage == "folder":
        copy.mkdir()
    file.write_text("domain,intended,policy\narmy.ml,,nul\nnavy.ml\n")
    with caplog.at_level(logging.ERROR):
        loaded = load(file, kept)
    assert names(loaded) == ["navy.ml"]
    assert loaded.changed is None
    assert any(copy.name in line for line in caplog.messages)


def test_a_folder_that_can_not_be_written_is_told(file: Path, kept: Path) -> None:
    kept.parent.write_text("a file where the folder should be")
    with pytest.raises(EnvironmentFailure, match="it can't be made"):
        copies.save(load(file, kept), kept)


def test_a_disk_that_is_full_leaves_the_copies_of_before(
    file: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load(file, kept)
    copies.save(first, kept)
    written = {path: path.read_bytes() for path in kept.iterdir()}
    file.write_text("domain\nmarine.ml\n")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(EnvironmentFailure, match="No space left on device"):
        copies.save(load(file, kept, first), kept)
    assert {path: path.read_bytes() for path in kept.iterdir()} == written


def test_rows_of_files_that_left_the_configuration_are_gone(file: Path, kept: Path, tmp_path: Path) -> None:
    copies.save(load(file, kept), kept)
    other = tmp_path / "other.csv"
    other.write_text("domain\nmarine.ml\n")
    loaded = load(other, kept)
    assert names(loaded) == ["marine.ml"]
    assert loaded.changed == frozenset({"army.ml", "navy.ml", "marine.ml"})
