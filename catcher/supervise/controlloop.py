"""The parent's loop: reloads or stops the server on signals and on commands from the control socket."""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from catcher.model.errors import CatcherError, EnvironmentFailure
from catcher.supervise.supervisor import Supervisor

log = logging.getLogger("catcher.supervise")

_COMMAND_OCTETS = 64
_COMMAND_SECONDS = 2.0


class ControlLoop:
    """Runs a started Supervisor until SIGTERM or SIGINT; SIGHUP, or ``reload`` on the control socket, reloads.

    Only the same user can open the control socket. A client sends one line and reads one line:
    ``reload`` → ``ok reloaded`` or ``error …``; ``status`` → ``ok name=pid …``.
    """

    def __init__(self, supervisor: Supervisor, control: Path, *, reloaded: Callable[[], None]) -> None:
        """Installs the signal handlers. Raises EnvironmentFailure when the socket ``control`` can't be made."""
        self._supervisor = supervisor
        self._path = control
        self._reloaded = reloaded
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        os.set_blocking(self._wake_read, False)
        self._stops = 0
        self._hangups = 0
        self._control = self._listen()
        signal.set_wakeup_fd(self._wake_write)
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_hangup)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    @property
    def private_fds(self) -> tuple[int, ...]:
        """Descriptors that a worker must not inherit."""
        return (self._wake_read, self._wake_write, self._control.fileno())

    def run(self, drain_seconds: float) -> None:
        """Returns when all workers have ended. A second SIGTERM ends them at once."""
        while not self._stops:
            readable, _, _ = select.select([self._wake_read, self._control.fileno()], [], [], 1.0)
            with suppress(BlockingIOError):
                os.read(self._wake_read, 4096)
            if self._hangups:
                self._hangups = 0
                self._reload()
            if self._control.fileno() in readable:
                self._serve_control()
            if not self._stops:
                self._supervisor.keep_running()
        self._control.close()
        self._path.unlink(missing_ok=True)
        self._supervisor.stop(drain_seconds, hurry=lambda: self._stops > 1)

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self._stops += 1

    def _on_hangup(self, number: int, frame: FrameType | None) -> None:
        self._hangups += 1

    def _reload(self) -> str:
        try:
            self._supervisor.reload()
        except CatcherError as error:
            log.error("reload failed, the running state stays: %s", error)
            return "error " + str(error).replace("\n", " | ")
        self._reloaded()
        return "ok reloaded"

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            self._path.unlink(missing_ok=True)
            listener.bind(str(self._path))
            listener.listen(8)
        except OSError as error:
            raise EnvironmentFailure(
                f"{self._path}: {error.strerror or error}; "
                "make node.state a writable folder with a path under 90 octets"
            ) from error
        finally:
            os.umask(before)
        listener.setblocking(False)
        return listener

    def _serve_control(self) -> None:
        try:
            client, _ = self._control.accept()
        except (BlockingIOError, ConnectionError):
            return
        with client, suppress(OSError):  # the client may leave at any time
            client.settimeout(_COMMAND_SECONDS)
            command = client.recv(_COMMAND_OCTETS).strip()
            if command == b"reload":
                answer = self._reload()
            elif command == b"status":
                answer = "ok " + " ".join(f"{name}={pid}" for name, pid in self._supervisor.workers.items())
            else:
                answer = "error unknown command; known are: reload, status"
            client.sendall(answer.encode() + b"\n")
