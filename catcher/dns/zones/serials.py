"""The SOA serials of catalogued names: one for all, and one of its own for each name that changed since (RFC 1982).

::

    base 1795983704 ──────────────────────────────▶ every name
    rows army.ml 1796000000 ──────────────────────▶ this name alone
         └─ and one step at each moment at which the name's policy changes by itself: the day of ``until``, the end of a
            run of the guard

A name's serial depends on the time alone, so every worker, the transfers and NOTIFY agree on it without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from catcher.catalogue import Catalogue, Entry

_MODULUS = 1 << 32
_HALF = 1 << 31
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
INSTANT = timedelta(microseconds=1)
"""The shortest time between two moments."""


class GivenSerial(NamedTuple):
    """A serial, and the moment from which on it counts."""

    serial: int
    at: float
    """Unix seconds. Later moments at which the policy changes by itself raise the serial."""


def is_newer(serial: int, than: int) -> bool:
    """Whether ``serial`` comes after ``than`` (RFC 1982 §3.2)."""
    return 0 < (serial - than) % _MODULUS < _HALF


def raised(serial: int, moment: float) -> int:
    """The serial after ``serial``: the Unix time ``moment`` if that is newer, else the next number."""
    wanted = int(moment) % _MODULUS
    return wanted if is_newer(wanted, serial) else (serial + 1) % _MODULUS


def seconds(kept: object) -> float:
    """A moment in Unix seconds that a file kept. Raises ValueError, TypeError for one before 1970 or after 9998."""
    moment = float(kept)  # type: ignore[arg-type]
    if not 0 <= moment < _LATEST:
        raise ValueError("no moment of this calendar")
    return moment


def midnight(entry: Entry) -> datetime | None:
    """The moment at which ``then`` comes into force; None: never."""
    return None if entry.until is None else datetime.combine(entry.until, time(), UTC)


def changes_at(catalogue: Catalogue, entry: Entry, moment: datetime, loaded: datetime) -> bool:
    """Whether the policy of ``entry`` changes by itself at ``moment``: its ``until``, or a moment of the guard.

    Before ``loaded``, the load of the catalogue, another run of the guard was in force: the begin of a run that is in
    force now raised no policy then. The load itself compared what was served with what is served now.
    """
    if moment == midnight(entry):
        return entry.policy is not entry.then
    old, new = catalogue.policy_at(entry, moment - INSTANT), catalogue.policy_at(entry, moment)
    return old is not new and not (moment <= loaded and new.above_null)


class Serials:
    """The serials of all catalogued names. Immutable."""

    def __init__(
        self, base: GivenSerial, rows: Mapping[str, GivenSerial] | None = None, loaded: datetime | None = None
    ) -> None:
        """``loaded``: the time of the load; None: the start of time."""
        self.base = base
        self.rows = dict(rows or {})
        """The names that changed since the base serial was given."""
        self.loaded = loaded or datetime.fromtimestamp(0, UTC)

    def given(self, domain: str) -> GivenSerial:
        """The serial that the last load left to ``domain``."""
        return self.rows.get(domain, self.base)

    def turns(self, catalogue: Catalogue) -> tuple[datetime, ...]:
        """The moments since the oldest serial at which a run of the guard starts or stops clearing names, in order."""
        first = min((given.at for given in self.rows.values()), default=self.base.at)
        since = datetime.fromtimestamp(min(first, self.base.at), UTC)
        return tuple(sorted(catalogue.turns_after(since)))

    def at(self, entry: Entry, catalogue: Catalogue, turns: Iterable[datetime], now: datetime) -> int:
        """The serial of ``entry`` at ``now``. ``turns``: as ``turns`` gives them for this catalogue."""
        serial, since = self.given(entry.domain)
        ends = midnight(entry)
        moments = [moment for moment in turns if moment <= now]
        if ends is not None and ends <= now:
            moments.append(ends)
        for moment in sorted(moments):
            if moment.timestamp() > since and changes_at(catalogue, entry, moment, self.loaded):
                serial = raised(serial, moment.timestamp())
        return serial

    @property
    def highest(self) -> int:
        """The newest serial that was given at a load."""
        newest = self.base.serial
        for given in self.rows.values():
            if is_newer(given.serial, newest):
                newest = given.serial
        return newest
