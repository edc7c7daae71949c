"""DNS answers whatever else is down: a locked store, a full disk, killed neighbours. And no query goes uncounted."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from catcher.store import SqliteStore
from tests.support.asking import ask
from tests.support.dnsserver.serving import query
from tests.support.server import SECONDS, Server, running

ROUND = 500
KEPT = "demand is kept in memory until the store is back"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "server") as server:
        yield server


def asked(server: Server, until: Callable[[], bool] = lambda: True) -> int:
    """Asks rounds of queries until ``until``, at least one; each is answered, or ``ask`` fails. Returns how many."""
    wires = [number.to_bytes(2, "big") + query("army.ml", "MX").to_wire()[2:] for number in range(ROUND)]
    count, deadline = 0, time.monotonic() + SECONDS
    while True:
        replies = ask(server.dns[1], wires)
        assert all(reply[3] & 15 == 0 and reply[7] == 1 for reply in replies)
        count += ROUND
        if until():
            return count
        assert time.monotonic() < deadline, server.log.read_text()[-2000:]


def demand(server: Server) -> int:
    """What is stored for army.ml."""
    with closing(SqliteStore(server.folder / "var" / "catcher.db")) as store:
        return store.demand(qtype="MX").get("army.ml", 0)


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Another process holds the database."""
    with closing(sqlite3.connect(server.folder / "var" / "catcher.db", isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        yield
        database.execute("ROLLBACK")


@contextmanager
def disk_full(server: Server) -> Iterator[None]:
    """The disk takes nothing more from the process that stores demand."""
    pid = server.workers_pids()["demand"]
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("trouble", [locked, disk_full])
def test_every_query_is_answered_and_counted_while_the_store_is_away(
    server: Server, trouble: Callable[[Server], AbstractContextManager[None]]
) -> None:
    count = asked(server)
    with trouble(server):
        count += asked(server)
        server.await_log(KEPT)  # after the 20 s for which a writer waits its turn, where another holds the database
        count += asked(server)
    count += asked(server)
    assert server.stop() == 0
    assert demand(server) == count


def test_every_query_is_answered_while_the_mail_side_and_the_store_side_are_killed(server: Server) -> None:
    asked(server)
    before = server.workers_pids()
    for name in ("smtp-0", "demand", "upkeep"):
        os.kill(before[name], signal.SIGKILL)
        asked(server)
    asked(server, lambda: {"smtp-0", "demand", "upkeep"} <= server.workers_pids().keys())
    after = server.workers_pids()
    assert after["dns-0"] == before["dns-0"] and after["demand"] != before["demand"]


def test_what_was_counted_last_is_stored_when_the_server_ends(server: Server) -> None:
    count = asked(server)
    assert server.stop() == 0
    assert demand(server) == count


def test_a_removed_domain_is_refused_from_the_word_on(server: Server) -> None:
    """And nothing that was compiled for it is said again, over many batches."""
    asked(server)
    server.catcher("catalogue", "remove", "army.ml")
    wires = [number.to_bytes(2, "big") + query("army.ml", "MX").to_wire()[2:] for number in range(ROUND)]
    assert {reply[3] & 15 for reply in ask(server.dns[1], wires)} == {5}
