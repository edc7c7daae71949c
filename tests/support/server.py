"""Runs the real ``catcher serve`` as its own process group, on loopback ports of its own or on given addresses."""

from __future__ import annotations

import json
import os
import queue
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from catcher.model.mail.observation import Observation
from catcher.store import SqliteStore
from catcher.supervise.ports import own_port
from tests.support.processgroup import processes_of

CATCHER = (sys.executable, "-m", "catcher")
SECONDS = 60.0
"""How long to wait for the server's word before a test fails; it comes in about one."""

ARMY = "domain,intended,policy\narmy.ml,army.mil,accept\nnavy.ml,navy.mil,explain\n"
"""A catalogue that most tests are content with."""

SINK_ZONE = """\
$ORIGIN sink.example.
$TTL 300
@    SOA ns1 hostmaster 1 7200 900 1209600 300
@    NS  ns1
@    NS  ns2
ns1  A   {address}
ns2  A   {address}
mx   A   {address}
"""


@dataclass
class Server:
    """A folder with catcher.toml, a catalogue and the sink's zone, and the process that serves it."""

    folder: Path
    catalogue: str = ARMY
    dns: tuple[str, int] = field(default_factory=lambda: ("127.0.0.1", own_port()))
    smtp: tuple[str, int] = field(default_factory=lambda: ("127.0.0.1", own_port()))
    workers: int = 1
    """Processes for DNS, and as many for SMTP."""
    smtp_workers: int = 0
    """Processes for SMTP where they are others than ``workers``."""
    more: str = "[fingerprint]\nlookups = false\n"
    """Further sections of catcher.toml."""
    smtp_more: str = ""
    """Further keys of its section smtp."""
    prefix: tuple[str, ...] = ()
    """What the command is run under: ``ip netns exec …``, ``strace …``."""
    program: tuple[str, ...] = CATCHER
    """What is started: catcher, or a stand-in that a test makes of it."""
    log_level: str = "debug"
    process: subprocess.Popen[str] | None = None
    _lines: queue.Queue[str] = field(default_factory=queue.Queue)
    _readers: list[threading.Thread] = field(default_factory=list)
    _logged: threading.Condition = field(default_factory=threading.Condition)
    """Notified of each line of the log."""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.touch()
        (self.folder / "catalogue.csv").write_text(self.catalogue)
        (self.folder / "sink.example.zone").write_text(SINK_ZONE.format(address=self.dns[0]))
        self.config.write_text(
            f'[dns]\nworkers = {self.workers}\nlisten = ["{self.dns[0]}:{self.dns[1]}"]\n'
            'nameservers = ["ns1.sink.example", "ns2.sink.example"]\n'
            '[[dns.zone]]\nname = "sink.example"\nfile = "sink.example.zone"\n'
            f'[smtp]\nworkers = {self.smtp_workers or self.workers}\nlisten = ["{self.smtp[0]}:{self.smtp[1]}"]\n'
            f'hostname = "mx.sink.example"\n{self.smtp_more}'
            '[catalogue]\nfiles = ["catalogue.csv"]\n'
            f'[log]\nlevel = "{self.log_level}"\n' + self.more
        )

    @property
    def config(self) -> Path:
        return self.folder / "catcher.toml"

    @property
    def log(self) -> Path:
        """What the server wrote to stderr, over all its starts."""
        return self.folder / "server.log"

    def start(self) -> None:
        """Starts the server and returns once it said that every socket listens."""
        self._lines = queue.Queue()
        self.process = subprocess.Popen(
            [*self.prefix, *self.program, "serve", "-c", str(self.config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True),
            threading.Thread(target=self._keep_log, args=(self.process.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        self.await_line("ready")

    def _read(self, out: IO[str]) -> None:
        with out:
            for line in out:
                self._lines.put(line.rstrip("\n"))
        self._lines.put("end of output")

    def _keep_log(self, err: IO[str]) -> None:
        with err, self.log.open("a") as log:
            for line in err:
                with self._logged:
                    log.write(line)
                    log.flush()
                    self._logged.notify_all()

    def await_line(self, wanted: str) -> None:
        """Waits until stdout says ``wanted``."""
        said = self._lines.get(timeout=SECONDS)
        assert said == wanted, f"stdout said {said!r}; the log ends with:\n{self.log.read_text()[-3000:]}"

    def await_log(self, wanted: str) -> None:
        """Waits until the log says ``wanted``: a line comes through a pipe, maybe later than what the server did."""
        with self._logged:
            said = self._logged.wait_for(lambda: wanted in self.log.read_text(), SECONDS)
        assert said, f"the log doesn't say {wanted!r}; it ends with:\n{self.log.read_text()[-3000:]}"

    def await_that(self, holds: Callable[[], bool]) -> None:
        """Asks again and again whether it ``holds``; each question waits for its answer."""
        deadline = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < deadline, f"the log ends with:\n{self.log.read_text()[-3000:]}"

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the parent process alone, as an init system does."""
        assert self.process is not None
        os.kill(self.serving_pid, number)

    @property
    def serving_pid(self) -> int:
        """The process id of ``catcher serve`` itself, below whatever it is run under."""
        assert self.process is not None
        pid = self.process.pid
        while Path(f"/proc/{pid}/exe").resolve() != Path(sys.executable).resolve():
            pid = int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
        return pid

    def reload(self) -> None:
        """SIGHUP, and waits for the word that it is done."""
        self.signal(signal.SIGHUP)
        self.await_line("reloaded")

    def control(self, command: str) -> str:
        """One line to the control socket; returns the last line of the answer."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(SECONDS)
            client.connect(str(self.folder / "var" / "control.sock"))
            client.sendall(command.encode() + b"\n")
            return client.makefile().read().splitlines()[-1]

    def workers_pids(self) -> dict[str, int]:
        """Name → process id of each worker."""
        processes = json.loads(self.control("status"))["processes"]
        return {process["name"]: process["pid"] for process in processes if process["pid"] is not None}

    @contextmanager
    def unwritable_store(self) -> Iterator[None]:
        """Inside, the disk takes nothing more from the process that stores (its file size limit is 0)."""
        pid = self.workers_pids()["store"]
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            yield
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

    def stop(self) -> int:
        """SIGTERM; returns the exit status. No process of the server may outlive it."""
        assert self.process is not None
        group = self.process.pid
        self.signal(signal.SIGTERM)
        status = self.ended()
        assert not (left := processes_of(group)), f"processes that the server left behind: {left}"
        return status

    def ended(self) -> int:
        """Waits for the end of the server; returns its exit status."""
        assert self.process is not None
        status = self.process.wait(SECONDS)
        for reader in self._readers:
            reader.join(SECONDS)
        self.process = None
        return status

    def kill(self) -> None:
        """SIGKILL to every process of the server at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.ended()

    def catcher(self, *arguments: str, status: int = 0) -> str:
        """Runs ``catcher`` with this configuration; returns its stdout."""
        done = subprocess.run(
            [*CATCHER, *arguments, "-c", str(self.config)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert done.returncode == status, (
            f"catcher {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
        )
        return done.stdout

    def observations(self, since: datetime | None = None) -> list[Observation]:
        """All that is stored since a moment, oldest first, read beside the server: quicker than the command."""
        store = SqliteStore(self.folder / "var" / "catcher.db")
        try:
            return sorted(store.observations(since=since), key=lambda observation: observation.id)
        finally:
            store.close()

    def json(self, *arguments: str) -> list[dict[str, Any]]:
        """Runs ``catcher … --json``; returns its objects."""
        return [json.loads(line) for line in self.catcher(*arguments, "--json").splitlines()]


@contextmanager
def running(folder: Path, **settings: Any) -> Iterator[Server]:
    """A server that serves, and is gone afterwards whatever happened."""
    server = Server(folder, **settings)
    try:
        server.start()
        yield server
    finally:
        if server.process is not None:
            server.kill()


def dialogue(server: Server, *lines: str) -> tuple[socket.socket, IO[bytes]]:
    """A connection on which the client said ``lines`` and read a whole reply to each; and its replies to come."""
    client = socket.create_connection(server.smtp, timeout=SECONDS)
    replies = client.makefile("rb")
    read_reply(replies)
    for line in lines:
        client.sendall(line.encode() + b"\r\n")
        read_reply(replies)
    return client, replies


def read_reply(replies: IO[bytes]) -> bytes:
    """One reply, all its lines (RFC 5321 §4.2); empty when the server closed."""
    said = b""
    while line := replies.readline():
        said += line
        if line[3:4] != b"-":
            break
    return said


ENVELOPE = (
    "EHLO mail.contractor.example",
    "MAIL FROM:<alice@contractor.example>",
    "RCPT TO:<someone@army.ml>",
    "DATA",
)
"""What leads a client to the point where it may send the message."""


def deliver(
    server: Server,
    recipients: Sequence[str] = ("someone@army.ml",),
    message: bytes = b"From: alice@contractor.example\r\nTo: someone@army.ml\r\n\r\nhello\r\n",
    *,
    sender: str = "alice@contractor.example",
) -> tuple[int, bytes]:
    """Delivers one mail on a connection of its own; returns the reply to the end of data."""
    import smtplib

    with smtplib.SMTP(*server.smtp, local_hostname="mail.contractor.example", timeout=SECONDS) as client:
        client.ehlo()
        code, text = client.mail(sender)
        assert code == 250, text
        for recipient in recipients:
            code, text = client.rcpt(recipient)
            assert code == 250, text
        return client.data(message)
