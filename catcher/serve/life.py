"""The parent process of a server: binds, drops root, locks and forks; reloads; stops.

::

    launch ─▶ Running: bind_all ─▶ become ─▶ lock ─▶ Supervisor.start ─▶ a generation of workers
                 reload ─▶ _tasks anew: catalogue, zones, texts ─▶ the next generation on the same sockets
                 stop ─▶ workers drain ─▶ finish: demand counted last ─▶ sockets and locks are free
"""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Callable, Collection, Sequence

# Some of these imports are unused here: modules imported before the fork share their memory among all workers.
from catcher import __version__, dns, incident, privacy, resolve, smtp, store, wiring  # noqa: F401
from catcher.config import Config
from catcher.desk.openmetrics import openmetrics
from catcher.model.clock import Clock
from catcher.model.serverstatus import LoadedState, ProcessState, ProcessStatus, ServerStatus
from catcher.model.serving import KeptPart, ReloadOutcome, ReloadResult
from catcher.serve import demand
from catcher.serve.generation import dns_tasks, smtp_tasks
from catcher.serve.loadedstate import loaded_state
from catcher.serve.mailfiles import mail_files
from catcher.serve.smtp import DRAIN_SECONDS
from catcher.serve.sockets import bind_all
from catcher.store.remote.server import handoff_sockets
from catcher.supervise import Supervisor, Task
from catcher.supervise.lock import lock
from catcher.supervise.privileges import become

log = logging.getLogger("catcher.serve")

ROLES = ("dns", "smtp")
"""The roles of a server; ``--role all`` means both."""


def launch(config: Config, *, clock: Clock, roles: Collection[str] = ROLES) -> Running:
    """Binds every socket, forks the workers, and returns once all workers are ready.

    The workers inherit ``clock``. Raises ConfigurationError or EnvironmentFailure; then no process is left running.
    """
    return Running(config, clock, roles)


class Running:
    """A running server: its supervisor, and the locks on its state folder."""

    def __init__(self, config: Config, clock: Clock, roles: Collection[str]) -> None:
        if "smtp" in roles:
            smtp.refuse_key_log()
        self._bound = bind_all(config, roles)
        become(config.node.user, state=config.node.state, where=f"{config.path.name}: node.user")
        self._locks = [lock(config.node.state, role) for role in roles]
        self._authority: dns.Authority | None = None
        self.private_fds: Callable[[], Sequence[int]] = lambda: ()
        """Descriptors, besides the locks, that no worker may keep."""
        self._config = config
        self._clock = clock
        self._roles = tuple(roles)
        self._loaded = LoadedState()
        self._started = self._since = clock.now()
        self._generation = 0
        self._demand = dns.demand_pipe()
        self._store_sockets = handoff_sockets()
        self._store_demand = functools.partial(demand.add, config)
        self.supervisor = Supervisor(
            build=lambda: self._tasks(config, clock),
            sockets=(*self._bound.all(), *self._demand, *self._store_sockets),
            private_fds=lambda: (*self._locks, *self.private_fds()),
        )
        self.supervisor.start()

    def reload(self) -> None:
        """Reloads catalogue and zones. Raises ConfigurationError; then the old ones stay in force."""
        self.supervisor.reload()

    def stop(self) -> None:
        """Drains and ends every worker; afterwards the ports and the state folder are free."""
        self.supervisor.stop(DRAIN_SECONDS)
        self.finish()
        for sock in (*self._bound.all(), *self._demand, *self._store_sockets):
            sock.close()
        for fd in self._locks:
            os.close(fd)

    def finish(self) -> None:
        """Stores the last demand counts of the workers. Call it after they have ended."""
        dns.DemandWriter(self._demand[1], self._store_demand).store()

    def _tasks(self, config: Config, clock: Clock) -> list[Task]:
        """Loads catalogue and zones, returns the tasks of a generation. A zone with faults keeps its old version."""
        catalogue = wiring.load_catalogue(config)
        log.info("%s: %d domains in the catalogue", config.node.name, len(catalogue))
        tasks: list[Task] = []
        kept: tuple[KeptPart, ...] = ()
        authority = None
        if self._bound.dns:
            before = self._authority
            self._authority = dns.load_authority(config, catalogue, now=clock.now(), tolerant=True, before=before)
            tasks += dns_tasks(config, clock, self._bound.dns, self._authority, self._demand)
        if self._bound.smtp:
            mail = mail_files(config, catalogue, clock.now(), self._loaded.kept)
            kept += mail.kept
            tasks += smtp_tasks(mail, clock, self._bound.smtp, catalogue, kept, self._store_sockets)
        self._loaded = loaded_state(config, catalogue, authority, kept)
        self._generation += 1
        self._since = clock.now()
        return tasks

    def outcome(self, seconds: float) -> ReloadOutcome:
        """What an adopted reload came to."""
        kept = self._loaded.kept
        result = ReloadResult.PARTLY if kept else ReloadResult.RELOADED
        return ReloadOutcome(result, kept, domains=self._loaded.domains, zones=len(self._loaded.zones), seconds=seconds)

    def status(self) -> ServerStatus:
        """The state of this server."""
        processes = [
            ProcessStatus(name, pid, ProcessState.SERVING, self._since, 0)
            for name, pid in self.supervisor.workers.items()
        ]
        return ServerStatus(
            node=self._config.node.name,
            roles=self._roles,
            version=__version__,
            pid=os.getpid(),
            started=self._started,
            generation=self._generation,
            since=self._since,
            loading=False,
            processes=tuple(processes),
            loaded=self._loaded,
            reloads=self._generation - 1,
        )

    def metrics(self) -> str:
        """The numbers of this server as OpenMetrics text."""
        return openmetrics([self.status()], self._clock.now())
