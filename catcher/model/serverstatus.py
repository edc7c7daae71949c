"""The state of a running server, as the control socket tells it.

::

    loader ─▶ LoadedState ─┐
    parent: processes     ─┼─▶ ServerStatus ─▶ one line of JSON ─▶ catcher status
    workers: counters     ─┘
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from catcher.model.errors import Fault
from catcher.model.moments import second
from catcher.model.serving import KeptPart


class ProcessState(StrEnum):
    """The state of a process of the server."""

    STARTING = "starting"
    """Forked, and not ready yet."""
    SERVING = "serving"
    DRAINING = "draining"
    """It takes nothing new and ends what it began."""
    WAITING = "waiting"
    """It ended or could not start; it is started again after a pause."""


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """One process of the server."""

    name: str
    pid: int | None
    """None while it waits for its next start."""
    state: ProcessState
    since: datetime
    """The moment at which this state began."""
    restarts: int
    """How often it was started again because it ended or could not start."""

    def to_json(self) -> dict[str, Any]:
        since = second(self.since)
        return {"name": self.name, "pid": self.pid, "state": self.state, "since": since, "restarts": self.restarts}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> ProcessStatus:
        state, since = ProcessState(row["state"]), datetime.fromisoformat(row["since"])
        return cls(row["name"], row["pid"], state, since, row["restarts"])


class ZoneState(StrEnum):
    """Whether a whole zone is served as its file says."""

    CURRENT = "current"
    KEPT = "kept"
    """Its last good state is served."""
    MISSING = "missing"
    """It never had a good state: queries for it get SERVFAIL."""


@dataclass(frozen=True, slots=True)
class ZoneStatus:
    """One whole zone."""

    name: str
    serial: int | None
    """The serial of the SOA that is served; None if the zone isn't."""
    state: ZoneState
    unseen: Fault | None = None
    """Why secondaries don't fetch what is served: it changed, and the serial didn't rise (RFC 1982)."""

    def to_json(self) -> dict[str, Any]:
        fault = self.unseen
        unseen = None if fault is None else {"where": fault.where, "what": fault.what, "remedy": fault.remedy}
        return {"name": self.name, "serial": self.serial, "state": self.state, "unseen": unseen}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> ZoneStatus:
        unseen = row.get("unseen")
        fault = None if unseen is None else Fault(unseen["where"], unseen["what"], unseen["remedy"])
        return cls(row["name"], row["serial"], ZoneState(row["state"]), fault)


@dataclass(frozen=True, slots=True)
class GuardRunStatus:
    """The last comparison of the catalogue with one TLD zone."""

    origin: str
    serial: int
    """The serial of the zone that was compared."""
    at: datetime
    """The moment from which its age counts."""
    until: datetime
    """The moment at which it lapses: from then on it clears nothing."""
    refused: int
    """Names that it refused."""

    def to_json(self) -> dict[str, Any]:
        return {
            "origin": self.origin,
            "serial": self.serial,
            "at": second(self.at),
            "until": second(self.until),
            "refused": self.refused,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> GuardRunStatus:
        at, until = datetime.fromisoformat(row["at"]), datetime.fromisoformat(row["until"])
        return cls(row["origin"], row["serial"], at, until, row["refused"])


@dataclass(frozen=True, slots=True)
class SecondaryStatus:
    """One configured secondary."""

    address: str
    key: str | None
    """The name of its TSIG key; None: its address alone is checked."""

    def to_json(self) -> dict[str, Any]:
        return {"address": self.address, "key": self.key}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> SecondaryStatus:
        return cls(row["address"], row["key"])


@dataclass(frozen=True, slots=True)
class LoadedState:
    """What the running generation loaded."""

    domains: int = 0
    """Rows of the catalogue that are served."""
    zones: tuple[ZoneStatus, ...] = ()
    guard_required: bool = False
    guard: tuple[GuardRunStatus, ...] = ()
    secondaries: tuple[SecondaryStatus, ...] = ()
    kept: tuple[KeptPart, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """One running server: the parent of one role, or of both."""

    node: str
    roles: tuple[str, ...]
    version: str
    pid: int
    """The parent's process id."""
    started: datetime
    generation: int
    """1 for the workers of the start; each adopted reload adds one."""
    since: datetime
    """The moment from which this generation serves."""
    loading: bool
    processes: tuple[ProcessStatus, ...]
    loaded: LoadedState = LoadedState()
    reloads: int = 0
    """Reloads that were adopted, in whole or in part."""
    failed_reloads: int = 0
    error: str = ""
    """The reason for which the latest reload failed; empty if it was adopted."""
    restart_needed: tuple[str, ...] = ()
    """Changed keys of catcher.toml that are in force only after a restart."""
    counters: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Name of a process → its counters since the server's start."""

    def total(self) -> dict[str, int]:
        """The counters of all processes together."""
        sums: Counter[str] = Counter()
        for numbers in self.counters.values():
            sums.update(numbers)
        return dict(sums)

    def to_json(self) -> dict[str, Any]:
        loaded = self.loaded
        return {
            "node": self.node,
            "roles": list(self.roles),
            "version": self.version,
            "pid": self.pid,
            "started": second(self.started),
            "generation": self.generation,
            "since": second(self.since),
            "loading": self.loading,
            "reloads": {"adopted": self.reloads, "failed": self.failed_reloads, "error": self.error},
            "restart_needed": list(self.restart_needed),
            "kept": [part.to_json() for part in loaded.kept],
            "processes": [process.to_json() for process in self.processes],
            "domains": loaded.domains,
            "zones": [zone.to_json() for zone in loaded.zones],
            "guard": {"required": loaded.guard_required, "runs": [run.to_json() for run in loaded.guard]},
            "secondaries": [secondary.to_json() for secondary in loaded.secondaries],
            "counters": {name: dict(numbers) for name, numbers in self.counters.items()},
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> ServerStatus:
        """The status that ``to_json`` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            node=row["node"],
            roles=tuple(row["roles"]),
            version=row["version"],
            pid=row["pid"],
            started=datetime.fromisoformat(row["started"]),
            generation=row["generation"],
            since=datetime.fromisoformat(row["since"]),
            loading=row["loading"],
            processes=tuple(map(ProcessStatus.from_json, row["processes"])),
            loaded=LoadedState(
                domains=row["domains"],
                zones=tuple(map(ZoneStatus.from_json, row["zones"])),
                guard_required=row["guard"]["required"],
                guard=tuple(map(GuardRunStatus.from_json, row["guard"]["runs"])),
                secondaries=tuple(map(SecondaryStatus.from_json, row["secondaries"])),
                kept=tuple(map(KeptPart.from_json, row["kept"])),
            ),
            reloads=row["reloads"]["adopted"],
            failed_reloads=row["reloads"]["failed"],
            error=row["reloads"]["error"],
            restart_needed=tuple(row["restart_needed"]),
            counters=row["counters"],
        )
