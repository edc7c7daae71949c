"""What a server serves although its files say something else, and what came of a reload.

A file with a fault takes only itself down (DESIGN §4): its last good state stays in force and is told in the log, in
``catcher status`` and by an alert.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, assert_never

from catcher.model.errors import Fault
from catcher.model.moments import second


class ServedPart(StrEnum):
    """A part of what is served that has a last good state of its own."""

    CONFIG = "config"
    """catcher.toml as a whole."""
    ROW = "row"
    """A row of the catalogue."""
    CATALOGUE = "catalogue"
    """A file of the catalogue as a whole."""
    TEMPLATE = "template"
    """The zone template of catalogued names."""
    ZONE = "zone"
    """A whole zone beside the catalogue."""
    KEYS = "keys"
    """TSIG keys or secrets of cookies."""
    GUARD = "guard"
    """The record of the guard."""
    MAIL = "mail"
    """A file that only the mail sink reads: texts, watch-list, certificate."""


@dataclass(frozen=True, slots=True)
class KeptPart:
    """One part for which an older state is served, or none at all."""

    part: ServedPart
    name: str
    """The domain of a row, the apex of a zone, else the file's name."""
    fault: Fault
    """What is wrong with the new state."""
    since: datetime
    """The first load that found this part faulty."""
    serves: datetime | None
    """The time of the state in force; None: there is no good state of this part."""
    instead: str = ""
    """What holds without a good state, as a sentence; empty: nothing is served for the part."""

    def __str__(self) -> str:
        return f"{self.part} {self.name}: {self.fault}; since {second(self.since)}, {self.served}"

    @property
    def served(self) -> str:
        """What is served for this part, as a sentence."""
        if self.serves is not None:
            return f"the state of {second(self.serves)} is served"
        return self.instead or "nothing is served for it"

    def to_json(self) -> dict[str, Any]:
        return {
            "part": self.part,
            "name": self.name,
            "where": self.fault.where,
            "what": self.fault.what,
            "remedy": self.fault.remedy,
            "since": second(self.since),
            "serves": self.serves and second(self.serves),
            "instead": self.instead,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> KeptPart:
        """The part that ``to_json`` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            ServedPart(row["part"]),
            str(row["name"]),
            Fault(str(row["where"]), str(row["what"]), str(row["remedy"])),
            datetime.fromisoformat(row["since"]),
            datetime.fromisoformat(row["serves"]) if row["serves"] else None,
            str(row.get("instead", "")),  # absent in what 0.4.0 wrote
        )


class ReloadResult(StrEnum):
    """What came of a reload."""

    RELOADED = "reloaded"
    """Everything is served as the files say."""
    PARTLY = "partly"
    """The rest is live; some parts are served as they were, or a changed key needs a restart."""
    FAILED = "failed"
    """The generation of before serves on."""


@dataclass(frozen=True, slots=True)
class ReloadOutcome:
    """What came of a reload."""

    result: ReloadResult
    kept: tuple[KeptPart, ...] = ()
    restart_needed: tuple[str, ...] = ()
    """Changed keys of catcher.toml that are in force only after a restart."""
    error: str = ""
    """The reason of a failed reload, or of processes that could not be replaced yet."""
    domains: int = 0
    """Catalogued names that are live."""
    zones: int = 0
    """Whole zones that are live."""
    seconds: float = 0.0
    """Time from the request until the new workers served."""

    @property
    def sentence(self) -> str:
        """The result in words, without the parts and keys."""
        live = f"{self.domains} names and {self.zones} zones are live, after {self.seconds:.1f} s"
        match self.result:
            case ReloadResult.RELOADED:
                return f"reloaded: {live}"
            case ReloadResult.PARTLY:
                kept, keys = len(self.kept), len(self.restart_needed)
                return f"partly reloaded: {live}; {kept} parts kept as they were, {keys} changed keys need a restart"
            case ReloadResult.FAILED:
                return "the reload failed: what was served before is served on"
            case _:
                assert_never(self.result)

    def to_json(self) -> dict[str, Any]:
        return {
            "result": self.result,
            "kept": [part.to_json() for part in self.kept],
            "restart_needed": list(self.restart_needed),
            "error": self.error,
            "domains": self.domains,
            "zones": self.zones,
            "seconds": round(self.seconds, 3),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> ReloadOutcome:
        """The outcome that ``to_json`` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            ReloadResult(row["result"]),
            tuple(map(KeptPart.from_json, row["kept"])),
            tuple(row["restart_needed"]),
            row["error"],
            row["domains"],
            row["zones"],
            row["seconds"],
        )
