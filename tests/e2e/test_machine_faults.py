"""The state folder full, read-only or gone; no template: DNS answers, the fault is told, the next try follows."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.asking import rcode
from tests.support.authoritative import answers
from tests.support.liverows import add_row, await_answer
from tests.support.server import Server, deliver
from tests.support.smalldisk import small_disk


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Not started yet; its state folder is a file system of 64 megabytes, of which 20 are the reserve."""
    made = Server(tmp_path / "server")
    with small_disk(made.folder / "var"):
        try:
            yield made
        finally:
            if made.process is not None:
                made.kill()


def hang_up(server: Server, name: str) -> None:
    """A new row and SIGHUP: it is live."""
    add_row(server, name)
    server.signal(signal.SIGHUP)
    await_answer(server, name)


def fill(server: Server) -> Path:
    ballast = server.folder / "var" / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(65_536))
    return ballast


def takes_mail(server: Server) -> bool:
    with suppress(OSError):
        return deliver(server)[0] == 250
    return False


def reply_code(server: Server, recipient: str) -> int:
    """The code of the reply to a mail; 0 for a client that met a process as it was replaced (421): it tries again."""
    with suppress(OSError):
        return deliver(server, [recipient])[0]
    return 0


@contextmanager
def read_only(server: Server) -> Iterator[None]:
    """Inside, whatever is opened in the state folder can't be written. Files that are open already still can."""
    state = str(server.folder / "var")
    subprocess.run(["mount", "--bind", state, state], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", state], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", state], check=True)


def copied(server: Server) -> set[str]:
    """Names in the copies of the catalogue."""
    record = server.folder / "var" / "kept" / "catalogue.json"
    if not record.exists():
        return set()
    files = [record.with_name(file["copy"]) for file in json.loads(record.read_text())["files"]]
    return {line.partition(",")[0] for file in files for line in file.read_text().splitlines()[1:]}


def test_a_full_disk_at_the_start(server: Server) -> None:
    ballast = fill(server)
    server.start()
    assert answers(server.dns[1], "army.ml") and answers(server.dns[1], "sink.example")
    server.await_log("the serials can't be kept")
    server.await_log("no copy of the catalogue is kept")
    server.await_log("the copies of the zones can't be written: No space left on device")
    server.await_log("mail can't start, and is tried again")
    hang_up(server, "new.example")
    ballast.unlink()
    server.await_that(lambda: takes_mail(server))
    outcome = json.loads(server.control("reload"))
    assert (outcome["result"], outcome["error"]) == ("reloaded", "")
    server.await_that(lambda: "new.example" in copied(server))
    assert server.stop() == 0


def test_a_disk_that_fills_up_while_it_serves(server: Server) -> None:
    """Mail of `accept` is put off, and everything else goes on; afterwards the copies are those of what is served."""
    server.start()
    server.await_that(lambda: takes_mail(server) and "army.ml" in copied(server))
    ballast = fill(server)
    hang_up(server, "new.example")
    server.await_log("the serials can't be kept")
    server.await_log("no copy of the catalogue is kept")
    server.await_that(lambda: reply_code(server, "someone@navy.ml") == 550)
    assert copied(server) >= {"army.ml", "navy.ml"} and "new.example" not in copied(server), "the older copy stays"
    serials = (server.folder / "var" / "dns-serial.json").read_bytes()
    json.loads(serials)
    ballast.unlink()
    assert json.loads(server.control("reload"))["result"] == "reloaded"
    server.await_that(lambda: "new.example" in copied(server))
    assert (server.folder / "var" / "dns-serial.json").read_bytes() != serials, "they are tried again"
    server.await_that(lambda: takes_mail(server))
    assert server.stop() == 0


def test_a_state_folder_that_is_read_only_at_the_start(server: Server) -> None:
    with read_only(server):
        server.start()
        assert answers(server.dns[1], "army.ml") and answers(server.dns[1], "sink.example")
        server.await_log("DNS serves without its state folder")
        server.await_log("Read-only file system")
        server.await_log("mail can't start, and is tried again")
        hang_up(server, "new.example")
    server.await_that((server.folder / "var" / "control.sock").exists)
    server.await_that(lambda: takes_mail(server))
    assert json.loads(server.control("reload"))["result"] == "reloaded"
    server.await_that(lambda: "new.example" in copied(server))
    assert server.stop() == 0


def test_a_state_folder_that_becomes_read_only(server: Server) -> None:
    server.start()
    server.await_that(lambda: takes_mail(server) and "army.ml" in copied(server))
    with read_only(server):
        hang_up(server, "new.example")
        server.await_log("no copy of the catalogue is kept")
        server.await_that(lambda: reply_code(server, "someone@army.ml") in (250, 451))
        server.await_that(lambda: reply_code(server, "someone@navy.ml") == 550)
        assert "smtp-0" in server.workers_pids(), "the control socket answers"
    assert json.loads(server.control("reload"))["result"] == "reloaded"
    server.await_that(lambda: takes_mail(server) and "new.example" in copied(server))
    assert server.stop() == 0


def test_a_state_folder_that_is_removed(server: Server) -> None:
    """What was stored is gone; what is promised from then on is stored in the new folder."""
    server.start()
    server.await_that(lambda: takes_mail(server) and "army.ml" in copied(server))
    state = server.folder / "var"
    for path in state.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert answers(server.dns[1], "army.ml")
    hang_up(server, "new.example")
    server.await_that(lambda: "new.example" in copied(server))
    server.await_that(lambda: takes_mail(server))
    assert server.observations(), "a 250 is a promise"
    server.await_that((state / "control.sock").exists)
    assert json.loads(server.control("reload"))["result"] == "reloaded"
    assert server.stop() == 0


def test_no_template_at_the_start(tmp_path: Path) -> None:
    server = Server(tmp_path / "server")
    server.config.write_text(server.config.read_text().replace("[catalogue]\n", '[catalogue]\ntemplate = "own.zone"\n'))
    try:
        server.start()
        assert rcode(server.dns[1], "army.ml") == "REFUSED" and answers(server.dns[1], "sink.example")
        (part,) = json.loads(server.control("status"))["kept"]
        assert (part["part"], part["name"], part["serves"]) == ("template", "own.zone", None)
        server.await_log("queries for catalogued names get REFUSED")
        assert server.log.read_text().count("own.zone: it can't be read") == 1, "it is told once"
        (server.folder / "own.zone").write_text("@ 60 TXT parked\n")
        assert json.loads(server.control("reload"))["result"] == "reloaded"
        assert answers(server.dns[1], "army.ml")
        assert server.stop() == 0
    finally:
        if server.process is not None:
            server.kill()
