"""Signals and the control socket: reloads or stops the server on their word."""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from catcher.model.serving import ReloadOutcome, ReloadResult
from catcher.supervise.loop import Loop
from catcher.supervise.supervisor import Supervisor

log = logging.getLogger("catcher.supervise")

_COMMAND_OCTETS = 64
_COMMAND_SECONDS = 2.0
"""Longest time, in seconds, that a client may take for its line."""
_LISTEN_AGAIN_SECONDS = 5.0
"""Seconds between two tries to make the control socket."""
_MOST_CLIENTS = 32

OutcomeTaker = Callable[[ReloadOutcome], None]


class ControlLoop:
    """SIGTERM and SIGINT stop; SIGHUP, or ``reload`` on the control socket, reloads.

    Only the same user can open the control socket. A client sends one line and reads one line:
    ``reload`` → ``ok reloaded`` or ``error …`` when it is over; ``status`` → ``ok name=pid …``.
    """

    def __init__(
        self,
        loop: Loop,
        supervisor: Supervisor,
        path: Path,
        *,
        reload: Callable[[OutcomeTaker], None],
        reloaded: Callable[[], None],
    ) -> None:
        """Installs the signal handlers and listens at ``path``, now or as soon as that is possible.

        ``reload`` begins a reload; ``reloaded`` is called after each one that put something new in force.
        """
        self._loop = loop
        self._supervisor = supervisor
        self._path = path
        self._reload = reload
        self._reloaded = reloaded
        self._listener: socket.socket | None = None
        self._clients: set[socket.socket] = set()
        self._wake_read, self._wake_write = os.pipe()
        for end in (self._wake_read, self._wake_write):
            os.set_blocking(end, False)
        self.stops = 0
        """How many times the server was told to stop."""
        self._hangups = 0
        loop.private.add(self._wake_write)
        loop.register(self._wake_read, self._woken)
        signal.set_wakeup_fd(self._wake_write)
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_hangup)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._listen()

    def close(self) -> None:
        """Takes no more commands. Signals still count, so that a second SIGTERM hurries the stop."""
        signal.set_wakeup_fd(-1)
        self._loop.unregister(self._wake_read)
        self._loop.private.discard(self._wake_write)
        os.close(self._wake_read)
        os.close(self._wake_write)
        for sock in (*self._clients, *filter(None, [self._listener])):
            self._loop.unregister(sock.fileno())
            sock.close()
        self._clients.clear()
        if self._listener is not None:
            self._path.unlink(missing_ok=True)
        self._listener = None

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self.stops += 1

    def _on_hangup(self, number: int, frame: FrameType | None) -> None:
        self._hangups += 1

    def _woken(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._wake_read, 4096)
        if self._hangups and not self.stops:
            self._hangups = 0
            self._reload(self._over)

    def _over(self, outcome: ReloadOutcome) -> None:
        if outcome.result is not ReloadResult.FAILED:
            self._reloaded()

    def _listen(self) -> None:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            self._path.unlink(missing_ok=True)
            listener.bind(str(self._path))
            listener.listen(8)
        except OSError as error:
            listener.close()
            log.error(
                "%s: there is no control socket, and it is tried again: %s; "
                "make node.state a writable folder with a path under 90 octets",
                self._path,
                error.strerror or error,
            )
            self._loop.later(_LISTEN_AGAIN_SECONDS, self._listen)
            return
        finally:
            os.umask(before)
        listener.setblocking(False)
        self._listener = listener
        self._loop.register(listener.fileno(), self._accept)

    def _accept(self) -> None:
        assert self._listener is not None
        client, _ = self._listener.accept()
        if len(self._clients) >= _MOST_CLIENTS:
            client.close()
            return
        client.setblocking(False)
        self._clients.add(client)
        self._loop.register(client.fileno(), lambda: self._command(client))
        self._loop.later(_COMMAND_SECONDS, lambda: self._expire(client))

    def _expire(self, client: socket.socket) -> None:
        """Hangs up on a client that said nothing; one that waits for an answer isn't registered any more."""
        if client in self._clients:
            self._hang_up(client)

    def _command(self, client: socket.socket) -> None:
        self._loop.unregister(client.fileno())
        self._clients.discard(client)
        try:
            command = client.recv(_COMMAND_OCTETS).strip()
        except OSError:
            command = b""
        if command == b"reload":
            self._loop.private.add(client.fileno())
            self._reload(lambda outcome: self._answer_reload(client, outcome))
        elif command == b"status":
            workers = self._supervisor.workers.items()
            self._answer(client, "ok " + " ".join(f"{name}={pid}" for name, pid in workers))
        else:
            self._answer(client, "error unknown command; known are: reload, status")

    def _answer_reload(self, client: socket.socket, outcome: ReloadOutcome) -> None:
        faults = [outcome.error, *(str(kept.fault) for kept in outcome.kept)]
        error = " | ".join(filter(None, faults)).replace("\n", " | ")
        self._answer(client, f"error {error}" if error else "ok reloaded")
        self._over(outcome)

    def _answer(self, client: socket.socket, answer: str) -> None:
        self._loop.private.discard(client.fileno())
        with client, suppress(OSError):  # the client may leave at any time
            client.sendall(answer.encode()[:65_000] + b"\n")

    def _hang_up(self, client: socket.socket) -> None:
        self._clients.discard(client)
        self._loop.unregister(client.fileno())
        client.close()
