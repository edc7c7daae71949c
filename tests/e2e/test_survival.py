"""DNS answers through faults of the machine and of the mail side, at the start and at reloads (DESIGN, promise 4).

Longer than others: one case for each fault of the machine, around one server that is not started yet.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.asking import rcode
from tests.support.authoritative import answers
from tests.support.liverows import add_row, await_answer
from tests.support.processgroup import processes_of
from tests.support.server import ARMY, ENVELOPE, SECONDS, Server, deliver, dialogue, read_reply, running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Not started yet; killed in the end."""
    made = Server(tmp_path / "server")
    yield made
    if made.process is not None:
        made.kill()


def await_mail(server: Server) -> None:
    server.await_that(lambda: "smtp-0" in server.workers_pids())


def test_a_taken_mail_port_holds_up_nothing_and_mail_follows(server: Server) -> None:
    with socket.socket() as other:
        other.bind(server.smtp)
        other.listen()
        server.start()
        assert answers(server.dns[1], "army.ml")
        server.await_log("mail can't start, and is tried again: smtp.listen: ")
        add_row(server, "new.example")
        server.reload()
        assert answers(server.dns[1], "new.example")
    await_mail(server)
    assert deliver(server, ["someone@new.example"])[0] == 250
    assert server.stop() == 0


def test_a_damaged_database_holds_up_nothing(server: Server) -> None:
    (server.folder / "var").mkdir(mode=0o700)
    (server.folder / "var" / "catcher.db").write_bytes(os.urandom(8192))
    server.start()
    assert answers(server.dns[1], "army.ml")
    server.await_log("worker store could not start")
    with socket.create_connection(server.smtp, timeout=SECONDS) as client:
        assert client.recv(3) == b"220", "SMTP listens, and answers 451 to what it can't store"
    add_row(server, "new.example")
    server.reload()
    assert answers(server.dns[1], "new.example")
    assert server.stop() == 0


def test_a_state_folder_that_cannot_be_made_holds_up_nothing(server: Server) -> None:
    """Its place is a link to nowhere: a case that holds for root as well."""
    (server.folder / "var").symlink_to(server.folder / "missing")
    server.start()
    assert answers(server.dns[1], "army.ml")
    server.await_log("DNS serves without its state folder")
    (server.folder / "missing").mkdir()
    server.await_that((server.folder / "var" / "control.sock").exists)
    await_mail(server)
    assert server.stop() == 0


