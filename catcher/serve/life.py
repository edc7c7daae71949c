"""The life of a server: sockets, locks, and what a generation of workers runs."""

from __future__ import annotations

import functools
import logging
import os
import socket
from collections.abc import Collection

from catcher import dns, smtp
from catcher.catalogue.stops import Stops
from catcher.config import Config
from catcher.model.clock import Clock
from catcher.serve import demand as demand_process
from catcher.serve import dns as dns_process
from catcher.serve import notifying, upkeep
from catcher.serve import smtp as smtp_process
from catcher.serve import store as store_process
from catcher.serve.smtp import DRAIN_SECONDS
from catcher.serve.sockets import Bound, bind_all
from catcher.store import door
from catcher.supervise import Supervisor, Task
from catcher.supervise.lock import lock
from catcher.supervise.privileges import become
from catcher.wiring import explanations, load_catalogue

log = logging.getLogger("catcher.serve")

ROLES = ("dns", "smtp")


def launch(config: Config, *, clock: Clock, roles: Collection[str] = ROLES) -> Running:
    """Binds every socket, forks the workers, and returns once all serve.

    ``clock`` is inherited by the workers. Raises ConfigurationError or EnvironmentFailure; then nothing runs.
    """
    return Running(config, clock, roles)


class Running:
    """A server that runs: its supervisor, and the lock on its state folder."""

    def __init__(self, config: Config, clock: Clock, roles: Collection[str]) -> None:
        if "smtp" in roles:
            smtp.refuse_key_log()
        self._bound = bind_all(config, roles)
        become(config.node.user, state=config.node.state, where=f"{config.path.name}: node.user")
        self._locks = [lock(config.node.state, role) for role in roles]
        self._authority: dns.Authority | None = None
        self.private_fds: tuple[int, ...] = ()
        """More descriptors that no worker may keep."""
        self._demand = dns.channel()
        self._store_door = door()
        self._store_demand = functools.partial(demand_process.add, config)
        self.supervisor = Supervisor(
            build=lambda: self._tasks(config, clock),
            sockets=(*self._bound.all(), *self._demand, *self._store_door),
            private_fds=lambda: (*self._locks, *self.private_fds),
        )
        self.supervisor.start()

    def reload(self) -> None:
        """Loads catalogue and zones anew and puts them in force. Raises ConfigurationError; the old stay then."""
        self.supervisor.reload()

    def stop(self) -> None:
        """Drains and ends every worker; then the ports and the state folder are free again."""
        self.supervisor.stop(DRAIN_SECONDS)
        self.finish()
        for held in (*self._bound.all(), *self._demand, *self._store_door):
            held.close()
        for fd in self._locks:
            os.close(fd)

    def finish(self) -> None:
        """Stores the demand that the workers counted last. To be called when they have ended."""
        dns.Keeper(self._demand[1], self._store_demand).store()

    def _tasks(self, config: Config, clock: Clock) -> list[Task]:
        """Loads what a generation serves and says what its workers do. A zone with faults stays as it was."""
        tasks, self._authority = _tasks(config, clock, self._bound, self._demand, self._store_door, self._authority)
        return tasks


def _tasks(
    config: Config,
    clock: Clock,
    bound: Bound,
    demand: tuple[socket.socket, socket.socket],
    store_door: tuple[socket.socket, socket.socket],
    before: dns.Authority | None,
) -> tuple[list[Task], dns.Authority | None]:
    catalogue = load_catalogue(config)
    log.info("%s: %d domains in the catalogue", config.node.name, len(catalogue))
    tasks: list[Task] = []
    if bound.dns:
        authority = dns.load(config, catalogue, now=clock.now(), tolerant=True, before=before)
        writing, reading = demand
        tasks.append(Task("demand", functools.partial(demand_process.run, config, reading), (reading,), last=True))
        for number, sockets in enumerate(bound.dns):
            main = functools.partial(dns_process.run, config, clock, authority, sockets, writing)
            tasks.append(Task(f"dns-{number}", main, (*sockets, writing), last=True))
        if config.dns.secondary:
            tasks.append(Task("dns-notify", functools.partial(notifying.run, config, clock, authority, before)))
        before = authority
    if bound.smtp:
        stops = Stops(config.node.state)
        stops.settle(catalogue, clock.now())
        certificates = smtp.Certificates(smtp_process.certificate_files(config, clock.now()))
        words = explanations(config, catalogue)
        writing, reading = store_door
        tasks.append(Task("store", functools.partial(store_process.run, config, reading), (reading,), last=True))
        for number, sockets in enumerate(bound.smtp):
            tasks.append(
                Task(
                    f"smtp-{number}",
                    functools.partial(
                        smtp_process.run,
                        config,
                        clock,
                        catalogue.under(stops.covers),
                        certificates,
                        words,
                        sockets,
                        writing,
                    ),
                    (*sockets, writing),
                )
            )
        tasks.append(Task("upkeep", functools.partial(upkeep.run, config, clock, catalogue.under(stops.covers))))
    return tasks, before
