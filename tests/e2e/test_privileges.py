"""Root only for binding; sockets that systemd passes. Real processes, real accounts."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import site
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from catcher.supervise.ports import own_port
from tests.support.authoritative import answers
from tests.support.peers import need_root
from tests.support.secondaries import polls
from tests.support.server import ARMY, CATCHER, Server
from tests.support.tree import ROOT

_PASSING = """\
import os, socket, sys
kinds = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}
made = []
for place in sys.argv[1].split(","):
    kind, host, port = place.rsplit("-", 2)
    sock = socket.socket(socket.AF_INET, kinds[kind])
    sock.bind((host, int(port)))
    made.append(os.dup(sock.detach()))
copies = [os.dup2(fd, 100 + number, False) for number, fd in enumerate(made)]
for number, fd in enumerate(copies):
    os.dup2(fd, 3 + number)
os.environ.update(LISTEN_FDS=str(len(copies)), LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""
"""Does what systemd does: binds, puts the sockets at 3 and up, says how many and whose."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other accounts can reach, unlike pytest's."""
    made = Path(tempfile.mkdtemp(prefix="catcher-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def accounts(server: Server) -> set[tuple[str, str]]:
    """Real and effective user and group ids of every process of the server."""
    assert server.process is not None
    pids = [str(server.process.pid), *map(str, server.workers_pids().values())]
    found = set()
    for pid in pids:
        status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        found.add((" ".join(status["Uid"].split()), " ".join(status["Gid"].split())))
        assert status["Groups"].split() in ([], [status["Gid"].split()[0]])
        assert int(status["CapEff"], 16) == 0
    return found


def test_a_server_started_as_root_goes_on_as_somebody_else(
    folder: Path, low_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a port that only root may bind; reload and a clean end work as that account."""
    nobody = pwd.getpwnam("nobody")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *site.getsitepackages()]))
    program = readable_by(nobody)
    server = Server(folder / "sink", dns=("127.0.0.1", low_port), program=program)
    server.config.write_text('[node]\nuser = "nobody"\n' + server.config.read_text())
    server.start()
    assert server.process is not None
    try:
        assert answers(server.dns[1], "army.ml")
        uid, gid = nobody.pw_uid, nobody.pw_gid
        assert accounts(server) == {(f"{uid} {uid} {uid} {uid}", f"{gid} {gid} {gid} {gid}")}
        assert (server.folder / "var").stat().st_uid == uid
        os.kill(server.process.pid, signal.SIGHUP)
        server.await_line("reloaded")
        assert answers(server.dns[1], "navy.ml")
    finally:
        os.kill(server.process.pid, signal.SIGTERM)
        assert server.ended() == 0


def test_forks_that_the_system_refuses_are_tried_again_and_the_others_serve(
    folder: Path, low_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RLIMIT_NPROC, which only an ordinary account feels."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *site.getsitepackages()]))
    program = readable_by(pwd.getpwnam("nobody"))
    server = Server(folder / "sink", dns=("127.0.0.1", low_port), smtp_workers=2, program=program)
    server.config.write_text('[node]\nuser = "nobody"\n' + server.config.read_text())
    server.start()
    assert server.process is not None
    pid = server.process.pid
    try:
        before = limit_processes(pid, 1, program[0])
        killed = server.workers_pids()["smtp-1"]
        os.kill(killed, signal.SIGKILL)
        server.await_log("worker smtp-1 can't be started, and is tried again: BlockingIOError EAGAIN")
        (server.folder / "catalogue.csv").write_text(ARMY + "new.example,intended.example,accept\n")
        os.kill(pid, signal.SIGHUP)
        server.await_log("the loader can't be started: BlockingIOError EAGAIN")
        assert answers(server.dns[1], "army.ml")
        states = {process["name"]: process["state"] for process in json.loads(server.control("status"))["processes"]}
        assert states["smtp-0"] == states["dns-0"] == "serving" and states["smtp-1"] == "waiting"
        limit_processes(pid, before, program[0])
        for _ in polls(server.dns[1]):
            if answers(server.dns[1], "new.example") and server.workers_pids().get("smtp-1", killed) != killed:
                break
        else:
            pytest.fail(server.log.read_text()[-3000:])
    finally:
        os.kill(pid, signal.SIGTERM)
        assert server.ended() == 0


def limit_processes(pid: int, most: int, python: str) -> int:
    """Sets the limit of a server that runs as nobody, as that account; returns the limit of before."""
    account = pwd.getpwnam("nobody")
    change = (
        "import resource, sys\n"
        "pid, most = map(int, sys.argv[1:])\n"
        "before = resource.prlimit(pid, resource.RLIMIT_NPROC)\n"
        "resource.prlimit(pid, resource.RLIMIT_NPROC, (most, before[1]))\n"
        "print(before[0])\n"
    )
    command = [python, "-c", change, str(pid), str(most)]
    done = subprocess.run(command, user=account.pw_uid, group=account.pw_gid, extra_groups=[], capture_output=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_the_loader_can_offer_itself_to_the_oom_killer_after_the_switch() -> None:
    """The file in /proc belongs to root then, unless the process may be dumped."""
    need_root("become somebody else")
    program = (
        "import os, sys\n"
        "from catcher.supervise.memory import be_killed_first\n"
        "os.setresuid(65534, 65534, 65534)\n"
        "be_killed_first()\n"
        "print(open('/proc/self/oom_score_adj').read(), end='')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.stdout == "500\n", done.stderr


def readable_by(account: pwd.struct_passwd) -> tuple[str, ...]:
    """A way to start catcher that works for ``account``: this Python, or the system's of the same version."""
    version = sys.version_info[:2]
    probe = (
        f"import sys, concurrent.futures.thread, siphash24, catcher.serve; sys.exit(sys.version_info[:2] != {version})"
    )
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            done = subprocess.run(
                [python, "-c", probe], user=account.pw_uid, group=account.pw_gid, capture_output=True, timeout=60
            )
        except PermissionError:
            continue
        if done.returncode == 0:
            return (python, "-m", "catcher")
    pytest.skip("no Python with catcher's libraries is readable for other accounts")


@pytest.fixture
def low_port() -> Iterator[int]:
    """A port below 1024 that nobody uses for UDP or TCP, claimed as ``own_port`` does while the test runs."""
    need_root("bind a low port and become somebody else")
    for port in range(1023, 600, -1):
        with socket.socket() as claim, socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                claim.bind(("127.255.255.254", port))
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            tcp.close()
            udp.close()
            yield port
            return
    raise AssertionError("no free low port")


def test_an_account_that_is_none(folder: Path) -> None:
    need_root("become somebody else")
    server = Server(folder / "sink")
    server.config.write_text('[node]\nuser = "no-such-account"\n' + server.config.read_text())
    done = subprocess.run([*CATCHER, "serve", "-c", str(server.config)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert 'catcher.toml: node.user: there is no account "no-such-account"' in done.stderr


@pytest.mark.parametrize("workers", [1, 3])
def test_sockets_passed_by_systemd(folder: Path, workers: int) -> None:
    """Matched by address and kind; what isn't passed is bound, and what nobody wants is closed and told."""
    server = Server(folder / "sink", workers=workers)
    port, stray = server.dns[1], own_port()
    passed = f"udp-127.0.0.1-{port},tcp-127.0.0.1-{port},udp-127.0.0.1-{stray}"
    server.program = (sys.executable, "-c", _PASSING, passed, *CATCHER[1:])
    server.start()
    try:
        assert answers(port, "army.ml")
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(b"\0\x19" + b"\0\7\0\0\0\1\0\0\0\0\0\0\4army\2ml\0\0\x0f\0\1")
            assert client.recv(4096)[2:4] == b"\0\7"
        with socket.create_connection(server.smtp, timeout=5) as client:
            assert client.recv(4)
        server.reload()
        assert answers(port, "navy.ml")
        with socket.socket(type=socket.SOCK_DGRAM) as udp:
            udp.bind(("127.0.0.1", stray))
    finally:
        assert server.stop() == 0
    assert f"a socket for 127.0.0.1 port {stray} was passed" in server.log.read_text()
