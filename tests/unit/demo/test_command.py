"""The command's own decisions: where it writes, and when it refuses to."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from catcher.cli.demo import command


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    result = CliRunner().invoke(command, ["--dir", str(tmp_path)])
    assert result.exit_code == 2
    assert "isn't an empty folder" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_file_is_refused_as_a_folder(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    result = CliRunner().invoke(command, ["--dir", str(tmp_path / "mine")])
    assert result.exit_code == 2
    assert (tmp_path / "mine").read_text() == "precious"
