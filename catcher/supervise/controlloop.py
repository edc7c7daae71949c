"""The parent's loop: reloads or stops the server on signals and on commands from the control socket."""

from __future__ import annotations

import logging
import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from catcher.model.errors import CatcherError
from catcher.model.serverstatus import ServerStatus
from catcher.model.serving import ReloadOutcome, ReloadResult
from catcher.supervise.controlsocket import ControlActions, ControlSocket
from catcher.supervise.servicestate import ServiceState
from catcher.supervise.supervisor import Supervisor

log = logging.getLogger("catcher.supervise")


class ControlLoop:
    """Runs a started Supervisor until SIGTERM or SIGINT; SIGHUP, or ``reload`` on the control socket, reloads."""

    def __init__(
        self,
        supervisor: Supervisor,
        control: Path,
        *,
        reloaded: Callable[[], None],
        outcome: Callable[[float], ReloadOutcome],
        status: Callable[[], ServerStatus],
        metrics: Callable[[], str],
    ) -> None:
        """Installs the signal handlers. ``outcome``: of a reload that took so many seconds. Raises EnvironmentFailure
        when the socket ``control`` can't be made."""
        self._supervisor = supervisor
        self._reloaded = reloaded
        self._outcome = outcome
        self._service = ServiceState(os.environ)
        self._poll = select.poll()
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        os.set_blocking(self._wake_read, False)
        self.register(self._wake_read, self._woken)
        self._stops = 0
        self._hangups = 0
        self._waiting: list[Callable[[ReloadOutcome], None]] = []
        self._control = ControlSocket(control, self, ControlActions(self._waiting.append, status, metrics))
        signal.set_wakeup_fd(self._wake_write)
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_hangup)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    @property
    def private_fds(self) -> tuple[int, ...]:
        """Descriptors that a worker must not inherit."""
        return (self._wake_write, *self._callbacks)

    def register(self, fd: int, callback: Callable[[], None], events: int = select.POLLIN) -> None:
        """Calls ``callback`` when ``fd`` has one of ``events``, or was hung up."""
        self._poll.register(fd, events)
        self._callbacks[fd] = callback

    def unregister(self, fd: int) -> None:
        """Ends the callbacks for ``fd``."""
        self._poll.unregister(fd)
        del self._callbacks[fd]

    def run(self, drain_seconds: float) -> None:
        """Returns when all workers have ended. A second SIGTERM ends them at once."""
        self._service.ready("serving")
        while not self._stops:
            for fd, _ in self._poll.poll(1000):
                self._callbacks.get(fd, lambda: None)()
            if self._hangups or self._waiting:
                self._hangups = 0
                waiting, self._waiting[:] = [*self._waiting], []
                self._service.reloading()
                outcome = self._reload()
                self._service.ready(outcome.sentence)
                for done in waiting:
                    done(outcome)
            self._control.expire()
            if not self._stops:
                self._supervisor.keep_running()
        self._service.stopping()
        self._control.close()
        self._supervisor.stop(drain_seconds, hurry=lambda: self._stops > 1)

    def _woken(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._wake_read, 4096)

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self._stops += 1

    def _on_hangup(self, number: int, frame: FrameType | None) -> None:
        self._hangups += 1

    def _reload(self) -> ReloadOutcome:
        began = time.monotonic()
        try:
            self._supervisor.reload()
        except CatcherError as error:
            log.error("reload failed, the running state stays: %s", error)
            seconds = time.monotonic() - began
            return ReloadOutcome(ReloadResult.FAILED, error=" | ".join(str(error).splitlines()), seconds=seconds)
        self._reloaded()
        return self._outcome(time.monotonic() - began)
