"""``catcher init``: what it writes passes ``catcher check`` as it is."""

from __future__ import annotations

from pathlib import Path

from catcher.config import load_config
from tests.support.commands import Catcher


def test_what_it_writes_is_complete_and_right(catcher: Catcher, sink: Path) -> None:
    assert catcher("check").status == 0
    files = {str(path.relative_to(sink)) for path in sink.rglob("*") if path.is_file()}
    keys = {str(key.relative_to(sink)) for key in (sink / "var" / "keys").iterdir()}
    assert len(keys) == 2, "that of the month, that of the epoch"
    assert files == {
        "catcher.toml",
        "zonefiles/catalogue.csv",
        "zonefiles/template.zone",
        "zonefiles/sink.example.zone",
        "explanations/en.txt",
        "explanations/fr.txt",
        "var/tls/self-signed-ecdsa.pem",
        "var/tls/self-signed-rsa.pem",
        *keys,
    }
    assert load_config(sink / "catcher.toml").catalogue.template == sink / "zonefiles" / "template.zone"


def test_the_state_is_its_owners_alone(sink: Path) -> None:
    assert (sink / "var").stat().st_mode & 0o777 == 0o700
    assert (sink / "var" / "keys").stat().st_mode & 0o777 == 0o700
    assert {key.stat().st_mode & 0o777 for key in (sink / "var" / "keys").iterdir()} == {0o600}
    assert {file.stat().st_mode & 0o777 for file in (sink / "var" / "tls").iterdir()} == {0o600}


def test_an_empty_folder_is_taken(catcher: Catcher, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = catcher("init", str(tmp_path / "empty"))
    assert ended.status == 0
    assert "catcher serve -c" in ended.out


def test_a_folder_with_something_in_it_is_left_alone(catcher: Catcher, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    ended = catcher("init", str(tmp_path))
    assert ended.status == 2
    assert "is not empty; name an empty folder" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_place_that_can_not_be_written(catcher: Catcher, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = catcher("init", str(tmp_path / "file" / "sink"))
    assert ended.status == 3
    assert "can't be written" in ended.err
