"""What a generation serves, for ``catcher status``: made by the loader, kept by the parent, read by nobody else."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from catcher import dns
from catcher.catalogue import Catalogue
from catcher.config import Config
from catcher.dns.answering.transfer import serial_of
from catcher.dns.wire import RRType
from catcher.model.serverstatus import (
    GuardRunStatus,
    LoadedState,
    ProcessState,
    ProcessStatus,
    SecondaryStatus,
    ZoneState,
    ZoneStatus,
)
from catcher.model.serving import KeptPart, ServedPart
from catcher.supervise import Supervisor


def loaded_state(
    config: Config, catalogue: Catalogue, authority: dns.Authority | None, kept: Iterable[KeptPart]
) -> LoadedState:
    """The state that ``catalogue`` and ``authority`` make; ``authority`` None: this server has no role ``dns``."""
    parts = tuple(kept)
    runs = catalogue.guard.runs if catalogue.guard is not None else {}
    hours = config.catalogue.guard_hours
    return LoadedState(
        domains=len(catalogue),
        zones=() if authority is None else tuple(_zones(config, authority, parts)),
        guard_required=config.catalogue.guard == "required",
        guard=tuple(
            GuardRunStatus(run.origin, run.serial, run.as_of, run.lapses_at(hours), len(run.refused | run.foreign))
            for _, run in sorted(runs.items())
        ),
        secondaries=()
        if authority is None
        else tuple(SecondaryStatus(str(secondary.address), secondary.key) for secondary in config.dns.secondary),
        kept=parts,
    )


def processes(supervisor: Supervisor, now: datetime) -> Iterator[ProcessStatus]:
    """Every process of the server, and every one that waits for its next start."""
    for group in supervisor.groups:
        for workers, state in (
            (group.running, ProcessState.SERVING),
            (group.starting, ProcessState.STARTING),
            (group.retired, ProcessState.DRAINING),
        ):
            for worker in workers:
                since = now - timedelta(seconds=time.monotonic() - worker.born)
                yield ProcessStatus(worker.task.name, worker.pid, state, since, group.restarts[worker.task.name])
        for name in group.waiting:
            yield ProcessStatus(name, None, ProcessState.WAITING, now, group.restarts[name])


def _zones(config: Config, authority: dns.Authority, kept: Iterable[KeptPart]) -> Iterator[ZoneStatus]:
    faulty = {part.name for part in kept if part.part is ServedPart.ZONE}
    for file in config.dns.zone:
        zone = authority.zones.get(file.name)
        if zone is None:
            yield ZoneStatus(file.name, None, ZoneState.MISSING)
        else:
            yield ZoneStatus(
                file.name,
                serial_of(zone.apex.rrsets[RRType.SOA]),
                ZoneState.KEPT if file.name in faulty else ZoneState.CURRENT,
            )
