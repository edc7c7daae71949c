"""Which zones secondaries have to be told of: those whose serial is another than the one they were last told of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from catcher.dns.authority import Authority
from catcher.dns.transfer import serial_of
from catcher.dns.wire import RRType

FILE = "dns-notified.json"
"""In the state folder."""
MOST = 10_000
"""Catalogued names that are announced when all of them have changed."""


@dataclass(frozen=True, slots=True)
class Told:
    """What secondaries were told of: serials, and the day on which rows with a date were last looked at."""

    zones: dict[str, int] = field(default_factory=dict)
    catalogue: int = 0
    """The serial that catalogued names share."""
    catalog_zone: int = 0
    day: str = ""

    @classmethod
    def read(cls, folder: Path) -> Told:
        """As it was kept; nothing where it is new or damaged: who is told once too often asks for an SOA."""
        try:
            kept = json.loads((folder / FILE).read_bytes())
            return cls(dict(kept["zones"]), int(kept["catalogue"]), int(kept["catalog_zone"]), str(kept["day"]))
        except (OSError, ValueError, TypeError, KeyError):
            return cls()

    def keep(self, folder: Path) -> None:
        """Raises OSError."""
        draft = folder / f".{FILE}.new"
        kept = {
            "zones": self.zones,
            "catalogue": self.catalogue,
            "catalog_zone": self.catalog_zone,
            "day": self.day,
        }
        draft.write_text(json.dumps(kept) + "\n", encoding="utf-8")
        draft.replace(folder / FILE)


def current(authority: Authority, now: datetime) -> Told:
    """The serials that are served now."""
    return Told(
        {name: serial_of(zone.apex.rrsets[RRType.SOA]) for name, zone in authority.zones.items()},
        authority.publications.serial,
        0 if authority.catalog is None else authority.catalog.serial(now),
        now.date().isoformat(),
    )


def due(authority: Authority, before: Authority | None, told: Told, now: datetime) -> Iterator[str]:
    """Names of the zones to be announced: catalog zone and whole zones first, then catalogued names.

    When rows have changed all catalogued names have a new serial; announced are those that publish something else
    than ``before``, what was served until now. Where that isn't known, or the template changed, it is all of them, but
    none of more than ``MOST``: they are found by the SOA's refresh.
    """
    served = current(authority, now)
    if authority.catalog is not None and served.catalog_zone != told.catalog_zone:
        yield authority.catalog.name
    for name, serial in served.zones.items():
        if told.zones.get(name) != serial:
            yield name
    catalogue = authority.catalogue
    if served.catalogue != told.catalogue:
        if (
            before is not None
            and before.template == authority.template
            and before.publications.serial == told.catalogue
        ):
            for entry in catalogue:
                old = before.catalogue.get(entry.domain)
                if old is None or old.policy_at(now) is not entry.policy_at(now):
                    yield entry.domain
        elif len(catalogue) <= MOST:
            yield from catalogue.domains()
    elif served.day != told.day:
        since = date.fromisoformat(told.day) if told.day else date.min
        for entry in catalogue:
            if entry.until is not None and since < entry.until <= now.date():
                yield entry.domain
