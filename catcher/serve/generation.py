"""Lists the processes of a server by group: each has a name, a main function and its sockets.

::

    demand ────────── from the start on, over all reloads: it holds counts, and nothing that is loaded
    [dns]   dns-0 … ▶ dns-notify (where there are secondaries)     replaced when LoadedDns came
    [smtp]  store ─▶ smtp-0 …                                      replaced when LoadedMail came
    both    upkeep

A task with ``last`` runs until the other tasks have ended: they need it (demand, store), or it is a DNS worker, which
answers until the end.
"""

from __future__ import annotations

import functools
import socket
from collections.abc import Sequence

from catcher import dns, smtp
from catcher.catalogue import Catalogue
from catcher.catalogue.stops import Stops
from catcher.config import Config
from catcher.model.clock import Clock
from catcher.serve import demand as demand_process
from catcher.serve import dns as dns_process
from catcher.serve import notifying, upkeep
from catcher.serve import smtp as smtp_process
from catcher.serve import store as store_process
from catcher.serve.loading import LoadedDns, LoadedMail
from catcher.supervise import Task

Pair = tuple[socket.socket, socket.socket]
"""A connected pair: writing end, reading end."""

_STORE_DRAIN_SECONDS = 15.0
"""Seconds that a replaced storing process, or a stopped one, has for the commits of workers that still drain."""


def demand_task(config: Config, demand: Pair) -> Task:
    """The process that stores the demand counts."""
    _, reading = demand
    return Task("demand", functools.partial(demand_process.run, config, reading), (reading,), last=True)


def dns_tasks(
    loaded: LoadedDns, clock: Clock, workers: Sequence[tuple[socket.socket, ...]], demand: Pair
) -> list[Task]:
    """The DNS workers: one per item of ``workers``."""
    assert loaded.authority is not None
    writing, _ = demand
    tasks = []
    for number, sockets in enumerate(workers):
        main = functools.partial(dns_process.run, loaded.config, clock, loaded.authority, sockets, writing)
        tasks.append(Task(f"dns-{number}", main, (*sockets, writing), last=True))
    return tasks


def notify_tasks(loaded: LoadedDns, clock: Clock, before: dns.Authority | None) -> list[Task]:
    """The process that sends NOTIFY, if there are secondaries; ``before``: the zones served until now.

    It is started again without them, so that nobody holds the zones of before after its end.
    """
    if not loaded.config.dns.secondary:
        return []
    assert loaded.authority is not None
    main = functools.partial(notifying.run, loaded.config, clock, loaded.authority)
    return [Task("dns-notify", functools.partial(main, before), again=functools.partial(main, None))]


def store_task(config: Config, store_sockets: Pair) -> Task:
    """The process that stores the observations."""
    _, reading = store_sockets
    return Task(
        "store",
        functools.partial(store_process.run, config, reading),
        (reading,),
        last=True,
        drain_seconds=smtp_process.DRAIN_SECONDS + _STORE_DRAIN_SECONDS,
    )


def smtp_tasks(
    loaded: LoadedDns,
    mail: LoadedMail,
    clock: Clock,
    workers: Sequence[tuple[socket.socket, ...]],
    store_sockets: Pair,
) -> list[Task]:
    """The SMTP workers: one per item of ``workers``. Raises ConfigurationError when the certificate can't be read."""
    catalogue = for_mail(loaded.config, loaded.catalogue)
    certificates = smtp.Certificates(mail.certificates)
    writing, _ = store_sockets
    tasks = []
    for number, sockets in enumerate(workers):
        main = functools.partial(
            smtp_process.run, loaded.config, clock, catalogue, certificates, mail.explanations, sockets, writing
        )
        tasks.append(
            Task(
                f"smtp-{number}",
                main,
                (*sockets, writing),
                drain_seconds=smtp_process.DRAIN_SECONDS + _STORE_DRAIN_SECONDS / 3,
            )
        )
    return tasks


def upkeep_task(loaded: LoadedDns, clock: Clock) -> Task:
    """The process for upkeep."""
    catalogue = for_mail(loaded.config, loaded.catalogue)
    return Task("upkeep", functools.partial(upkeep.run, loaded.config, clock, catalogue))


def for_mail(config: Config, catalogue: Catalogue) -> Catalogue:
    """The catalogue under the list of stopped domains."""
    return catalogue.under(Stops(config.node.state).covers)
