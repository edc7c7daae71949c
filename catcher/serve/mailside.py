"""The mail processes: bound, locked and forked beside DNS, and tried again for as long as something stands against it.

::

    LoadedMail ─▶ port bound? folder locked? ─▶ store ─▶ SMTP workers      without a store they answer 451
                     └── no: told, and tried again after a pause

A port in use is told after ``BIND_PATIENCE_SECONDS``: the workers of a killed server end within that time. Anything
else is told at once.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from catcher.config import Config
from catcher.model.clock import Clock
from catcher.model.errors import EnvironmentFailure, kind_and_place
from catcher.serve.generation import smtp_tasks, store_task
from catcher.serve.loading.loaded import LoadedDns, LoadedMail
from catcher.serve.sockets import WorkerSockets, smtp_sockets
from catcher.store.remote.server import handoff_sockets
from catcher.supervise import Supervisor
from catcher.supervise.lock import lock
from catcher.supervise.loop import Timer
from catcher.supervise.sockets import BIND_PATIENCE_SECONDS, InheritedSockets, PortInUse

log = logging.getLogger("catcher.serve")

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 5.0
"""Pauses before mail is tried again: each is twice the one before."""


class MailSide:
    """The groups ``store`` and ``smtp``."""

    def __init__(self, config: Config, passed: InheritedSockets, sockets: WorkerSockets) -> None:
        self._config = config
        self._passed = passed
        self._sockets = sockets
        self._handoff = handoff_sockets()
        self._is_locked = False
        self._pause = self._waited = 0.0
        self._retry: Timer | None = None
        self._wanted: tuple[LoadedDns, LoadedMail] | None = None
        self._settled: list[Callable[[str], None]] = []
        self.trouble = ""
        """Why mail can't start; "" when it could."""

    @classmethod
    def bound(cls, config: Config, passed: InheritedSockets, *, alone: bool) -> MailSide:
        """Binds, while the process may still be root. ``alone``: there is no DNS, so a port in use is an error.

        Raises EnvironmentFailure.
        """
        becomes = bool(config.node.user) and os.geteuid() == 0
        try:
            patience = BIND_PATIENCE_SECONDS if alone or becomes else 0.0
            return cls(config, passed, smtp_sockets(config, passed, patience=patience))
        except EnvironmentFailure as error:
            if alone:
                raise
            log.info("mail waits: %s", error)
            return cls(config, passed, ())

    def attach(self, supervisor: Supervisor, clock: Clock, *, is_locked: bool) -> None:
        """Connects it to the supervisor. ``is_locked``: whether the state folder is locked for this server."""
        self._supervisor, self._clock, self._is_locked = supervisor, clock, is_locked
        supervisor.sockets += [*self._handoff, *(sock for worker in self._sockets for sock in worker)]

    def replace(self, loaded: LoadedDns, mail: LoadedMail, settled: Callable[[str], None]) -> None:
        """Replaces the mail processes; ``settled`` is called once, with "" or why they can't start yet."""
        self._wanted = loaded, mail
        self._settled.append(settled)
        if self._retry is not None:
            self._retry.cancel()
        self._try()

    def stop(self) -> None:
        """Tries no more."""
        self._wanted = None
        if self._retry is not None:
            self._retry.cancel()

    def _try(self) -> None:
        if self._wanted is None:
            return
        loaded, mail = self._wanted
        try:
            self._prepare()
            tasks = smtp_tasks(loaded, mail, self._clock, self._sockets, self._handoff)
        except Exception as error:  # mail that can't start for any reason is tried again beside DNS
            self._wait(error)
            return
        self._wanted, self._pause, self._waited, self.trouble = None, 0.0, 0.0, ""
        settled, self._settled = self._settled, []

        def finished(error: str) -> None:
            for callback in settled:
                callback(error)

        def stored(trouble: str) -> None:
            self._supervisor.replace("smtp", tasks, lambda error: finished(trouble or error))

        self._supervisor.replace("store", [store_task(loaded.config, self._clock, self._handoff)], stored)

    def _prepare(self) -> None:
        """Binds and locks what is missing. Raises EnvironmentFailure."""
        if not self._sockets:
            self._sockets = smtp_sockets(self._config, self._passed, patience=0.0)
            self._supervisor.sockets += [sock for worker in self._sockets for sock in worker]
        if not self._is_locked:
            self._supervisor.loop.private.add(lock(self._config.node.state, "smtp"))
            self._is_locked = True

    def _wait(self, error: Exception) -> None:
        """Tries again later, and tells why, unless it is a port that its former holder may still give up."""
        patience = BIND_PATIENCE_SECONDS if isinstance(error, PortInUse) else 0.0
        self._pause = min(_LONGEST_PAUSE_SECONDS, max(_FIRST_PAUSE_SECONDS, 2 * self._pause))
        self._retry = self._supervisor.loop.later(self._pause, self._try)
        self._waited += self._pause
        if self._waited < patience:
            return
        trouble = kind_and_place(error)
        if trouble != self.trouble:
            log.error("mail can't start, and is tried again: %s", trouble)
        self.trouble = trouble
        settled, self._settled = self._settled, []
        for callback in settled:
            callback(trouble)
