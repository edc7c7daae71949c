"""Finds the zones for which secondaries get a NOTIFY: zones whose serial changed since the last NOTIFY."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from catcher.dns.answering.authority import Authority
from catcher.dns.answering.transfer import serial_of
from catcher.dns.wire import RRType

ANNOUNCED_FILE = "dns-notified.json"
"""The file in the state folder that holds the serials announced last."""
MAX_ANNOUNCED = 10_000
"""Most catalogued names announced when all have changed: more would take hours, and secondaries find the change sooner
by the SOA's refresh."""


@dataclass(frozen=True, slots=True)
class AnnouncedSerials:
    """The serials that secondaries were notified of, and the day on which rows with a date were last examined."""

    zones: dict[str, int] = field(default_factory=dict)
    catalogue: int = 0
    """The serial that catalogued names share."""
    catalog_zone: int = 0
    day: str = ""

    @classmethod
    def read(cls, folder: Path) -> AnnouncedSerials:
        """The serials in the state folder; none if the file is missing or damaged: a needless NOTIFY costs one SOA
        query."""
        try:
            kept = json.loads((folder / ANNOUNCED_FILE).read_bytes())
            return cls(dict(kept["zones"]), int(kept["catalogue"]), int(kept["catalog_zone"]), str(kept["day"]))
        except (OSError, ValueError, TypeError, KeyError):
            return cls()

    def keep(self, folder: Path) -> None:
        """Writes the serials to the state folder. Raises OSError."""
        draft = folder / f".{ANNOUNCED_FILE}.new"
        kept = {
            "zones": self.zones,
            "catalogue": self.catalogue,
            "catalog_zone": self.catalog_zone,
            "day": self.day,
        }
        draft.write_text(json.dumps(kept) + "\n", encoding="utf-8")
        draft.replace(folder / ANNOUNCED_FILE)


def current(authority: Authority, now: datetime) -> AnnouncedSerials:
    """The serials that are served now."""
    return AnnouncedSerials(
        {name: serial_of(zone.apex.rrsets[RRType.SOA]) for name, zone in authority.zones.items()},
        authority.publications.serial,
        0 if authority.catalog is None else authority.catalog.serial(now),
        now.date().isoformat(),
    )


def due(authority: Authority, before: Authority | None, announced: AnnouncedSerials, now: datetime) -> Iterator[str]:
    """Names of the zones to be announced: catalog zone and whole zones first, then catalogued names.

    A changed row gives all catalogued names a new serial. Only names are announced whose policy differs from the policy
    in ``before``, the Authority served until now. If there is no ``before``, or the template changed, all names are
    announced; none is announced if there are more than ``MAX_ANNOUNCED``: secondaries find the change by the SOA's
    refresh.
    """
    served = current(authority, now)
    if authority.catalog is not None and served.catalog_zone != announced.catalog_zone:
        yield authority.catalog.name
    for name, serial in served.zones.items():
        if announced.zones.get(name) != serial:
            yield name
    catalogue = authority.catalogue
    if served.catalogue != announced.catalogue:
        if (
            before is not None
            and before.template == authority.template
            and before.publications.serial == announced.catalogue
        ):
            for entry in catalogue:
                old = before.catalogue.get(entry.domain)
                if old is None or old.policy_at(now) is not entry.policy_at(now):
                    yield entry.domain
        elif len(catalogue) <= MAX_ANNOUNCED:
            yield from catalogue.domains()
    elif served.day != announced.day:
        since = date.fromisoformat(announced.day) if announced.day else date.min
        for entry in catalogue:
            if entry.until is not None and since < entry.until <= now.date():
                yield entry.domain
