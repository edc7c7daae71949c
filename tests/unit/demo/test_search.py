"""The search fires when content was kept, wherever it lies in the folder."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from catcher.demo.event import Event
from catcher.demo.search import canaries, search
from catcher.demo.texts import BODY_CANARY, PASSWORD_CANARY, READERS, SUBJECT_CANARY


def test_a_clean_folder_has_no_finding(tmp_path: Path, events: tuple[Event, ...]) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "some.db").write_bytes(b"contractor.example army.ml no-reply" * 100)
    (tmp_path / "empty").touch()
    searched = search(tmp_path, canaries(events))
    assert (searched.files, searched.found) == (1, ())


@pytest.mark.parametrize(
    "kept",
    [
        BODY_CANARY.encode(),
        SUBJECT_CANARY.encode(),
        READERS[0].encode(),
        b"ines.quillfeather",
        base64.b64encode(f"\0{READERS[0]}\0{PASSWORD_CANARY}".encode()),
    ],
)
def test_kept_content_is_found_in_the_middle_of_a_file(tmp_path: Path, events: tuple[Event, ...], kept: bytes) -> None:
    (tmp_path / "clean").write_bytes(b"nothing")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "some.db-wal").write_bytes(b"\0" * 70_000 + kept + b"\0" * 70_000)
    assert search(tmp_path, canaries(events)).found == (tmp_path / "state" / "some.db-wal",)
