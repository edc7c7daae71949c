"""What a generation serves, for ``catcher status``: made by the loader, kept by the parent, read by nobody else.

The time since which a part is kept outlives a restart: ``kept/since-ROLES.json`` in the state folder has it.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from catcher import dns
from catcher.catalogue import Catalogue
from catcher.catalogue.atomic import replace_file
from catcher.catalogue.guardrecord import KEPT_FOLDER
from catcher.config import Config
from catcher.dns.answering.transfer import serial_of
from catcher.dns.wire import RRType
from catcher.model.moments import second
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
from catcher.regularfile import read_regular
from catcher.supervise import Supervisor

log = logging.getLogger("catcher.serve")

KeptSince = Mapping[tuple[ServedPart, str], datetime]
"""Part and name → the first load that found it faulty."""


def since_of(parts: Iterable[KeptPart]) -> KeptSince:
    """The times of ``parts``."""
    return {(part.part, part.name): part.since for part in parts}


def dated(parts: Iterable[KeptPart], known: KeptSince) -> tuple[KeptPart, ...]:
    """``parts`` with the times in ``known``, as far as there is one."""
    return tuple(replace(part, since=known.get((part.part, part.name), part.since)) for part in parts)


def read_since(state: Path, roles: Collection[str]) -> KeptSince:
    """The times that the server with these roles noted before its restart; none if they can't be read."""
    try:
        rows = json.loads(read_regular(_since_file(state, roles)))
        return {
            (ServedPart(part), str(name)): datetime.fromisoformat(since).astimezone(UTC) for part, name, since in rows
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, RecursionError) as error:
        log.error("since when parts are kept can't be read: %s", type(error).__name__)
        return {}


def note_since(state: Path, roles: Collection[str], known: KeptSince) -> None:
    """Notes the times for the time after a restart. Raises EnvironmentFailure."""
    file = _since_file(state, roles)
    text = json.dumps([[part, name, second(since)] for (part, name), since in sorted(known.items())]).encode() + b"\n"
    try:
        if read_regular(file) == text:
            return
    except OSError:
        if not known:
            return
    replace_file(file, text, mode=0o600)


def _since_file(state: Path, roles: Collection[str]) -> Path:
    return state / KEPT_FOLDER / f"since-{'-'.join(sorted(roles))}.json"


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
            loaded = authority.files.zones.get(file.name)
            yield ZoneStatus(
                file.name,
                serial_of(zone.apex.rrsets[RRType.SOA]),
                ZoneState.KEPT if file.name in faulty else ZoneState.CURRENT,
                None if loaded is None else loaded.unseen,
            )
