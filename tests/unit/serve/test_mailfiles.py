"""Files of the mail side: each has a last good state of its own, and none of them stops the others.

Longer than others: each kind of file is harmed in each way.
"""

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
from catcher.privacy import notice_codes
from catcher.serve import mailfiles
from catcher.serve.mailfiles import MailFiles, good_lists, mail_files
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


def chosen(folder: Path, *, now: datetime = NOW) -> MailFiles:
    return mail_files(config_of(folder), CATALOGUE, now)


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


@pytest.mark.parametrize("how", ["missing", "damaged"])
@pytest.mark.parametrize("name", FILES)
def test_without_a_last_good_state_there_is_none(folder: Path, name: str, how: str) -> None:
    broken(folder, name, how)
    files = chosen(folder)
    assert {(part.name, part.serves) for part in files.kept} == {(name, None)}
    instead = {"words": "the built-in texts hold", "chain.pem": "a self-signed certificate is used"}
    assert {part.served for part in files.kept} == {instead.get(name, "mail is judged without it")}
    assert (wiring.organisations(files.config).name("army.mil") is None) == (name == "watchlist.csv")
    assert ("never is" in said(files)) != (name == "words")
    assert (files.config.smtp.certificate is None) == (name == "chain.pem")


def test_a_mended_file_is_no_longer_kept(folder: Path) -> None:
    broken(folder, "watchlist.csv", "damaged")
    chosen(folder)
    (folder / "watchlist.csv").write_text(WATCHED.replace("Army", "The Army"))
    files = chosen(folder)
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

    monkeypatch.setattr(mailfiles, "write_folder", full)
    files = chosen(folder)
    assert files.kept == () and files.config.fingerprint.watchlist == folder / "watchlist.csv"