def test_a_full_disk_at_the_start_and_at_reloads_holds_up_nothing(server: Server) -> None:
    """No process of the server can write a file (its file size limit is 0)."""
    server.program = limited(
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)",
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))",
    )
    server.start()
    assert answers(server.dns[1], "army.ml")
    for name in ("one.example", "two.example"):
        add_row(server, name)
        server.signal(signal.SIGHUP)
        await_answer(server, name)
    resource.prlimit(server.serving_pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert server.stop() == 0


def test_a_broken_text_does_not_keep_a_removed_name_alive(tmp_path: Path) -> None:
    texts = tmp_path / "server" / "texts"
    texts.mkdir(parents=True)
    with running(tmp_path / "server", smtp_more='explanations = "texts"\n') as server:
        (texts / "en.txt").write_text("no text with the right sections\n")
        (server.folder / "catalogue.csv").write_text(ARMY.replace("army.ml,army.mil,accept\n", ""))
        assert "en.txt" in server.control("reload")
        assert rcode(server.dns[1], "army.ml") == "REFUSED"
        assert answers(server.dns[1], "navy.ml")
        server.await_line("reloaded")


def test_a_text_that_is_broken_at_the_start_gives_way_to_the_built_in_one(tmp_path: Path) -> None:
    """There is no good state of it: mail is taken with the words of the package, and that is told."""
    texts = tmp_path / "server" / "texts"
    texts.mkdir(parents=True)
    (texts / "en.txt").write_text("no text with the right sections\n")
    with running(tmp_path / "server", smtp_more='explanations = "texts"\n') as server:
        assert answers(server.dns[1], "army.ml")
        await_mail(server)
        assert deliver(server)[0] == 250
        code, text = deliver(server, ["someone@navy.ml"])
        assert code == 550 and b"navy.ml is not navy.mil" in text
        kept = json.loads(server.control("status"))["kept"]
        assert kept and all(part["where"].startswith("en.txt") and part["serves"] is None for part in kept)
        (texts / "en.txt").unlink()
        assert json.loads(server.control("reload"))["result"] == "reloaded"


def test_signals_of_log_rotation_harm_nothing(server: Server) -> None:
    server.start()
    before = server.workers_pids()
    for number in (signal.SIGUSR1, signal.SIGUSR2):
        os.kill(server.serving_pid, number)
    server.reload()
    assert answers(server.dns[1], "army.ml")
    assert set(before).issubset(server.workers_pids())
    assert all(not process["restarts"] for process in json.loads(server.control("status"))["processes"])


def test_hangups_before_ready_and_after_harm_nothing(server: Server) -> None:
    """One of them comes before the program's first line ends, the others while it loads."""
    server.start()
    for _ in range(20):
        server.signal(signal.SIGHUP)
    server.await_line("reloaded")
    assert answers(server.dns[1], "army.ml")
    server.stop()
    server.program = (
        sys.executable,
        "-c",
        "import os, signal, sys\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "if os.fork() == 0:\n"
        "    while True:\n"
        "        try: os.kill(os.getppid(), signal.SIGHUP) if os.getppid() != 1 else os._exit(0)\n"
        "        except OSError: os._exit(0)\n"
        "        if os.path.exists(sys.argv[-1] + '.answered'): os._exit(0)\n"
        "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])",
        "-m",
        "catcher",
    )
    server.start()
    assert answers(server.dns[1], "army.ml")
    Path(f"{server.config}.answered").touch()


HANGING = """
import time
from pathlib import Path
from catcher import cli
from catcher.serve import reloading

def load(config, *rest):
    while (config.path.parent / "hang").exists():
        time.sleep(0.05)
    return real(config, *rest)

real, reloading.load = reloading.load, load
cli.main()
"""
"""catcher whose loads make no progress while there is a file named "hang"."""


@pytest.fixture
def slow(server: Server) -> Server:
    """A server whose next load hangs."""
    server.program = (sys.executable, "-c", HANGING)
    server.start()
    (server.folder / "hang").touch()
    server.signal(signal.SIGHUP)
    server.await_that(lambda: bool(loaders(server)))
    return server


def loaders(server: Server) -> set[int]:
    """The parent's children that are no workers."""
    parent = server.serving_pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return {int(pid) for pid in children} - set(server.workers_pids().values())


def scores(pids: Iterable[int]) -> list[int]:
    """What is added to the processes' memory when the kernel chooses one to kill."""
    return [int(Path(f"/proc/{pid}/oom_score_adj").read_text()) for pid in pids]


def test_workers_come_back_while_a_load_hangs(slow: Server) -> None:
    """And commands are answered."""
    for _ in range(3):
        before = slow.workers_pids()["dns-0"]
        os.kill(before, signal.SIGKILL)
        slow.await_that(lambda before=before: slow.workers_pids().get("dns-0", before) != before)  # type: ignore[misc]
        await_answer(slow, "army.ml")


def test_sigterm_is_honoured_while_a_load_hangs(slow: Server) -> None:
    assert slow.stop() == 0


def test_sigterm_to_every_process_lets_a_mail_finish_and_dns_answer_until_then(server: Server) -> None:
    """As systemd does with KillMode=control-group, and a shell's `kill -- -GROUP`."""
    server.start()
    client, replies = dialogue(server, *ENVELOPE)
    with client:
        client.sendall(b"From: alice@contractor.example\r\n")
        os.killpg(server.serving_pid, signal.SIGTERM)
        server.await_that(lambda: not takes_connections(server))
        assert answers(server.dns[1], "army.ml")
        client.sendall(b"To: someone@army.ml\r\n\r\nhello\r\n.\r\n")
        assert read_reply(replies).startswith(b"250")
    assert server.ended() == 0
    assert "unexpected" not in server.log.read_text()
    assert len(server.observations()) == 1


def takes_connections(server: Server) -> bool:
    """Whether mail is still taken: the first thing that a stop ends."""
    with socket.socket() as probe:
        return probe.connect_ex(server.smtp) == 0


def test_sigterm_to_every_process_is_honoured_quietly_while_a_load_hangs(slow: Server) -> None:
    os.killpg(slow.serving_pid, signal.SIGTERM)
    assert slow.ended() == 0
    log = slow.log.read_text()
    assert "unexpected" not in log and "the loader ended" not in log


def test_no_process_outlives_a_parent_that_is_killed(slow: Server) -> None:
    """Not even a loader that hangs."""
    parent = slow.serving_pid
    workers = set(slow.workers_pids().values())
    slow.await_that(lambda: bool(processes_of(parent).keys() - workers - {parent}))
    handles = [os.pidfd_open(pid) for pid in processes_of(parent).keys() - {parent}]
    assert len(handles) > len(workers)
    os.kill(parent, signal.SIGKILL)
    slow.ended()
    for handle in handles:
        ended, _, _ = select.select([handle], [], [], SECONDS)
        os.close(handle)
        assert ended


def test_a_loader_that_is_killed_costs_nothing(slow: Server) -> None:
    """The running state serves on, and the load is tried again."""
    for pid in loaders(slow):
        os.kill(pid, signal.SIGKILL)
    slow.await_log("the loader ended before it was done")
    (slow.folder / "hang").unlink()
    assert answers(slow.dns[1], "army.ml")
    add_row(slow, "new.example")
    await_answer(slow, "new.example")


def test_without_descriptors_the_server_stays(server: Server) -> None:
    server.start()
    pid = server.serving_pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, before[1]))
    add_row(server, "new.example")
    server.signal(signal.SIGHUP)
    server.await_log("the loader can't be started: OSError EMFILE")
    assert answers(server.dns[1], "army.ml")
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    await_answer(server, "new.example")
    assert server.stop() == 0


