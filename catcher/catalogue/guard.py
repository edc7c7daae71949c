"""Stores the runs of ``catcher check --against ZONE`` and the names that each run cleared (DESIGN, promise 6).

A run compares the catalogue with one TLD zone. It clears a name of that TLD if no record of the zone proves that the
name belongs to somebody else; else it refuses the name.

::

    state/guard.json               one record a TLD zone: origin, when, serial, refused names, digest of the cleared
    state/guard-ORIGIN-DIGEST      the cleared names, sorted, one a line

The names are written first and the record last, each atomically, so that a reader finds the old run or the new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from catcher.catalogue.atomic import locked, replace_file
from catcher.catalogue.names import SortedNames
from catcher.model.domain import parents
from catcher.model.errors import EnvironmentFailure

HOLDS = timedelta(hours=24)
"""The oldest age at which a run still clears names: a run of exactly this age does."""
SKEW = timedelta(minutes=5)
"""A run dated later than now plus this time clears nothing: the clock is wrong, or was wrong at the run."""

_RECORD = "guard.json"
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Run:
    """One comparison of the catalogue with one TLD zone."""

    origin: str
    """The zone's apex."""
    ran_at: datetime
    zone: str
    """Name of the zone file."""
    serial: int
    """The serial of the zone's SOA (RFC 1035 §3.3.13)."""
    refused: frozenset[str]
    """Catalogued names that the run refused, including names outside the origin."""
    cleared: SortedNames
    """Catalogued names below the origin that the run did not refuse."""

    def holds_at(self, now: datetime) -> bool:
        """Whether the run still clears names at ``now``."""
        return -SKEW <= now - self.ran_at <= HOLDS


class Guard:
    """The recorded runs: the latest one for each origin."""

    def __init__(self, *, required: bool, runs: Iterable[Run] = ()) -> None:
        self.required = required
        """Whether policies above ``null`` need a run that clears the name."""
        self.runs = {run.origin: run for run in runs}
        self._refused = frozenset(name for run in self.runs.values() for name in run.refused)

    @classmethod
    def load(cls, state: Path, required: bool) -> Guard:
        """The guard recorded in the folder ``state``; without a record, a guard that clears nothing.

        If the guard isn't ``required``, the cleared names are not read: the runs have their refused names only.
        Raises EnvironmentFailure when the record is damaged.
        """
        for _ in range(_ATTEMPTS):
            try:
                told = json.loads((state / _RECORD).read_bytes())
            except FileNotFoundError:
                return cls(required=required)
            except (OSError, ValueError) as error:
                raise _unreadable(state, error) from None
            # A newer run may have replaced the file of names; then the record is read again.
            with suppress(FileNotFoundError):
                try:
                    return cls(required=required, runs=[_read(run, state, required=required) for run in told["runs"]])
                except (ValueError, KeyError, TypeError, PermissionError) as error:
                    raise _unreadable(state, error) from None
        raise _unreadable(state, FileNotFoundError())

    @property
    def ran_at(self) -> datetime | None:
        """The time of the latest run for any zone."""
        return max((run.ran_at for run in self.runs.values()), default=None)

    def run_for(self, domain: str) -> Run | None:
        """The run for the zone that contains ``domain``."""
        return next((self.runs[name] for name in parents(domain) if name in self.runs), None)

    def clears(self, domain: str) -> bool:
        """Whether the run for its zone, of any age, cleared ``domain``, and no run refused it."""
        run = self.run_for(domain)
        return run is not None and domain in run.cleared and domain not in self._refused

    def refuses(self, domain: str) -> bool:
        """Whether the latest run for any zone refused ``domain``; then its policy is at most ``null``."""
        return domain in self._refused

    def allows(self, domain: str, now: datetime) -> bool:
        """Whether a required guard lets ``domain`` have a policy above ``null`` at ``now``."""
        run = self.run_for(domain)
        return run is not None and run.holds_at(now) and domain in run.cleared and domain not in self._refused


def record(state: Path, runs: Sequence[Run]) -> None:
    """Records ``runs``; each replaces the recorded run of its origin. Raises EnvironmentFailure.

    A damaged record is replaced: the runs of the other origins are lost and no longer clear names.
    """
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFailure(f"{state}: it can't be made: {error.strerror}; make its folder writable") from None
    with locked(state):
        for run in runs:
            replace_file(state / _names_file(run), run.cleared.block[1:], mode=0o600)
        told = {run["origin"]: run for run in _on_record(state)} | {run.origin: _tell(run) for run in runs}
        text = json.dumps({"runs": [run for _, run in sorted(told.items())]}, indent=1)
        replace_file(state / _RECORD, text.encode() + b"\n", mode=0o600)
        kept = {run["names"] for run in told.values()}
        for file in state.glob("guard-*"):
            if file.name not in kept:
                file.unlink(missing_ok=True)


def _on_record(state: Path) -> list[dict[str, Any]]:
    try:
        told = json.loads((state / _RECORD).read_bytes())["runs"]
        for run in told:
            _read(run, state, required=True)
    except (OSError, ValueError, KeyError, TypeError):
        return []
    assert isinstance(told, list)
    return told


def _names_file(run: Run) -> str:
    return f"guard-{run.origin}-{hashlib.sha256(run.cleared.block[1:]).hexdigest()[:32]}"


def _tell(run: Run) -> dict[str, Any]:
    return {
        "origin": run.origin,
        "ran_at": run.ran_at.astimezone(UTC).isoformat(),
        "zone": run.zone,
        "serial": run.serial,
        "refused": sorted(run.refused),
        "names": _names_file(run),
        "cleared": len(run.cleared),
    }


def _read(told: Any, state: Path, *, required: bool) -> Run:
    """Raises ValueError, KeyError, TypeError or FileNotFoundError for a damaged record."""
    names = (state / Path(told["names"]).name).read_bytes() if required else b""
    run = Run(
        origin=told["origin"],
        ran_at=datetime.fromisoformat(told["ran_at"]).astimezone(UTC),
        zone=told["zone"],
        serial=told["serial"],
        refused=frozenset(told["refused"]),
        cleared=SortedNames(names),
    )
    if required and _names_file(run) != told["names"]:
        raise ValueError("the cleared names are not those of the record")
    return run


def _unreadable(state: Path, error: Exception) -> EnvironmentFailure:
    if isinstance(error, PermissionError):
        return EnvironmentFailure(f"{state / _RECORD}: it may not be read; mend its permissions")
    return EnvironmentFailure(
        f"{state / _RECORD}: it is damaged; run 'catcher check --against' with each TLD's zone to write it anew"
    )
