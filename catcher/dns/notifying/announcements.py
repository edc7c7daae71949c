"""Finds the zones for which a secondary gets a NOTIFY: zones whose serial is newer than the newest one it was told."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from catcher.catalogue.atomic import replace_file
from catcher.dns.answering.authority import Authority
from catcher.dns.answering.secondaries import Secondary
from catcher.dns.answering.transfer import serial_of
from catcher.dns.wire import RRType
from catcher.dns.zones.serials import is_newer, seconds
from catcher.model.errors import EnvironmentFailure
from catcher.regularfile import MOST_KEPT_OCTETS, read_regular

ANNOUNCED_FILE = "dns-notified.json"
"""The file in the state folder that holds the serials that each secondary was told."""
MAX_ANNOUNCED = 10_000
"""Most catalogued names announced after one change: more would take hours, and secondaries find the change sooner by
the SOA's refresh. The catalog zone and whole zones are announced nevertheless."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class NotifiedSerials:
    """The serials that one secondary was told and has answered."""

    zones: dict[str, int] = field(default_factory=dict)
    """Of whole zones and of the catalog zone."""
    newest: int | None = None
    """Every catalogued name was told up to this serial; None: none was told."""
    at: float = 0.0
    """The time of that, in Unix seconds."""
    names: dict[str, int] = field(default_factory=dict)
    """Serials of single names told since."""
    failed: dict[str, int] = field(default_factory=dict)
    """Serials of catalogued names for which it answered with an error: it is told again, until it takes them."""


def read(folder: Path) -> dict[str, NotifiedSerials]:
    """What each secondary (address and port) was told; nothing if the file is missing or damaged: a needless NOTIFY
    costs one SOA query."""
    try:
        kept = json.loads(read_regular(folder / ANNOUNCED_FILE, MOST_KEPT_OCTETS))
        return {
            str(target): NotifiedSerials(
                {str(zone): int(serial) for zone, serial in told["zones"].items()},
                None if told["newest"] is None else int(told["newest"]),
                seconds(told["at"]),
                {str(name): int(serial) for name, serial in told["names"].items()},
                {str(name): int(serial) for name, serial in told.get("failed", {}).items()},
            )
            for target, told in kept.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return {}


def announced_until(folder: Path) -> float:
    """The latest time, in Unix seconds, at which a secondary was told every serial; 0: none was."""
    return max((told.at for told in read(folder).values()), default=0.0)


def write(folder: Path, told: dict[str, NotifiedSerials]) -> None:
    """Keeps what was told. A folder that can't be written costs needless NOTIFYs after a restart: it is logged."""
    text = json.dumps({target: asdict(serials) for target, serials in told.items()})
    try:
        replace_file(folder / ANNOUNCED_FILE, text.encode() + b"\n", mode=0o600)
    except (EnvironmentFailure, OSError) as error:
        log.warning("the serials announced to secondaries can't be kept: %s", error)


def due(authority: Authority, secondary: Secondary, told: NotifiedSerials, now: datetime) -> list[tuple[str, int]]:
    """Name and serial of the zones to be announced: catalog zone and whole zones first, then catalogued names.

    The names left out because they are more than ``MAX_ANNOUNCED`` count as told.
    """
    found = [
        (name, serial)
        for name, serial in _zones(authority, now)
        if authority.secondaries.copies(secondary, name) and told.zones.get(name) != serial
    ]
    if not secondary.catalogue:
        return found
    names = [*_again(authority, told, now)]
    for name, serial in _newer(authority, told, now):
        if told.names.get(name) != serial and name not in told.failed:
            names.append((name, serial))
            if len(names) > MAX_ANNOUNCED:
                log.warning(
                    "more than %d catalogued names changed: %s learns of them by the SOA's refresh",
                    MAX_ANNOUNCED,
                    secondary.host,
                )
                return found
    return found + names


def note(
    authority: Authority,
    secondary: Secondary,
    told: NotifiedSerials,
    answered: dict[str, int],
    now: datetime,
    *,
    all_told: bool,
    failed: Collection[str] = (),
) -> None:
    """Notes the serials that a secondary ``answered``, for the names ``failed`` with an error; ``all_told``: nothing of
    what was due is left unanswered."""
    zones = dict(_zones(authority, now))
    for name, serial in answered.items():
        if name not in failed:
            told.failed.pop(name, None)
            (told.zones if name in zones else told.names)[name] = serial
        elif name not in zones:
            told.failed[name] = serial
    told.failed = {name: serial for name, serial in told.failed.items() if name in authority.catalogue}
    told.zones = {name: serial for name, serial in told.zones.items() if name in zones}
    if all_told and secondary.catalogue:
        told.newest, told.at, told.names = _newest(authority, now), now.timestamp(), {}


def _zones(authority: Authority, now: datetime) -> Iterator[tuple[str, int]]:
    if authority.catalog is not None:
        yield authority.catalog.name, authority.catalog.serial(now)
    for name, zone in authority.zones.items():
        yield name, serial_of(zone.apex.rrsets[RRType.SOA])


def _again(authority: Authority, told: NotifiedSerials, now: datetime) -> Iterator[tuple[str, int]]:
    """The catalogued names for which the secondary answered with an error."""
    for name in told.failed:
        entry = authority.catalogue.get(name)
        if entry is not None and authority.published(entry, now) is not None:
            yield name, authority.serial_at(entry, now)


def _newer(authority: Authority, told: NotifiedSerials, now: datetime) -> Iterator[tuple[str, int]]:
    """Catalogued names with a serial newer than ``told.newest``."""
    catalogue, serials = authority.catalogue, authority.serials
    since = datetime.fromtimestamp(told.at, UTC)
    guard = any(turn <= now for turn in catalogue.turns_after(since))
    every = told.newest is None or is_newer(serials.base.serial, told.newest)
    if every and len(catalogue) > MAX_ANNOUNCED:
        yield from ((name, 0) for name in catalogue.domains())  # more than are announced, whatever their serials are
        return
    if guard or every:
        domains: Iterator[str] = catalogue.domains()
    else:
        ended = {
            domain
            for domain, day in catalogue.endings()
            if told.at < datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() <= now.timestamp()
        }
        domains = iter(dict.fromkeys((*serials.rows, *ended)))
    for domain in domains:
        entry = catalogue.get(domain)
        if entry is not None and authority.published(entry, now) is not None:
            serial = authority.serial_at(entry, now)
            if told.newest is None or is_newer(serial, told.newest):
                yield domain, serial


def _newest(authority: Authority, now: datetime) -> int:
    """A serial that no catalogued name's serial is newer than at ``now``."""
    newest = authority.serials.highest
    for entry in (authority.catalogue.get(domain) for domain in authority.serials.rows):
        if entry is not None and is_newer(authority.serial_at(entry, now), newest):
            newest = authority.serial_at(entry, now)
    moments = [*authority.catalogue.turns_after(datetime.fromtimestamp(authority.serials.base.at, UTC))]
    passed = [int(moment.timestamp()) for moment in moments if moment <= now]
    passed.append(int(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()))
    for serial in passed:
        if is_newer(serial, newest):
            newest = serial
    return newest