@pytest.mark.parametrize("limit", [48, 64])
def test_a_small_limit_on_descriptors_leaves_both_sides_serving(server: Server, limit: int) -> None:
    """A worker holds fewer connections then: further ones are taken and older ones end, and no worker dies."""
    server.program = limited(f"resource.setrlimit(resource.RLIMIT_NOFILE, ({limit}, {limit}))")
    server.start()
    pids = server.workers_pids()
    query = b"\0\1\0\0\0\1\0\0\0\0\0\0\4army\2ml\0\0\6\0\1"
    with ExitStack() as stack:
        for number in range(2 * limit):
            source = (f"127.0.0.{2 + number // 16}", 0)
            client = stack.enter_context(socket.create_connection(server.dns, SECONDS, source))
            client.sendall(len(query).to_bytes(2, "big") + query)
            assert client.recv(4)[2:] == b"\0\1"
        assert answers(server.dns[1], "army.ml")
        assert deliver(server)[0] == 250
    assert server.workers_pids() == pids
    assert server.stop() == 0


def limited(*statements: str) -> tuple[str, ...]:
    """A way to start catcher after ``statements``."""
    program = [
        "import os, resource, signal, sys",
        *statements,
        "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])",
    ]
    return (sys.executable, "-c", "\n".join(program), "-m", "catcher")


@pytest.mark.parametrize("how", [("-X", "dev"), ("-X", "tracemalloc")])
def test_a_debug_allocator_stays_as_it_is_and_that_is_said(server: Server, how: tuple[str, ...]) -> None:
    server.program = (sys.executable, *how, "-m", "catcher")
    server.start()
    assert answers(server.dns[1], "army.ml")
    assert deliver(server)[0] == 250
    assert server.stop() == 0
    log = server.log.read_text()
    assert "freed memory is not overwritten here: " in log and "ended unexpectedly" not in log


def test_the_loader_is_killed_first_when_memory_runs_out(slow: Server) -> None:
    """The kernel compares the scores; a worker keeps the one that the parent has."""
    parent = scores([slow.serving_pid])
    slow.await_that(lambda: scores(loaders(slow)) == [500])
    assert scores(slow.workers_pids().values()) == parent * len(slow.workers_pids())


def test_a_hangup_reads_the_configuration_anew(server: Server) -> None:
    server.start()
    text = server.config.read_text()
    (server.folder / "two.example.zone").write_text("$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS a\n@ MX 5 a\n")
    more = '[[dns.zone]]\nname = "two.example"\nfile = "two.example.zone"\n'
    server.config.write_text(text.replace("[smtp]\n", more + "[smtp]\n"))
    server.reload()
    assert answers(server.dns[1], "two.example")
    server.config.write_text("[dns]\nno such key = 1\n")
    assert "catcher.toml" in server.control("reload")
    server.await_line("reloaded")
    assert answers(server.dns[1], "two.example"), "the configuration of before stays"
