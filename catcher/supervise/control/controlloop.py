"""Signals, the control socket and the service manager: they reload or stop the server, and are told what came of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from catcher.model.serverstatus import ServerStatus
from catcher.model.serving import ReloadOutcome, ReloadResult
from catcher.supervise.control.controlsocket import ControlActions, ControlSocket
from catcher.supervise.control.servicestate import ServiceState
from catcher.supervise.loop import Loop

OutcomeTaker = Callable[[ReloadOutcome], None]


class ControlLoop:
    """SIGTERM and SIGINT stop; SIGHUP, or ``reload`` on the control socket, reloads."""

    def __init__(
        self,
        loop: Loop,
        path: Path,
        service: ServiceState,
        *,
        reload: Callable[[OutcomeTaker], None],
        reloaded: Callable[[], None],
        status: Callable[[], ServerStatus],
        metrics: Callable[[], str],
    ) -> None:
        """Installs the signal handlers and listens at ``path``, now or as soon as that is possible.

        ``reload`` begins a reload; ``reloaded`` is called after each one that put something new in force. ``service``
        hears of every reload.
        """
        self._loop = loop
        self._service = service
        self._reload = reload
        self._reloaded = reloaded
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
        self._socket = ControlSocket(path, loop, ControlActions(self._begin, status, metrics))
        loop.every_turn(self._socket.expire)

    def close(self) -> None:
        """Takes no more commands. Signals still count, so that a second SIGTERM hurries the stop."""
        signal.set_wakeup_fd(-1)
        self._loop.unregister(self._wake_read)
        self._loop.private.discard(self._wake_write)
        os.close(self._wake_read)
        os.close(self._wake_write)
        self._socket.close()
        self._service.stopping()

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self.stops += 1

    def _on_hangup(self, number: int, frame: FrameType | None) -> None:
        self._hangups += 1

    def _woken(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._wake_read, 4096)
        if self._hangups and not self.stops:
            self._hangups = 0
            self._begin(lambda _: None)

    def _begin(self, done: OutcomeTaker) -> None:
        """Begins a reload, or joins the one that waits."""

        def over(outcome: ReloadOutcome) -> None:
            self._service.ready(outcome.sentence)
            if outcome.result is not ReloadResult.FAILED:
                self._reloaded()
            done(outcome)

        self._service.reloading()
        self._reload(over)
