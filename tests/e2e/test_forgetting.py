"""Forgetting beside the mail: no reload repeats upkeep; neither the server's own forgetting nor a person's purge turns
a mail away; neither a disk that is nearly full nor SIGKILL stops forgetting."""

from __future__ import annotations

import os
import re
import signal
import smtplib
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.store import SqliteStore
from catcher.store.codec import to_row
from catcher.store.sqlite import verify_file
from tests.support.observations import observation
from tests.support.server import SECONDS, Server, deliver, running
from tests.support.smalldisk import small_disk

DAYS = 200
"""Days over which the stored mails lie; [store] keep_days is 180."""
KILLS = 6


class Writer:
    """A client that sends a mail every ``pause`` seconds from a thread of its own, and keeps what it heard."""

    def __init__(self, server: Server, pause: float) -> None:
        self.heard: list[int] = []
        self.refs: list[str] = []
        """Of each 250 in its order."""
        self._server = server
        self._pause = pause
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._send)

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()

    def _send(self) -> None:
        while not self._enough.wait(self._pause):
            # A process that is replaced says 421 outside a transaction; a client comes again at once.
            with suppress(smtplib.SMTPException, OSError), smtplib.SMTP(*self._server.smtp, timeout=SECONDS) as client:
                client.ehlo("mail.contractor.example")
                if client.mail("alice@contractor.example")[0] == client.rcpt("someone@army.ml")[0] == 250:
                    code, text = client.data(b"From: alice@contractor.example\r\n\r\nhello\r\n")
                    self.heard.append(code)
                    self.refs += re.findall(r"ref (\S+)", text.decode()) if code == 250 else []


