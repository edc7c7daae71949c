"""Lists the processes of a server by group: each has a name, a main function and its sockets.

::

    demand ────────── from the start on, over all reloads: it holds counts, and nothing that is loaded
    [dns]   dns-0 … ▶ dns-notify (where there are secondaries)     replaced when LoadedDns came
    [smtp]  store ─▶ smtp-0 …                                      replaced when LoadedMail came
    both    upkeep (and forget, where there is no store)

A task with ``last`` runs until the other tasks have ended: they need it (demand, store), or it is a DNS worker, which
answers until the end.

The modules of mail and of upkeep are imported where their processes are made: the first load doesn't wait for them.
"""

from __future__ import annotations

import functools
import socket
from collections.abc import Sequence

from catcher import dns
from catcher.catalogue import Catalogue
from catcher.catalogue.stops import Stops
from catcher.config import Config
from catcher.directory import ImportedLists
from catcher.model.clock import Clock
from catcher.model.serving import KeptPart
from catcher.serve import demand as demand_process
from catcher.serve import dns as dns_process
from catcher.serve import notifying
from catcher.serve import store as store_process
from catcher.serve.loading.loaded import LoadedDns, LoadedMail
from catcher.supervise import Task

Pair = tuple[socket.socket, socket.socket]
"""A connected pair: writing end, reading end."""

DNS_DRAIN_SECONDS = 15.0
"""Seconds that a replaced DNS worker has. It passes its TCP connections on and ends in milliseconds, but for a transfer
that shares the worker."""
_DNS_HURRY_SECONDS = 1.0
"""Seconds that it has once the generation after its successor waits for its end."""
_STORE_DRAIN_SECONDS = 15.0
"""Seconds that a replaced storing process, or a stopped one, has for the commits of workers that still drain."""


def demand_task(config: Config, demand: Pair) -> Task:
    """The process that stores the demand counts."""
    writing, reading = demand
    return Task("demand", functools.partial(demand_process.run, config, writing, reading), demand, last=True)


def dns_tasks(
    loaded: LoadedDns,
    clock: Clock,
    workers: Sequence[tuple[socket.socket, ...]],
    demand: Pair,
    connections: Sequence[dns.ConnectionPipe],
) -> list[Task]:
    """The DNS workers: one per item of ``workers``, each with its pipe of ``connections``."""
    assert loaded.authority is not None
    writing, _ = demand
    tasks = []
    for number, sockets in enumerate(workers):
        pipe = connections[number]
        main = functools.partial(dns_process.run, loaded.config, clock, loaded.authority, sockets, writing, pipe)
        ends = (pipe.reading, pipe.writing)
        tasks.append(
            Task(
                f"dns-{number}",
                main,
                (*sockets, writing, *ends),
                last=True,
                drain_seconds=DNS_DRAIN_SECONDS,
                hurry_seconds=_DNS_HURRY_SECONDS,
            )
        )
    return tasks


def notify_tasks(loaded: LoadedDns, clock: Clock) -> list[Task]:
    """The process that sends NOTIFY, if there are secondaries."""
    if not loaded.config.dns.secondary:
        return []
    assert loaded.authority is not None
    return [Task("dns-notify", functools.partial(notifying.run, loaded.config, clock, loaded.authority))]


def store_task(config: Config, clock: Clock, store_sockets: Pair) -> Task:
    """The process that stores the observations, and forgets what is due."""
    _, reading = store_sockets
    return Task(
        "store",
        functools.partial(store_process.run, config, clock, reading),
        (reading,),
        last=True,
        drain_seconds=store_process.DRAIN_SECONDS + _STORE_DRAIN_SECONDS,
    )


def smtp_tasks(
    loaded: LoadedDns,
    mail: LoadedMail,
    clock: Clock,
    workers: Sequence[tuple[socket.socket, ...]],
    store_sockets: Pair,
) -> list[Task]:
    """The SMTP workers: one per item of ``workers``. Raises ConfigurationError when the certificate can't be read."""
    from catcher import smtp
    from catcher.serve import smtp as smtp_process

    catalogue = for_mail(loaded.config, loaded.catalogue)
    certificates = smtp.Certificates(mail.certificates, mail.config.smtp.tls_suites)
    writing, _ = store_sockets
    tasks = []
    for number, sockets in enumerate(workers):
        main = functools.partial(
            smtp_process.run,
            mail.config,
            clock,
            catalogue,
            mail.lists,
            certificates,
            mail.explanations,
            sockets,
            writing,
        )
        tasks.append(
            Task(
                f"smtp-{number}",
                main,
                (*sockets, writing),
                drain_seconds=store_process.DRAIN_SECONDS + _STORE_DRAIN_SECONDS / 3,
            )
        )
    return tasks


def upkeep_tasks(
    loaded: LoadedDns, clock: Clock, kept: Sequence[KeptPart], lists: ImportedLists | None, *, stores_mail: bool
) -> list[Task]:
    """The process for upkeep, and one that forgets where no process stores mail. ``kept``: the parts of which an older
    state is served, for its alerts. ``lists`` None: the process chooses them."""
    from catcher.serve import upkeep

    config, catalogue = loaded.config, for_mail(loaded.config, loaded.catalogue)
    tasks = [Task("upkeep", functools.partial(upkeep.run, config, clock, catalogue, kept, lists))]
    if not stores_mail:
        tasks.append(Task("forget", functools.partial(store_process.forget_alone, config, clock)))
    return tasks


def for_mail(config: Config, catalogue: Catalogue) -> Catalogue:
    """The catalogue under the list of stopped domains."""
    return catalogue.under(Stops(config.node.state).covers)
