"""The parent process of a server: binds, drops root, locks; loads, forks and reloads; stops.

::

    Running ─▶ bind ─▶ become ─▶ lock ─▶ start ─▶ loader ─▶ LoadedDns ─▶ DNS workers ─▶ the others
                                         reload ─▶ the same on the same sockets
                                         stop ─▶ workers drain ─▶ finish: demand counted last ─▶ all is free

``ready`` is said once the DNS workers serve and the mail side was tried: mail that can't start (a taken port, a damaged
store, a folder that can't be written) is told and tried again, and never holds up DNS.
"""

from __future__ import annotations

import functools
import logging
import os
import socket
import time
from collections.abc import Callable, Collection, Sequence

from catcher import __version__, dns
from catcher.config import Config
from catcher.desk.openmetrics import openmetrics
from catcher.model.clock import Clock
from catcher.model.errors import CatcherError, EnvironmentFailure
from catcher.model.serverstatus import LoadedState, ServerStatus
from catcher.model.serving import ReloadOutcome
from catcher.serve import demand, generation
from catcher.serve.limiterlog import LimiterLog
from catcher.serve.loadedstate import processes
from catcher.serve.loading.loaded import LoadedDns
from catcher.serve.mailside import MailSide
from catcher.serve.reloading import Reloading
from catcher.serve.sockets import WorkerSockets, dns_sockets
from catcher.serve.store import DRAIN_SECONDS
from catcher.supervise import Loop, Supervisor, Task
from catcher.supervise.counterpage import CounterPage
from catcher.supervise.descriptors import descriptors
from catcher.supervise.lock import LockConflict, lock
from catcher.supervise.loop import guarded
from catcher.supervise.memory import refuse_key_log
from catcher.supervise.privileges import become, check_writable
from catcher.supervise.sockets import InheritedSockets

log = logging.getLogger("catcher.serve")

ROLES = ("dns", "smtp")
"""The roles of a server; ``--role all`` means both."""


def launch(config: Config, *, clock: Clock, roles: Collection[str] = ROLES) -> Running:
    """Binds every socket, forks the workers, and returns once all workers are ready.

    The workers inherit ``clock``. Raises ConfigurationError or EnvironmentFailure; then no process is left running.
    """
    running = Running(config, clock, roles)
    outcomes: list[ReloadOutcome] = []
    running.start(outcomes.append)
    running.loop.run(until=lambda: bool(outcomes) or running.refusal is not None)
    fault = running.refusal or (EnvironmentFailure(outcomes[0].error) if outcomes[0].error else None)
    if fault is not None:
        running.stop()
        raise fault
    return running


