"""The control socket: one line from a client, the answer, and the end of the connection. It never blocks the parent.

::

    client ── "reload\n" ──▶ "loading\n" … one line of JSON (ReloadOutcome) when the reload is over
           ── "status\n" ──▶ one line of JSON (ServerStatus)
           ── "metrics\n" ─▶ OpenMetrics text, ended by "# EOF\n"
           ── else ────────▶ one line of JSON {"error": …}

Only the user of the server can open the socket. Reads and writes don't wait; a client that sends no line, or doesn't
read its answer, loses its connection after ``CLIENT_SECONDS``. Beyond ``MOST_CLIENTS`` connections, new ones wait in
the listener's backlog. A client that waits for a reload has no deadline: it may leave at any time.
"""

from __future__ import annotations

import json
import logging
import os
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from catcher.model.errors import EnvironmentFailure
from catcher.model.serverstatus import ServerStatus
from catcher.model.serving import ReloadOutcome

log = logging.getLogger("catcher.supervise")

MOST_CLIENTS = 64
CLIENT_SECONDS = 5.0
"""Seconds in which a client has to send its line, and in which it has to read some of its answer."""
_ACCEPT_AGAIN_SECONDS = 1.0
"""Seconds for which nothing is accepted after accept(2) failed, for want of a descriptor for example."""
LISTEN_AGAIN_SECONDS = 10.0
"""Seconds after which a socket that could not be made is tried again."""
_PATH_OCTETS = 107
"""Most octets of a socket's path on Linux (unix(7))."""
_LINE_OCTETS = 64
_PIECE_OCTETS = 256 * 1024
"""Most octets that one call of send(2) gets, so that an answer of megabytes holds up nothing."""


class Poller(Protocol):
    """The part of the parent's loop that waits for descriptors."""

    def register(self, fd: int, callback: Callable[[], None], events: int = ...) -> None:
        """Calls ``callback`` whenever ``fd`` has one of ``events`` of poll(2), or was hung up; a second call replaces
        the first."""
        ...

    def unregister(self, fd: int) -> None: ...


@dataclass(frozen=True, slots=True)
class ControlActions:
    """The actions behind the commands."""

    request_reload: Callable[[Callable[[ReloadOutcome], None]], None]
    """Has a reload begin, or joins the one that waits; the callback gets its outcome, at once or later."""
    status: Callable[[], ServerStatus]
    metrics: Callable[[], str]


@dataclass(slots=True, eq=False)
class _Client:
    sock: socket.socket
    deadline: float | None
    """The moment at which the connection ends; None while a reload is awaited."""
    line: bytes = b""
    answer: bytearray = field(default_factory=bytearray)
    is_complete: bool = False
    """Whether the connection ends when ``answer`` is sent."""


