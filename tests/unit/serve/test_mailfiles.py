"""Files of the mail side: each has a last good state of its own, and none of them stops the others."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest

from catcher import wiring
from catcher.catalogue import Catalogue
from catcher.config import Config, load_config
from catcher.model.serving import ServedPart
from catcher.serve import mailfiles
from catcher.serve.mailfiles import MailFiles, mail_files
from catcher.smtp import Certificates, self_signed
from tests.support.catalogues import row

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 3, 13, 0, tzinfo=UTC)
WATCHED = "domain,organisation\narmy.mil,Army\n"
MARKINGS = "field,words,level\nX-Ministry,secret,secret\n"
TEXT = (resources.files("catcher.smtp") / "explanations" / "en.txt").read_text()
TOML = """
[dns]
listen = ["127.0.0.1:5300"]
[smtp]
listen = ["127.0.0.1:2500"]
explanations = "words"
certificate = "chain.pem"
key = "key.pem"
[catalogue]
files = ["catalogue.csv"]
[fingerprint]
watchlist = "watchlist.csv"
markings = "markings.csv"
"""
FILES = ("watchlist.csv", "markings.csv", "words", "chain.pem")
"""The names of the parts."""
CATALOGUE = Catalogue.of([row("army.ml")])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration whose files are all good."""
    (tmp_path / "catcher.toml").write_text(TOML)
    (tmp_path / "watchlist.csv").write_text(WATCHED)
    (tmp_path / "markings.csv").write_text(MARKINGS)
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "en.txt").write_text(TEXT.replace("is not", "never is"))
    pair = self_signed(tmp_path / "made", "mx.sink.example", NOW)[0].read_text()
    (tmp_path / "chain.pem").write_text(pair)
    (tmp_path / "key.pem").write_text(pair)
    return tmp_path


def config_of(folder: Path) -> Config:
    return load_config(folder / "catcher.toml", files_may_be_missing=True)


def chosen(folder: Path, *, before: MailFiles | None = None, now: datetime = NOW) -> MailFiles:
    return mail_files(config_of(folder), CATALOGUE, now, before.kept if before else ())


def said(files: MailFiles) -> str:
    return str(files.explanations.at_rcpt(next(iter(CATALOGUE)), None).wire)


def test_good_files_are_read_from_copies_that_others_cannot_read(folder: Path) -> None:
    files = chosen(folder)
    assert files.kept == () and "never is" in said(files)
    copies = folder / "var" / "kept" / "mail"
    assert files.config.fingerprint.watchlist == copies / "watchlist" / "watchlist.csv"
    assert files.config.smtp.certificate == folder / "chain.pem", "a worker reads it again when it changes"
    assert {path.stat().st_mode & 0o777 for path in copies.rglob("*.*")} == {0o600}
    assert wiring.organisations(files.config).name("army.mil") == "Army"
    wiring.own_markings(files.config)


def test_a_later_start_of_a_process_reads_what_was_checked(folder: Path) -> None:
    files = chosen(folder)
    (folder / "watchlist.csv").write_text("nonsense\n")
    assert wiring.organisations(files.config).name("army.mil") == "Army"


def broken(folder: Path, name: str, how: str) -> None:
    path = folder / name
    if how == "missing":
        path.rename(folder / f"{name}.away")
    elif path.is_dir():
        (path / "en.txt").write_text("{nonsense")
    else:
        path.write_bytes(b"\xff\x00 nonsense\n")


@pytest.mark.parametrize("how", ["missing", "damaged"])
@pytest.mark.parametrize("name", FILES)
def test_a_faulty_file_takes_only_itself_down_and_its_last_good_state_holds(folder: Path, name: str, how: str) -> None:
    os.utime(folder / name if name != "words" else folder / "words" / "en.txt", (NOW.timestamp(), NOW.timestamp()))
    if name == "chain.pem":
        os.utime(folder / "key.pem", (NOW.timestamp(), NOW.timestamp()))
    chosen(folder)
    broken(folder, name, how)
    files = chosen(folder, now=LATER)
    assert {(p.part, p.name, p.since, p.serves) for p in files.kept} == {(ServedPart.MAIL, name, LATER, NOW)}
    assert wiring.organisations(files.config).name("army.mil") == "Army" and "never is" in said(files)
    assert files.config.smtp.certificate and files.config.smtp.key
    Certificates([(files.config.smtp.certificate, files.config.smtp.key)])
    again = chosen(folder, before=files, now=datetime(2026, 11, 4, tzinfo=UTC))
    assert again.kept == files.kept, "since is the first load that found it"


@pytest.mark.parametrize("how", ["missing", "damaged"])
@pytest.mark.parametrize("name", FILES)
def test_without_a_last_good_state_there_is_none(folder: Path, name: str, how: str) -> None:
    broken(folder, name, how)
    files = chosen(folder)
    assert {(part.name, part.serves) for part in files.kept} == {(name, None)}
    assert (wiring.organisations(files.config).name("army.mil") is None) == (name == "watchlist.csv")
    assert ("never is" in said(files)) != (name == "words")
    assert (files.config.smtp.certificate is None) == (name == "chain.pem")


def test_a_mended_file_is_no_longer_kept(folder: Path) -> None:
    broken(folder, "watchlist.csv", "damaged")
    before = chosen(folder)
    (folder / "watchlist.csv").write_text(WATCHED.replace("Army", "The Army"))
    files = chosen(folder, before=before)
    assert files.kept == () and wiring.organisations(files.config).name("army.mil") == "The Army"


def test_a_damaged_copy_is_as_good_as_none(folder: Path) -> None:
    copy = chosen(folder).config.fingerprint.watchlist
    assert copy is not None
    copy.write_text("nonsense\n")
    broken(folder, "watchlist.csv", "damaged")
    files = chosen(folder)
    assert files.config.fingerprint.watchlist is None and files.kept[0].serves is None


def test_a_full_disk_costs_the_copies_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mailfiles, "write_mail_copies", full)
    files = chosen(folder)
    assert files.kept == () and files.config.fingerprint.watchlist == folder / "watchlist.csv"


def test_a_language_without_a_text_has_the_default_ones(folder: Path) -> None:
    catalogue = Catalogue.of([replace(row("army.ml"), lang="sw")])
    files = mail_files(config_of(folder), catalogue, NOW)
    (part,) = files.kept
    assert 'no text in the language "sw"' in part.fault.what
    assert "never is" in str(files.explanations.at_rcpt(next(iter(catalogue)), None).wire)


def test_a_default_language_without_a_text_is_english(folder: Path) -> None:
    (folder / "catcher.toml").write_text(TOML.replace("[smtp]", '[smtp]\nlanguage = "sw"'))
    files = chosen(folder)
    assert "smtp.language" in files.kept[0].fault.where and "never is" in said(files)