class Running:
    """A running server: its event loop, its supervisor, and the locks on its state folder."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        roles: Collection[str],
        *,
        configured: Callable[[Config], None] = lambda _: None,
    ) -> None:
        """Binds and locks. ``configured`` is called with each configuration that takes hold.

        Raises ConfigurationError or EnvironmentFailure.
        """
        if "smtp" in roles:
            refuse_key_log()
        descriptors()
        passed = InheritedSockets.receive(os.environ, os.getpid())
        self._dns: WorkerSockets = dns_sockets(config, passed) if "dns" in roles else ()
        mail = MailSide.bound(config, passed, alone="dns" not in roles) if "smtp" in roles else None
        passed.close_rest()
        become(config.node.user, state=config.node.state, where=f"{config.path.name}: node.user")
        locks = _locked(config, roles)
        self.loop = Loop()
        self._counters = CounterPage(dns.COUNTER_NAMES, falling=(dns.DnsCount.TCP_OPEN,))
        self._limiter = LimiterLog()
        self.loop.every_turn(lambda: self._limiter.look(self._counters.read, time.monotonic()))
        self.supervisor = Supervisor(self.loop, self._counters)
        self._clock = clock
        self._started = clock.now()
        self._roles = tuple(roles)
        self._demand = dns.demand_pipe()
        self._connections = [dns.ConnectionPipe() for _ in self._dns]
        passed_on = [end for pipe in self._connections for end in (pipe.reading, pipe.writing)]
        self.supervisor.sockets += [*_all(self._dns), *self._demand, *passed_on]
        self.loop.private.update(locks.values())
        if mail is not None:
            mail.attach(self.supervisor, clock, is_locked="smtp" in locks)
        self.reloading = Reloading(
            config, clock, roles, self.supervisor, mail=mail, dns_tasks=self._dns_tasks, configured=configured
        )
        self._mail = mail

    @property
    def refusal(self) -> CatcherError | None:
        """The error for which the first load was refused: there is nothing to serve."""
        return self.reloading.refusal

    def start(self, started: Callable[[ReloadOutcome], None]) -> None:
        """Begins to load and fork. ``started`` is called once the DNS workers serve and the mail side was tried."""
        self.reloading.start(started)
        _import_for_workers(self._roles)
        if self._dns:
            self._replace_demand(self.reloading.config)

    def reload(self, done: Callable[[ReloadOutcome], None] = lambda _: None) -> None:
        """Loads everything anew; ``done`` is called when that is over. Requests that come meanwhile are joined."""
        self.reloading.request(done)

    def status(self) -> ServerStatus:
        """The state of this server."""
        reloading = self.reloading
        state = LoadedState() if reloading.before.dns is None else reloading.before.dns.state(reloading.kept)
        return ServerStatus(
            node=reloading.config.node.name,
            roles=self._roles,
            version=__version__,
            pid=os.getpid(),
            started=self._started,
            generation=reloading.adopted,
            since=reloading.since,
            loading=reloading.is_loading,
            processes=tuple(processes(self.supervisor, self._clock.now())),
            loaded=state,
            reloads=max(0, reloading.adopted - 1),
            failed_reloads=reloading.failed,
            error=reloading.error,
            restart_needed=() if reloading.before.dns is None else reloading.before.dns.restart_needed,
            counters=self._counters.read(),
        )

    def metrics(self) -> str:
        """The numbers of this server as OpenMetrics text."""
        return openmetrics([self.status()], self._clock.now())

    def stop(self, *, seconds: float = DRAIN_SECONDS, hurry: Callable[[], bool] = lambda: False) -> None:
        """Drains and ends every worker; afterwards the ports and the state folder are free."""
        self.reloading.stop()
        if self._mail is not None:
            self._mail.stop()
        self.supervisor.stop(seconds, hurry=hurry)
        guarded(self._finish)
        for sock in self.supervisor.sockets:
            sock.close()
        for fd in self.loop.private:  # the locks, also those taken later
            os.close(fd)
        self.loop.private.clear()

    def _finish(self) -> None:
        """Stores the last demand counts of the workers, after they have ended."""
        if self._dns:
            add = functools.partial(demand.add, self.reloading.config)
            dns.DemandWriter(self._demand[1], add).store()

    def _replace_demand(self, config: Config) -> None:
        self.supervisor.replace("demand", [generation.demand_task(config, self._demand)])

    def _dns_tasks(self, loaded: LoadedDns) -> Sequence[Task]:
        """The DNS workers for a new state. The process of demand is replaced only for another store: it holds
        counts."""
        if loaded.config.store != self.reloading.config.store:
            self._replace_demand(loaded.config)
        return generation.dns_tasks(loaded, self._clock, self._dns, self._demand, self._connections)


def _import_for_workers(roles: Collection[str]) -> None:
    """Imports, while the loader works, what the processes need: modules imported before a fork share their memory."""
    from catcher import incident, privacy, resolve  # noqa: F401
    from catcher.serve import upkeep  # noqa: F401

    if "smtp" in roles:
        from catcher.serve import smtp  # noqa: F401


def _all(sockets: WorkerSockets) -> list[socket.socket]:
    return [sock for worker in sockets for sock in worker]


def _locked(config: Config, roles: Collection[str]) -> dict[str, int]:
    """The locks of the roles. Raises EnvironmentFailure when another server holds one.

    A state folder that can't be written is told, and DNS serves without its lock.
    """
    found: dict[str, int] = {}
    for role in roles:
        try:
            check_writable(config.node.state)
            found[role] = lock(config.node.state, role)
        except LockConflict:
            for fd in found.values():
                os.close(fd)
            raise
        except EnvironmentFailure as error:
            if "dns" not in roles:
                raise
            log.error("DNS serves without its state folder: %s", error)
    return found
