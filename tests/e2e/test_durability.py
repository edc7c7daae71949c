"""A 250 is a promise (DESIGN §2.3): kept through SIGKILL, given after the sync, given once for one mail."""

from __future__ import annotations

import os
import random
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.load import Mails
from tests.support.peers import peer
from tests.support.seeds import seed
from tests.support.server import Server, deliver, running

KILLS = 15
WORKER_KILLS = 185
SENDERS = 3
WORKERS = 12


def test_what_was_acknowledged_outlives_kills_of_every_process(tmp_path: Path) -> None:
    """Every 250 has its observation; a mail sent again after a lost reply is marked, so that no mail counts twice."""
    moments = random.Random(seed(2026))
    with running(tmp_path / "server", log_level="warning") as server:
        senders = [Mails(server, f"sender{n}-") for n in range(SENDERS)]
        for _ in range(KILLS):
            threads = [threading.Thread(target=sender.run) for sender in senders]
            for thread in threads:
                thread.start()
            timer = threading.Timer(moments.uniform(0.01, 0.25), server.kill)
            timer.start()
            for thread in [*threads, timer]:
                thread.join()
            server.start()
            assert_every_promise_is_kept(server, senders)
        assert_acknowledged_is_stored_exactly(server, senders)
        server.catcher("report", "build")
        [incident] = [i for i in server.json("incident", "list") if i["role"] == "intended"]
        assert incident["mails"] == sum(len(sender.acknowledged) for sender in senders)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_what_was_acknowledged_outlives_kills_of_workers_under_load(tmp_path: Path) -> None:
    """The same where one after the other falls while the rest go on; each is started again meanwhile.

    Now and then it is the process that stores: what it had written and not answered comes again, and is a retry.
    """
    told = threading.Semaphore(0)
    with running(tmp_path / "server", log_level="warning", smtp_workers=WORKERS) as server:
        senders = [Mails(server, f"sender{n}-", told=told) for n in range(4 * SENDERS)]
        with sending(senders):
            kill_workers(server, told)
        assert_acknowledged_is_stored_exactly(server, senders)


@contextmanager
def sending(senders: list[Mails]) -> Iterator[None]:
    """All of them send while the block runs."""
    threads = [threading.Thread(target=sender.run_on) for sender in senders]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for sender in senders:
            sender.stop.set()
        for thread in threads:
            thread.join()


def kill_workers(server: Server, told: threading.Semaphore) -> None:
    """One at a time, each after some more acknowledgements."""
    chance = random.Random(seed(2026))
    killed: set[int] = set()
    while len(killed) < WORKER_KILLS:
        for _ in range(chance.randrange(1, 6)):
            assert told.acquire(timeout=30), "nothing is taken any more"
        kind = "store" if len(killed) % 60 == 30 else "smtp"
        pids = [pid for name, pid in server.workers_pids().items() if name.startswith(kind) and pid not in killed]
        if pids:
            os.kill(pid := chance.choice(pids), signal.SIGKILL)
            killed.add(pid)


def assert_acknowledged_is_stored_exactly(server: Server, senders: list[Mails]) -> None:
    for sender in senders:
        sender.stop.clear()
        while sender.unanswered:
            sender.run(upto=sender.next)  # the mails without a reply, once more
    assert_every_promise_is_kept(server, senders)
    acknowledged = sum(len(sender.acknowledged) for sender in senders)
    assert acknowledged > KILLS
    observations = server.observations()
    once = {o.id: o for o in observations if o.retry_of is None}
    assert len(once) == acknowledged
    assert all(once[o.retry_of].recipients == o.recipients for o in observations if o.retry_of is not None)


def assert_every_promise_is_kept(server: Server, senders: list[Mails]) -> None:
    kept = {o.ref for o in server.observations()}
    promised = {ref for sender in senders for ref in sender.acknowledged.values()}
    assert promised <= kept


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "server") as server:
        yield server


MESSAGE = (
    b"From: alice@contractor.example\r\nTo: someone@army.ml\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n"
    b"Message-ID: <1@contractor.example>\r\n\r\nhello\r\n"
)


def test_a_retry_is_marked_and_not_counted(server: Server) -> None:
    for _ in range(3):
        assert deliver(server, message=MESSAGE)[0] == 250
    first, second, third = sorted(server.json("observation", "list"), key=lambda o: int(o["id"]))
    assert first["retry_of"] is None
    assert second["retry_of"] == third["retry_of"] == first["id"]
    server.catcher("report", "build")
    [incident] = [i for i in server.json("incident", "list") if i["role"] == "intended"]
    assert incident["mails"] == 1


def test_another_mail_of_the_same_envelope_is_no_retry(server: Server) -> None:
    deliver(server, message=MESSAGE)
    deliver(server, message=MESSAGE.replace(b"<1@", b"<2@"))
    assert [o["retry_of"] for o in server.json("observation", "list")] == [None, None]


def test_the_sync_returns_before_the_reply_is_written(tmp_path: Path) -> None:
    """A system-call trace: between the go-ahead (354) and the 250 the database's log is written and synced."""
    trace = tmp_path / "trace"
    watched = "trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg"
    prefix = (str(peer("strace")), "-f", "-y", "-s", "80", "-e", watched, "-o", str(trace))
    with running(tmp_path / "server", prefix=prefix) as server:
        for _ in range(3):
            assert deliver(server)[0] == 250
        server.stop()
    events = read_trace(trace.read_text(errors="replace"))
    promises = [n for n, event in enumerate(events) if event == "250"]
    assert len(promises) == 3
    for promise in promises:
        go_ahead = max(n for n in range(promise) if events[n] == "354")
        between = events[go_ahead:promise]
        assert "written" in between
        assert "synced" in between[between.index("written") :]


def read_trace(text: str) -> list[str]:
    """The events that matter, in the order in which the calls returned (a reply: was begun)."""
    events = []
    syncing: set[str] = set()
    for line in text.splitlines():
        pid, _, call = line.partition(" ")
        call = call.strip()
        if re.match(r"(sendto|sendmsg|write|writev)\(.*\"354 ", call):
            events.append("354")
        elif re.match(r"(sendto|sendmsg|write|writev)\(.*\"250 2\.0\.0 .*ref ", call):
            events.append("250")
        elif re.match(r"pwrite64\(\d+<[^>]*catcher\.db-wal>", call):
            events.append("written")
        elif match := re.match(r"f(?:data)?sync\(\d+<[^>]*catcher\.db-wal>(.*)", call):
            if "unfinished" in match[1]:
                syncing.add(pid)
            elif match[1].endswith("= 0"):
                events.append("synced")
        elif re.match(r"<\.\.\. f(data)?sync resumed>.*= 0$", call) and pid in syncing:
            syncing.discard(pid)
            events.append("synced")
    return events


def test_the_reader_of_traces_sees_a_reply_that_came_too_early() -> None:
    """The detector fires: a sync that returns after the reply began stands after it."""
    early = (
        '7  sendto(9<socket:[1]>, "354 go ahead\\r\\n", 14, 0, NULL, 0) = 14\n'
        '8  pwrite64(5<x/catcher.db-wal>, "..."..., 24, 32) = 24\n'
        "8  fdatasync(5<x/catcher.db-wal> <unfinished ...>\n"
        '7  sendto(9<socket:[1]>, "250 2.0.0 taken; ref AB\\r\\n", 40, 0, NULL, 0) = 40\n'
        "8  <... fdatasync resumed>) = 0\n"
    )
    assert read_trace(early) == ["354", "written", "250", "synced"]
