"""The detectors fire: each form of a canary is found when a file holds it. Else finding nothing means nothing."""

from __future__ import annotations

import base64
import binascii
import hashlib
import quopri
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.canaries import Canaries, Finding, forms

WORD = "Zk7vCanaryQx93Wm"
CANARIES = Canaries({"body": WORD})


@pytest.mark.parametrize("form", forms(WORD))
@pytest.mark.parametrize("before", [b"", b"x", b"\0\xff", b"the text before: "], ids=["0", "1", "2", "17"])
def test_every_form_is_found_in_a_file(tmp_path: Path, form: str, before: bytes) -> None:
    (tmp_path / "kept").write_bytes(before + forms(WORD)[form] + b" and after")
    assert Finding("kept", "body", form) in CANARIES.in_folders([tmp_path])


@pytest.mark.parametrize("length", range(12))
def test_base64_is_found_wherever_the_word_begins(tmp_path: Path, length: int) -> None:
    (tmp_path / "kept").write_bytes(base64.b64encode(b"." * length + WORD.encode() + b".."))
    assert CANARIES.in_folders([tmp_path])


def test_base64_is_found_across_lines(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(base64.encodebytes(b"." * 50 + WORD.encode() + b"." * 50))
    assert CANARIES.in_folders([tmp_path])


def test_quoted_printable_is_found_where_only_some_octets_are_quoted(tmp_path: Path) -> None:
    quoted = quopri.encodestring(WORD.encode().replace(b"v", b"\xe4"), quotetabs=True)
    (tmp_path / "kept").write_bytes(quoted.replace(b"=E4", b"=76") + b"=\n")
    assert CANARIES.in_folders([tmp_path])


@pytest.mark.parametrize("written", [WORD.upper(), WORD.lower(), WORD.swapcase()])
def test_another_case_is_found(tmp_path: Path, written: str) -> None:
    (tmp_path / "kept").write_text(written)
    assert Finding("kept", "body", "plain") in CANARIES.in_folders([tmp_path])


def test_a_shortened_digest_is_found(tmp_path: Path) -> None:
    """A token that is an unkeyed digest would confirm a guess."""
    (tmp_path / "kept").write_text(hashlib.sha256(WORD.encode()).hexdigest()[:16])
    assert [f.form for f in CANARIES.in_folders([tmp_path])] == ["sha256, hex"]


def test_a_file_name_is_searched(tmp_path: Path) -> None:
    (tmp_path / f"{WORD}.pdf").touch()
    assert CANARIES.in_folders([tmp_path])


@pytest.mark.parametrize("value", [WORD, WORD.encode(), binascii.hexlify(WORD.encode()).decode()])
def test_a_row_of_a_database_is_searched(tmp_path: Path, value: str | bytes) -> None:
    with closing(sqlite3.connect(tmp_path / "catcher.db")) as database, database:
        database.execute("CREATE TABLE t (x)")
        database.execute("INSERT INTO t VALUES (?)", (value,))
    assert CANARIES.in_folders([tmp_path])


def test_a_row_that_is_still_in_the_log_of_the_database_is_searched(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "catcher.db")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE t (x)")
    database.execute("INSERT INTO t VALUES (?)", (WORD,))
    database.commit()
    assert any(finding.file.endswith("-wal") for finding in CANARIES.in_folders([tmp_path]))
    database.close()


def test_where_nothing_is_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "clean").write_bytes(bytes(range(256)) * 100)
    assert CANARIES.in_folders([tmp_path]) == []