@pytest.mark.parametrize("failing", [0, 1])
def test_a_copy_that_cannot_be_renamed_costs_the_copy_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failing: int
) -> None:
    """The second renaming is that of the draft: a crash there leaves the old copy aside, and it is found again."""
    os.utime(folder / "watchlist.csv", (NOW.timestamp(), NOW.timestamp()))
    chosen(folder)
    (folder / "watchlist.csv").write_text(WATCHED.replace("Army", "The Army"))
    renamed = Path.rename
    calls: list[Path] = []

    def fail(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) > failing:
            raise OSError(30, "Read-only file system")
        return renamed(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    files = chosen(folder)
    assert files.kept == () and files.config.fingerprint.watchlist == folder / "watchlist.csv"
    assert "watchlist.csv: it can't be copied, so this state of it isn't kept: Read-only file system" in caplog.text
    monkeypatch.undo()
    broken(folder, "watchlist.csv", "damaged")
    files = chosen(folder)
    assert wiring.organisations(files.config).name("army.mil") == "Army" and files.kept[0].serves == NOW
    (folder / "watchlist.csv").write_text(WATCHED.replace("Army", "The Army"))
    assert chosen(folder).kept == ()
    broken(folder, "watchlist.csv", "damaged")
    assert wiring.organisations(chosen(folder).config).name("army.mil") == "The Army", "the next load copied it"


@pytest.mark.parametrize("inside", [True, False])
def test_copies_that_are_no_files_are_written_anew(folder: Path, inside: bool) -> None:
    chosen(folder)
    copy = folder / "var" / "kept" / "mail" / "watchlist"
    (copy / "watchlist.csv").unlink()
    if inside:
        os.mkfifo(copy / "watchlist.csv")
    else:
        copy.rmdir()
        copy.write_text("a file in the place of the folder")
    assert chosen(folder).kept == ()
    broken(folder, "watchlist.csv", "damaged")
    assert wiring.organisations(chosen(folder).config).name("army.mil") == "Army"


def imported(folder: Path) -> dict[str, Path]:
    """Files in the state folder as ``catcher contact import`` leaves them."""
    state = folder / "var"
    (state / "directory").mkdir(parents=True)
    (state / "directory" / "gov.csv").write_text("domain,organisation,contact\ntown.example,Town,\n")
    (state / "directory" / "mil.csv").write_text("domain,organisation,contact\nbase.example,Base,\n")
    (state / "mailboxes.csv").write_text("domain\nisland.example\n")
    return {"gov.csv": state / "directory" / "gov.csv", "mailboxes.csv": state / "mailboxes.csv"}


def harm(path: Path, how: str) -> None:
    path.unlink()
    match how:
        case "octets":
            path.write_bytes(b"domain,organisation\xff\0,,\n\xe9,,,\n")
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "loop":
            path.symlink_to(path.name)


def known(files: MailFiles) -> tuple[str | None, str | None, bool]:
    """What the imported lists say of a domain of each."""
    organisations = wiring.organisations(files.config, files.lists)
    provider = wiring.parties(files.config, files.lists).party_of("island.example") is None
    return organisations.name("town.example"), organisations.name("base.example"), provider


@pytest.mark.parametrize("how", ["octets", "folder", "pipe", "loop"])
@pytest.mark.parametrize("name", ["gov.csv", "mailboxes.csv"])
def test_an_imported_list_has_a_last_good_state(folder: Path, name: str, how: str) -> None:
    path = imported(folder)[name]
    assert known(chosen(folder)) == ("Town", "Base", True)
    harm(path, how)
    files = chosen(folder)
    assert known(files) == ("Town", "Base", True)
    assert [(part.name, part.serves is None) for part in files.kept] == [(name, False)]
    lists = good_lists(folder / "var", NOW)
    assert known(replace(files, lists=lists)) == ("Town", "Base", True), "a process whose load chose none finds it"


@pytest.mark.parametrize("how", ["octets", "folder", "pipe", "loop"])
@pytest.mark.parametrize("name", ["gov.csv", "mailboxes.csv"])
def test_an_imported_list_without_a_good_state_takes_only_itself_down(folder: Path, name: str, how: str) -> None:
    harm(imported(folder)[name], how)
    files = chosen(folder)
    assert known(files) == (None if name == "gov.csv" else "Town", "Base", name != "mailboxes.csv")
    assert [(part.name, part.served) for part in files.kept] == [(name, "mail is judged without it")]


def test_a_folder_of_imports_that_cannot_be_read(folder: Path) -> None:
    imported(folder)
    chosen(folder)
    (folder / "var" / "directory").rename(folder / "aside")
    (folder / "var" / "directory").write_text("no folder")
    files = chosen(folder)
    assert known(files) == ("Town", "Base", True)
    assert [(part.name, part.serves is None) for part in files.kept] == [("directory", False)]


def test_a_file_in_the_place_of_the_texts_is_a_fault(folder: Path) -> None:
    chosen(folder)
    (folder / "words" / "en.txt").unlink()
    (folder / "words").rmdir()
    (folder / "words").write_text(TEXT)
    files = chosen(folder)
    assert [part.name for part in files.kept] == ["words"] and "never is" in said(files)


@pytest.mark.parametrize("how", ["octets", "folder", "pipe", "loop"])
@pytest.mark.parametrize("key", ["period-2026-11.key", "notices.key"])
def test_a_key_that_cannot_be_used_is_told(folder: Path, key: str, how: str) -> None:
    config = config_of(folder)
    wiring.key_ring(config).tokens(NOW)
    notice_codes(folder / "var" / "keys")
    assert chosen(folder).kept == ()
    harm(folder / "var" / "keys" / key, how)
    (part,) = chosen(folder).kept
    assert key in part.fault.where and part.serves is None and "451" in part.served


def test_a_fault_of_the_certificate_names_the_operators_files(folder: Path) -> None:
    broken(folder, "key.pem", "damaged")
    (part,) = chosen(folder).kept
    assert part.fault.where == "chain.pem, key.pem"


def test_a_language_without_a_text_has_the_default_ones(folder: Path) -> None:
    catalogue = Catalogue.of([replace(row("army.ml"), lang="sw")])
    files = mail_files(config_of(folder), catalogue, NOW)
    (part,) = files.kept
    assert 'no text in the language "sw"' in part.fault.what
    assert part.served == "rows in this language get the text in the default language"
    assert "never is" in str(files.explanations.at_rcpt(next(iter(catalogue)), None).wire)


def test_a_default_language_without_a_text_is_english(folder: Path) -> None:
    (folder / "catcher.toml").write_text(TOML.replace("[smtp]", '[smtp]\nlanguage = "sw"'))
    files = chosen(folder)
    assert "smtp.language" in files.kept[0].fault.where and "never is" in said(files)