class ControlSocket:
    """Listens at a path and answers each client by callbacks of the poller."""

    def __init__(
        self, path: Path, poller: Poller, actions: ControlActions, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Raises EnvironmentFailure when ``path`` is too long. Any other failure, like a full disk, is logged, and
        ``expire`` tries again: the server serves without a control socket until then."""
        self._path = path
        self._poller = poller
        self._actions = actions
        self._now = now
        self._clients: set[_Client] = set()
        self._paused_until: float | None = None
        self._listener: socket.socket | None = None
        self._accept_or_not()

    def expire(self) -> None:
        """Ends the connections whose time is over, and makes a socket anew whose path was removed. Call it about once a
        second."""
        now = self._now()
        for client in [c for c in self._clients if c.deadline is not None and c.deadline <= now]:
            self._drop(client)
        if self._listener is not None and not os.path.lexists(self._path):
            log.error("the control socket %s was removed; it is made anew", self._path)
            self._stop_listening()
            self._accept_or_not()
        if self._paused_until is not None and self._paused_until <= now:
            self._paused_until = None
            self._accept_or_not()

    def close(self) -> None:
        """Ends every connection and removes the socket."""
        for client in list(self._clients):
            self._drop(client)
        if self._listener is not None:
            self._stop_listening()
            with suppress(OSError):
                self._path.unlink()

    def _stop_listening(self) -> None:
        assert self._listener is not None
        self._poller.unregister(self._listener.fileno())
        self._listener.close()
        self._listener = None

    def _accept_or_not(self) -> None:
        """Watches the listener, which is made if there is none, unless there is a reason to accept nothing now."""
        if self._listener is None and self._paused_until is None:
            try:
                self._listener = _listen(self._path)
            except OSError as error:
                self._pause(LISTEN_AGAIN_SECONDS, f"it can't be made at {self._path}: {error.strerror}")
        if self._listener is not None:
            wanted = self._paused_until is None and len(self._clients) < MOST_CLIENTS
            self._poller.register(self._listener.fileno(), self._on_connection, select.POLLIN if wanted else 0)

    def _pause(self, seconds: float, reason: str) -> None:
        log.error("the control socket takes nothing for %.0f s: %s", seconds, reason)
        self._paused_until = self._now() + seconds

    def _on_connection(self) -> None:
        assert self._listener is not None
        try:
            sock, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError as error:
            self._pause(_ACCEPT_AGAIN_SECONDS, error.strerror or type(error).__name__)
            self._accept_or_not()
            return
        sock.setblocking(False)
        client = _Client(sock, self._now() + CLIENT_SECONDS)
        self._clients.add(client)
        self._poller.register(sock.fileno(), lambda: self._read(client), select.POLLIN)
        self._accept_or_not()

    def _read(self, client: _Client) -> None:
        try:
            octets = client.sock.recv(_LINE_OCTETS)
        except BlockingIOError:
            return
        except OSError:  # the client may leave at any time
            octets = b""
        client.line += octets
        if not octets:
            self._drop(client)
        elif b"\n" in client.line or len(client.line) >= _LINE_OCTETS:
            self._obey(client, client.line.partition(b"\n")[0].strip())

    def _obey(self, client: _Client, command: bytes) -> None:
        match command:
            case b"reload":
                client.deadline = None
                self._answer(client, b"loading\n")
                self._actions.request_reload(lambda outcome: self._reloaded(client, outcome))
            case b"status":
                self._finish(client, _made(lambda: _line(self._actions.status().to_json())))
            case b"metrics":
                self._finish(client, _made(lambda: self._actions.metrics().encode()))
            case _:
                self._finish(client, _line({"error": "unknown command; known are reload, status and metrics"}))

    def _reloaded(self, client: _Client, outcome: ReloadOutcome) -> None:
        if client in self._clients:
            self._finish(client, _line(outcome.to_json()))

    def _finish(self, client: _Client, answer: bytes) -> None:
        client.is_complete = True
        client.deadline = self._now() + CLIENT_SECONDS
        self._answer(client, answer)

    def _answer(self, client: _Client, answer: bytes) -> None:
        client.answer += answer
        self._send(client)

    def _send(self, client: _Client) -> None:
        """Sends a piece of the answer; the loop calls again while some is left. Without an answer to send only the
        client's end is watched: poll(2) tells it in any case."""
        try:
            sent = client.sock.send(bytes(client.answer[:_PIECE_OCTETS])) if client.answer else 0
        except BlockingIOError:
            sent = 0
        except OSError:  # the client may leave at any time
            self._drop(client)
            return
        del client.answer[:sent]
        if sent and client.deadline is not None:
            client.deadline = self._now() + CLIENT_SECONDS
        if client.is_complete and not client.answer:
            self._drop(client)
        elif client.answer:
            self._poller.register(client.sock.fileno(), lambda: self._send(client), select.POLLOUT)
        else:
            self._poller.register(client.sock.fileno(), lambda: self._drop(client), 0)

    def _drop(self, client: _Client) -> None:
        if client in self._clients:
            self._clients.discard(client)
            self._poller.unregister(client.sock.fileno())
            client.sock.close()
            self._accept_or_not()


def _made(make: Callable[[], bytes]) -> bytes:
    try:
        return make()
    except Exception as error:  # an answer that can't be made must not end the parent
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        log.error("the control socket can't answer: %s at %s", type(error).__name__, where)
        return _line({"error": f"the server can't tell: {type(error).__name__}; its log names the place"})


def _line(row: object) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _listen(path: Path) -> socket.socket:
    """A listener that only this user can open. Raises EnvironmentFailure for a path that is too long, and OSError."""
    if len(os.fsencode(path)) > _PATH_OCTETS:
        raise EnvironmentFailure(f"{path}: the path is too long for a socket; make node.state a path under 90 octets")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        path.unlink(missing_ok=True)
        listener.bind(str(path))
        listener.listen(MOST_CLIENTS)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    listener.setblocking(False)
    return listener