def fill(folder: Path, number: int) -> None:
    """A store with ``number`` folded mails of the last ``DAYS`` days."""
    store = SqliteStore(folder / "var" / "catcher.db")
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    for first in range(0, number, 2_000):
        store.add_rows(
            [
                [
                    to_row(
                        observation(
                            transaction=f"{n:016x}",
                            ref=f"OLD{n:09d}",
                            observed_at=now - timedelta(minutes=DAYS * 1440 * (number - n) // number),
                            retry_tag=f"retry{n:011x}",
                            signatures=(f"signature{n:07x}",),
                            recipients=(f"recipient{n:07x}",),
                            reverse_path_token=f"reverse{n:09x}",
                        )
                    )
                ]
                for n in range(first, min(first + 2_000, number))
            ]
        )
    store._db.execute("UPDATE folded SET up_to = ?", [number])
    for month in {f"{now - timedelta(days=days):%Y-%m}" for days in range(35, DAYS + 5)}:
        store.note_period(month, settled_at=now)
    store.close()


def test_a_reload_under_load_runs_no_upkeep(tmp_path: Path) -> None:
    with running(tmp_path / "server") as server:
        server.await_log("the upkeep of")
        with Writer(server, 0.01) as writer:
            for _ in range(3):
                server.reload()
        server.stop()
    assert set(writer.heard) == {250}
    assert server.log.read_text().count("the upkeep of") == 1


@pytest.mark.parametrize(
    ("mails", "pause"), [(4_000, 0.02), pytest.param(200_000, 0.2, marks=pytest.mark.long, id="200000-long")]
)
def test_neither_forgetting_nor_a_purge_turns_a_mail_away(tmp_path: Path, mails: int, pause: float) -> None:
    fill(tmp_path / "server", mails)
    with running(tmp_path / "server", more="[fingerprint]\nlookups = false\n[store]\nkeep_days = 180\n") as server:
        with Writer(server, pause) as writer:
            purging = subprocess.run(
                [sys.executable, "-m", "catcher", "store", "purge", "-c", str(server.config)],
                capture_output=True,
                text=True,
                timeout=280,
            )
            server.reload()
            server.await_log("the upkeep of")
        heard = writer.heard
        server.stop()
    # What holds the log may be the other one, which empties it then.
    assert purging.returncode == 0 or "the log still holds" in purging.stdout, purging.stdout + purging.stderr
    assert heard and set(heard) == {250}
    store = SqliteStore(tmp_path / "server" / "var" / "catcher.db")
    left = list(store.observations())
    store.close()
    oldest = datetime.now(UTC) - timedelta(days=181)
    assert {o.observed_at >= oldest for o in left} == {True}
    assert sum(o.ref.startswith("OLD") for o in left) == pytest.approx(mails * 180 / DAYS, rel=0.02)
    assert sum(not o.ref.startswith("OLD") for o in left) == len(heard)


def due_words(number: int) -> dict[str, set[bytes]]:
    """What is due for a day at least in a store that ``fill`` made of ``number`` mails, by its kind. The month of 35
    days ago is settled, and its tokens are due."""
    word_days = {"OLD{:09d}": 180, "retry{:011x}": 5, "signature{:07x}": 5, "recipient{:07x}": 70, "reverse{:09x}": 70}
    return {
        word: {word.format(n).encode() for n in range(number) if DAYS * (number - n) / number > days + 1}
        for word, days in word_days.items()
    }


def found(folder: Path, words: dict[str, set[bytes]]) -> dict[str, set[bytes]]:
    """Those of ``words`` that stand in a file of the store; no entry for a kind of which none does."""
    content = b"\0".join(file.read_bytes() for file in (folder / "var").glob("catcher.db*"))
    left = {kind: {word for word in each if word in content} for kind, each in words.items()}
    return {kind: each for kind, each in left.items() if each}


def await_tables(path: Path, most: int, *, marked: bool) -> int:
    """Waits until the database has at most so many tables, and one is marked for dropping or none is; returns how
    many it has."""
    deadline = time.monotonic() + SECONDS
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        while True:
            assert time.monotonic() < deadline, "forgetting doesn't go on"
            query = "SELECT (SELECT count(*) FROM sqlite_master), (SELECT count(*) FROM dropping)"
            tables, dropping = db.execute(query).fetchone()
            if tables <= most and bool(dropping) is marked:
                return int(tables)


def kill_store(server: Server) -> None:
    """SIGKILL to the process that stores; returns once another is in its place."""
    pid = server.workers_pids()["store"]
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + SECONDS
    while server.workers_pids().get("store") in (None, pid):
        assert time.monotonic() < deadline, "it isn't started again"


def test_killed_while_it_forgets_it_goes_on_and_loses_no_mail(tmp_path: Path) -> None:
    """The process that stores is killed again and again, amid tables and between them, while mail comes."""
    mails = 60
    path = tmp_path / "server" / "var" / "catcher.db"
    fill(tmp_path / "server", mails)
    due = due_words(mails)
    assert found(tmp_path / "server", due) == due, "the search itself works"
    with running(tmp_path / "server", more="[fingerprint]\nlookups = false\n[store]\nkeep_days = 180\n") as server:
        with Writer(server, 0.02) as writer:
            tables = await_tables(path, 10**6, marked=True)
            for kill in range(KILLS):
                tables = await_tables(path, tables - 8, marked=kill % 2 == 0)
                kill_store(server)
            server.await_log("forgotten:")
        assert found(tmp_path / "server", due) == {}
        server.stop()
    assert server.log.read_text().count("forgotten:") == 1, "each kill came before forgetting had ended"
    assert found(tmp_path / "server", due) == {}
    assert verify_file(path) == ()
    stored = Counter(o.ref for o in server.observations() if not o.ref.startswith("OLD"))
    assert set(writer.heard) <= {250, 451} and len(writer.refs) == writer.heard.count(250) > KILLS
    assert [ref for ref in writer.refs if stored[ref] != 1] == []
    assert stored.total() - len(writer.refs) <= writer.heard.count(451), "a mail that got no 250 may be stored"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as folder:
        yield folder


def test_below_the_reserve_accepted_mail_is_put_off_and_what_is_due_is_forgotten(tmp_path: Path, disk: Path) -> None:
    """Somebody else filled the disk up to the reserve: catcher adds nothing, and forgets as ever."""
    more = f'[fingerprint]\nlookups = false\n[store]\nurl = "sqlite:{disk}/var/catcher.db"\nkeep_days = 180\n'
    fill(disk, 1_000)
    with running(tmp_path / "server", more=more) as server:
        ballast = disk / "ballast"
        with ballast.open("wb", buffering=0) as file:
            while _free(disk) > 17_500_000:
                file.write(bytes(65_536))
        deadline = time.monotonic() + SECONDS
        while (answer := deliver(server))[0] == 250:  # the disk is asked once a second
            assert time.monotonic() < deadline
        assert (answer[0], answer[1][:5]) == (451, b"4.3.0")
        assert deliver(server, ["someone@navy.ml"])[0] == 550
        status = subprocess.run(
            [sys.executable, "-m", "catcher", "status", "-c", str(server.config)], capture_output=True, text=True
        )
        assert status.returncode == 1 and "no observation is added" in status.stdout
        purged = subprocess.run(
            [sys.executable, "-m", "catcher", "store", "purge", "-c", str(server.config)],
            capture_output=True,
            text=True,
        )
        assert purged.returncode == 0 or "the log still holds" in purged.stdout
        ballast.unlink()
        while deliver(server)[0] != 250:
            assert time.monotonic() < deadline
        server.stop()
    assert "not_stored" in server.log.read_text()


def _free(folder: Path) -> int:
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize
