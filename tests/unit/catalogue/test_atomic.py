"""A file is replaced as a whole; a link stays, unless it leads to what is no file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from catcher.catalogue.atomic import already_holds, replace_file
from catcher.model.errors import EnvironmentFailure


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    replace_file(link, b"new")
    assert link.is_symlink() and target.read_text() == "new" and target.stat().st_mode & 0o777 == 0o640


def test_a_device_or_pipe_behind_a_link_is_left_alone(tmp_path: Path) -> None:
    """As root a rename would take /dev/zero away from the whole machine, and the file would have the device's mode."""
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    link.symlink_to(pipe)
    replace_file(link, b"new")
    assert pipe.is_fifo()
    assert not link.is_symlink() and link.read_text() == "new" and link.stat().st_mode & 0o777 == 0o644


def test_a_folder_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(EnvironmentFailure):
        replace_file(tmp_path / "folder", b"new")
    assert [*tmp_path.iterdir()] == [tmp_path / "folder"]


def test_a_file_that_holds_the_same_is_known_and_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    assert not already_holds(file, b"one")
    file.write_bytes(b"one")
    assert already_holds(file, b"one") and not already_holds(file, b"on") and not already_holds(file, b"one more")
    file.unlink()
    os.mkfifo(file)
    assert not already_holds(file, b"one")
