"""A store in trouble: a full disk, a database that another process holds. What is said, and how it recovers."""

from __future__ import annotations

import os
import signal
import smtplib
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from catcher.model.mail.policy import Outcome
from tests.support.server import SECONDS, Server, deliver, running
from tests.support.smalldisk import small_disk

CATALOGUE = (
    "domain,intended,policy\narmy.ml,army.mil,accept\nnavy.ml,navy.mil,explain\nrefused.example,meant.example,refuse\n"
)
PROMPT_SECONDS = 5.0
"""What a client may wait at most for the 451; about two of them are the server's patience."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small") as folder:
        yield folder


def at_rcpt(server: Server, recipient: str) -> tuple[int, bytes]:
    """The reply to RCPT, and the end of the session, which records what was refused."""
    with smtplib.SMTP(*server.smtp, local_hostname="mail.contractor.example", timeout=SECONDS) as client:
        client.ehlo()
        client.mail("alice@contractor.example")
        return client.rcpt(recipient)


def test_a_full_disk_gives_451_only_to_accepted_mail_and_heals_without_a_restart(tmp_path: Path, disk: Path) -> None:
    ballast = disk / "ballast"
    more = f'[fingerprint]\nlookups = false\n[store]\nurl = "sqlite:{disk}/catcher.db"\n'
    with running(tmp_path / "server", catalogue=CATALOGUE, more=more) as server:
        assert deliver(server)[0] == 250
        pid = server.workers_pids()["smtp-0"]
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(65_536))
        # What the log has allocated already may take a few more.
        stored = 1
        while (answer := deliver(server))[0] == 250:
            stored += 1
        code, text = answer
        assert (code, text[:5]) == (451, b"4.3.0")
        for _ in range(3):
            assert deliver(server)[0] == 451
            assert deliver(server, ["someone@navy.ml"])[0] == 550
            assert at_rcpt(server, "someone@refused.example")[0] == 550
        ballast.unlink()
        deadline = time.monotonic() + SECONDS
        while deliver(server)[0] != 250:
            assert time.monotonic() < deadline
        assert server.workers_pids()["smtp-0"] == pid, "it healed by itself"
        taken = [o for o in server.json("observation", "list") if o["outcome"] == "accepted"]
        assert len(taken) == stored + 1
        server.stop()
    assert "not_stored" in server.log.read_text(), "what could not be stored was counted"


def test_a_database_that_another_process_holds_gives_a_prompt_451(tmp_path: Path) -> None:
    with running(tmp_path / "server", catalogue=CATALOGUE) as server:
        assert deliver(server)[0] == 250
        with closing(sqlite3.connect(server.folder / "var" / "catcher.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for recipient, expected in (("someone@army.ml", 451), ("someone@navy.ml", 550), ("someone@army.ml", 451)):
                begin = time.monotonic()
                assert deliver(server, [recipient])[0] == expected
                assert time.monotonic() - begin < PROMPT_SECONDS
            other.execute("ROLLBACK")
        deadline = time.monotonic() + SECONDS
        while deliver(server)[0] != 250:
            assert time.monotonic() < deadline
        assert [o.outcome for o in server.observations()].count(Outcome.ACCEPTED) == 2


def test_when_the_process_that_stores_falls_clients_hear_451_until_there_is_another(tmp_path: Path) -> None:
    """The processes that take mail stay, and so do the connections on them."""
    with running(tmp_path / "server", catalogue=CATALOGUE, smtp_workers=2) as server:
        assert deliver(server)[0] == 250
        before = server.workers_pids()
        os.kill(before["store"], signal.SIGKILL)
        deadline, acknowledged = time.monotonic() + SECONDS, 1
        while (code := deliver(server)[0]) != 250 or server.workers_pids().get("store") in (None, before["store"]):
            assert code in (250, 451)
            acknowledged += code == 250
            assert time.monotonic() < deadline
        acknowledged += 1
        after = server.workers_pids()
        assert after.pop("store") != before.pop("store")
        assert after == before
        assert len(server.observations()) == acknowledged
        server.stop()
    log = server.log.read_text()
    assert "worker store" in log
    assert "ended unexpectedly" in log


def test_a_reload_under_load_costs_no_client_a_451(tmp_path: Path) -> None:
    """The next generation brings its own process that stores; who still uses the one before goes over."""
    with running(tmp_path / "server", catalogue=CATALOGUE, smtp_workers=2) as server:
        heard: list[int] = []
        enough = threading.Event()

        def load() -> None:
            while not enough.is_set():
                # Outside a transaction a process that is replaced says 421, in any command, and ends the session.
                with suppress(smtplib.SMTPException, OSError), smtplib.SMTP(*server.smtp, timeout=SECONDS) as client:
                    client.ehlo("mail.contractor.example")
                    if client.mail("alice@contractor.example")[0] == client.rcpt("someone@army.ml")[0] == 250:
                        heard.append(client.data(b"From: alice@contractor.example\r\n\r\nhello\r\n")[0])

        senders = [threading.Thread(target=load) for _ in range(4)]
        for sender in senders:
            sender.start()
        stores = {server.workers_pids()["store"]}
        for _ in range(3):
            server.reload()
            stores.add(server.workers_pids()["store"])
        enough.set()
        for sender in senders:
            sender.join()
        assert set(heard) == {250}
        assert len(stores) == 4
        assert len(server.observations()) == len(heard)
        assert server.stop() == 0
    assert "ended unexpectedly" not in server.log.read_text()
