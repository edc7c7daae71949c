"""Lists the processes of one generation: each has a name, a main function and its sockets.

::

    [dns]   demand · dns-0 … · dns-notify (where there are secondaries)
    [smtp]  store · smtp-0 … · upkeep

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
from catcher.model.serving import KeptPart
from catcher.serve import demand as demand_process
from catcher.serve import dns as dns_process
from catcher.serve import notifying, upkeep
from catcher.serve import smtp as smtp_process
from catcher.serve import store as store_process
from catcher.serve.mailfiles import MailFiles
from catcher.supervise import Task

Pair = tuple[socket.socket, socket.socket]
"""A connected pair: writing end, reading end."""


def dns_tasks(
    config: Config,
    clock: Clock,
    workers: Sequence[tuple[socket.socket, ...]],
    authority: dns.Authority,
    demand: Pair,
) -> list[Task]:
    """The DNS processes, with one worker per item of ``workers``."""
    writing, reading = demand
    tasks = [Task("demand", functools.partial(demand_process.run, config, writing, reading), demand, last=True)]
    for number, sockets in enumerate(workers):
        main = functools.partial(dns_process.run, config, clock, authority, sockets, writing)
        tasks.append(Task(f"dns-{number}", main, (*sockets, writing), last=True))
    if config.dns.secondary:
        tasks.append(Task("dns-notify", functools.partial(notifying.run, config, clock, authority)))
    return tasks


def smtp_tasks(
    mail: MailFiles,
    clock: Clock,
    workers: Sequence[tuple[socket.socket, ...]],
    catalogue: Catalogue,
    kept: Sequence[KeptPart],
    store_sockets: Pair,
) -> list[Task]:
    """The SMTP processes: one worker per item of ``workers``, the storing process, and upkeep, which raises an alert
    for the parts in ``kept``."""
    config = mail.config
    stops = Stops(config.node.state)
    stops.settle(catalogue, clock.now())
    sinks_catalogue = catalogue.under(stops.covers)
    certificates = smtp.Certificates(smtp_process.certificate_files(config, clock.now()))
    writing, reading = store_sockets
    tasks = [Task("store", functools.partial(store_process.run, config, reading), (reading,), last=True)]
    for number, sockets in enumerate(workers):
        main = functools.partial(
            smtp_process.run, config, clock, sinks_catalogue, certificates, mail.explanations, sockets, writing
        )
        tasks.append(Task(f"smtp-{number}", main, (*sockets, writing)))
    tasks.append(Task("upkeep", functools.partial(upkeep.run, config, clock, sinks_catalogue, kept)))
    return tasks
