"""Asks the running servers of a state folder over their control sockets: to reload, for their status, for metrics.

::

    state/control*.sock ─▶ ask: connect to each, send one line, read until the server ends the connection
                             ├─▶ reload: "loading", one line of JSON when it is over ─▶ joined ReloadOutcome
                             ├─▶ status: one line of JSON ─▶ ServerStatus of each server
                             └─▶ metrics: OpenMetrics text of each server

A server that loads goes on loading when the client leaves: waiting costs nothing, and ending it harms nothing.
"""

from __future__ import annotations

import errno
import json
import select
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

from catcher.model.errors import EnvironmentFailure
from catcher.model.serverstatus import ServerStatus
from catcher.model.serving import ReloadOutcome, ReloadResult

RELOAD_SECONDS = 600.0
"""Longest wait for the end of a reload, in seconds."""
STATUS_SECONDS = 30.0
"""Longest wait for a status, in seconds: the parent answers between its other work."""
SOCKETS = "control*.sock"
"""The control sockets in the state folder: one if a server has both roles, else one for each role."""
_TICK_SECONDS = 1.0
_NOBODY = (errno.ENOENT, errno.ECONNREFUSED)
_LOADING = b"loading\n"

T = TypeVar("T")


def reload_servers(
    state: Path, *, seconds: float = RELOAD_SECONDS, waiting: Callable[[float], None] = lambda _: None
) -> ReloadOutcome | None:
    """Makes every server of the state folder reload; returns what came of it, or None if no server runs.

    Of two servers (DNS and SMTP apart) the worse result counts. ``waiting`` is called about once a second with the
    seconds waited so far. Raises EnvironmentFailure when a server can't be reached, ends meanwhile, or isn't done after
    ``seconds``.
    """
    answers = ask(state, "reload", seconds=seconds, waiting=waiting)
    outcomes = [
        _parsed(path, answer.removeprefix(_LOADING), ReloadOutcome.from_json) for path, answer in answers.items()
    ]
    return _joined(outcomes) if outcomes else None


def server_statuses(state: Path, *, seconds: float = STATUS_SECONDS) -> list[ServerStatus]:
    """The status of every running server of the state folder. Raises EnvironmentFailure."""
    answers = ask(state, "status", seconds=seconds)
    return [_parsed(path, answer, ServerStatus.from_json) for path, answer in answers.items()]


def server_metrics(state: Path, *, seconds: float = STATUS_SECONDS) -> list[str]:
    """The OpenMetrics text of every running server of the state folder. Raises EnvironmentFailure."""
    texts = []
    for path, answer in ask(state, "metrics", seconds=seconds).items():
        if not answer.endswith(b"# EOF\n"):
            _parsed(path, answer, dict)  # raises with the server's own error, where it sent one
            raise EnvironmentFailure(f"{path}: the server's metrics are not whole; look into its log")
        texts.append(answer.decode("utf-8", "replace"))
    return texts


def ask(
    state: Path, command: str, *, seconds: float, waiting: Callable[[float], None] = lambda _: None
) -> dict[Path, bytes]:
    """Sends ``command`` to every running server at once; returns the socket and the whole answer of each.

    Raises EnvironmentFailure.
    """
    began = time.monotonic()
    with ExitStack() as clients:
        asked = {}
        for path in _sockets(state):
            client = clients.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            client.settimeout(seconds)
            if _sent(client, path, command):
                asked[client] = path
        answers = dict.fromkeys(asked.values(), b"")
        poll = select.poll()
        open_ = {client.fileno(): client for client in asked}
        for fd in open_:
            poll.register(fd, select.POLLIN)
        while open_:
            left = began + seconds - time.monotonic()
            if left <= 0:
                raise _late(next(asked[client] for client in open_.values()), command, seconds)
            for fd, _ in poll.poll(min(left, _TICK_SECONDS) * 1000):
                path = asked[open_[fd]]
                octets = _received(open_[fd], path)
                answers[path] += octets
                if not octets:
                    poll.unregister(fd)
                    del open_[fd]
            waiting(time.monotonic() - began)
    return answers


def _sockets(state: Path) -> list[Path]:
    """The control sockets in the state folder. Raises EnvironmentFailure for a folder of another account: it tells
    nothing of a server."""
    try:
        return sorted(path for path in state.iterdir() if path.match(SOCKETS))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise EnvironmentFailure(
            f"{state}: whether a server runs can't be told: {error.strerror}; run this as the user that serves"
        ) from None


def _sent(client: socket.socket, path: Path, command: str) -> bool:
    """Whether a server listens at ``path`` and got ``command``."""
    try:
        client.connect(str(path))
        client.sendall(command.encode() + b"\n")
    except OSError as error:
        if error.errno in _NOBODY:
            return False
        reason = error.strerror or "it takes no connection"
        raise EnvironmentFailure(
            f"{path}: the running server can't be reached: {reason}; run this as the user that serves"
        ) from None
    return True


def _received(client: socket.socket, path: Path) -> bytes:
    try:
        return client.recv(1 << 18)
    except OSError as error:
        raise EnvironmentFailure(
            f"{path}: the connection broke: {error.strerror}; look into the server's log"
        ) from None


def _late(path: Path, command: str, seconds: float) -> EnvironmentFailure:
    if command == "reload":
        return EnvironmentFailure(
            f"{path}: the server still loads after {seconds:g} seconds, and goes on; `catcher status` says how it ends"
        )
    return EnvironmentFailure(f"{path}: the running server sent no answer in {seconds:g} seconds; look into its log")


def _parsed(path: Path, answer: bytes, from_json: Callable[[Mapping[str, Any]], T]) -> T:
    """The value in the one line of ``answer``."""
    if not answer.strip():
        raise EnvironmentFailure(f"{path}: the running server ended without an answer; look into its log")
    try:
        row = json.loads(answer)
        if "error" in row and len(row) == 1:
            raise EnvironmentFailure(f"{path}: {row['error']}")
        return from_json(row)
    except (ValueError, KeyError, TypeError) as error:
        raise EnvironmentFailure(
            f"{path}: the answer can't be read ({type(error).__name__}): is the server of another version? Restart it"
        ) from None


def _joined(outcomes: Iterable[ReloadOutcome]) -> ReloadOutcome:
    """One outcome of several servers."""
    all_ = list(outcomes)
    order = list(ReloadResult)
    return ReloadOutcome(
        result=max((outcome.result for outcome in all_), key=order.index),
        domains=max(outcome.domains for outcome in all_),
        zones=max(outcome.zones for outcome in all_),
        seconds=max(outcome.seconds for outcome in all_),
        kept=tuple({(part.part, part.name, part.fault): part for outcome in all_ for part in outcome.kept}.values()),
        restart_needed=tuple(dict.fromkeys(key for outcome in all_ for key in outcome.restart_needed)),
        error="; ".join(dict.fromkeys(outcome.error for outcome in all_ if outcome.error)),
    )
