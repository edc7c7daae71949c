"""What a server serves although its files say something else: the last good state of a row, a zone or a text.

A file with a fault takes only itself down (DESIGN §4): its last good state stays in force and is told in the log, in
``catcher status`` and by an alert.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from catcher.model.errors import Fault


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
    """The time of the state in force; None: there is no good state, so nothing is served for this part."""


class ReloadResult(StrEnum):
    """The result of one load."""

    RELOADED = "reloaded"
    """Everything new is in force."""
    PARTLY = "partly"
    """Older states of some parts stay, or some processes could not be replaced yet."""
    FAILED = "failed"
    """The state of before stays in force as a whole."""


@dataclass(frozen=True, slots=True)
class ReloadOutcome:
    """One load, at the start or at a reload, and what it put in force."""

    result: ReloadResult
    kept: tuple[KeptPart, ...] = ()
    restart_needed: tuple[str, ...] = ()
    """Keys of catcher.toml that were changed, and take effect at a restart alone."""
    error: str = ""
    domains: int = 0
    """Catalogued domains in force."""
    zones: int = 0
    """Whole zones in force."""
    seconds: float = 0.0
