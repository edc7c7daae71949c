"""Runs the guard and finds the faults that prevent safe serving."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from catcher.catalogue import Catalogue, Guard
from catcher.catalogue.against import compare_with_zone
from catcher.catalogue.guard import GUARD_HOURS, Run
from catcher.catalogue.guardrecord import load_or_keep, record
from catcher.catalogue.tldzone import ZoneSource
from catcher.config import Config
from catcher.model.errors import ConfigurationError, EnvironmentFailure, Fault
from catcher.privacy.tokens import KEY_OCTETS


@dataclass(frozen=True, slots=True)
class Waivers:
    """A person's word for what would otherwise make a run void."""

    shrink: bool = False
    """The zone has over a tenth fewer delegations than at the last good run."""
    serial: bool = False
    """The zone's serial is older than at the last good run."""


def run(
    config: Config,
    catalogue: Catalogue,
    zones: Sequence[ZoneSource],
    *,
    now: datetime,
    waivers: Waivers = Waivers(),
) -> tuple[list[Run], list[Fault]]:
    """Compares the catalogue with TLD zones and records the runs; returns the runs, and a fault for each finding.

    Raises one ConfigurationError with the faults of all zones that are cut, older than at the last run, far smaller or
    can't be read to the letter, and then records nothing: such a zone clears no name.
    """
    runs: dict[str, Run] = {}
    found: list[Fault] = []
    faults: list[Fault] = []
    last = _last_runs(config.node.state)
    for zone in zones:
        try:
            compared = compare_with_zone(
                catalogue,
                zone,
                nameservers=config.dns.nameservers,
                own_zones=[zone.name for zone in config.dns.zone],
                now=now,
            )
            made = _aged(compared.run, last.get(compared.run.origin), zone, waivers)
        except ConfigurationError as error:
            faults += error.faults
            continue
        if made.origin in runs:
            other = runs[made.origin].zone
            faults.append(Fault(zone.name, f"{other} is the zone {made.origin}, too", "give each TLD's zone once"))
        runs[made.origin] = made
        found += [
            Fault(r.where, r.what, "take the row out, or have the TLD's zone corrected and check again")
            for r in compared.refusals
        ]
        found += [Fault(doubt.where, doubt.what, doubt.remedy) for doubt in compared.doubts]
    if faults:
        raise ConfigurationError(faults)
    record(config.node.state, list(runs.values()))
    return list(runs.values()), found


def _last_runs(state: Path) -> dict[str, Run]:
    """The recorded runs, those of the copy if the record is damaged; without either none."""
    return load_or_keep(state, required=False, hours=GUARD_HOURS).guard.runs


def _aged(made: Run, last: Run | None, zone: ZoneSource, waivers: Waivers) -> Run:
    """``made`` with the age of its data. Raises ConfigurationError if ``last`` shows that the zone isn't whole or new.

    The same serial is the same data (RFC 1035 §3.3.13): a file's age counts from the first sight of its serial.
    """
    if last is None:
        return made
    behind = (made.serial - last.serial) % (1 << 32)
    # Half the serials away, neither is newer (RFC 1982 §3.2): that counts as older.
    if behind >= 1 << 31 and not waivers.serial:
        raise _void(
            zone,
            f"its serial {made.serial} is older than {last.serial}, the serial of the last run at "
            f"{last.ran_at:%Y-%m-%d %H:%M} (RFC 1982)",
            "get the newest zone; --accept-serial takes it if the registry began its serials anew",
        )
    if last.closed and not made.closed:
        raise _void(
            zone,
            "it doesn't end with its SOA as at the last run: it is cut off",
            "get the whole zone; if it is now made in another way, repeat its SOA at its end",
        )
    before, after = last.delegations or 0, made.delegations or 0
    if after * 10 < before * 9 and not waivers.shrink:
        raise _void(
            zone,
            f"it has {after} delegations, over a tenth fewer than the {before} of the last run",
            "get the whole zone; --accept-shrink takes it if you know that they are gone",
        )
    if behind == 0 and not zone.is_current:
        return replace(made, seen_at=last.as_of)
    return made


def _void(zone: ZoneSource, what: str, remedy: str) -> ConfigurationError:
    return ConfigurationError([Fault(zone.name, f"{what}; the run clears nothing", remedy)])


def zone_of(catalogue: Catalogue) -> Callable[[str], str]:
    """Domain → the zone in which it is delegated: that of the guard's run for it, else the name above it."""

    def find(domain: str) -> str:
        last = None if catalogue.guard is None else catalogue.guard.run_for(domain)
        return domain.partition(".")[2] if last is None else last.origin

    return find


def standing(catalogue: Catalogue, guard: Guard, *, now: datetime) -> Iterator[Fault]:
    """Faults for names that earlier runs refused; with a required guard also for outdated runs and uncleared names."""
    for origin, last in sorted(guard.runs.items()):
        if last.ran_at != now:
            for entry in filter(None, map(catalogue.get, sorted(last.refused | last.foreign))):
                what = (
                    f"{entry.domain} was refused when it was compared with {last.zone} at {last.ran_at:%Y-%m-%d %H:%M}"
                    if entry.domain in last.refused
                    else f"{entry.domain} is refused: the servers of {origin} delegate it to others"
                )
                yield Fault(entry.where, what, "take the row out, or run 'catcher check --against' with a newer zone")
        if guard.required and not last.holds_at(now, guard.hours):
            age = "it last ran at" if last.as_of == last.ran_at else "its zone has the serial of"
            yield Fault(
                f"guard of {origin}",
                f"{age} {last.as_of:%Y-%m-%d %H:%M} UTC, over {guard.hours} hours ago",
                f"run 'catcher check --against' with a newer zone of {origin}; until then its names are served as "
                "null, but for those that the zone's own servers vouch for",
            )
    if guard.required or guard.lost:
        yield from _uncleared(catalogue, guard)


def _uncleared(catalogue: Catalogue, guard: Guard) -> Iterator[Fault]:
    first: dict[str, str] = {}
    count: dict[str, int] = {}
    for domain in catalogue.domains():
        covering = guard.run_for(domain)
        if covering is None if not guard.required else not guard.clears(domain):
            if covering is not None and guard.refuses(domain):
                continue
            tld = covering.origin if covering else domain.rpartition(".")[2]
            first.setdefault(tld, domain)
            count[tld] = count.get(tld, 0) + 1
    for tld, number in sorted(count.items()):
        names = f"{first[tld]} was" if number == 1 else f"{number} names ({first[tld]} and others) were"
        yield Fault(
            f"guard of {tld}",
            f"{names} never compared with the zone",
            f"run 'catcher check --against' with the zone of {tld}; until then they are served as null",
        )


def beside_the_catalogue(runs: Iterable[Run]) -> Iterator[Fault]:
    """Faults for runs that compared no name: their zone file is most likely that of another TLD."""
    for run in runs:
        if not len(run.cleared) and not run.refused:
            yield Fault(
                run.zone, f"no catalogued name lies in the zone {run.origin}", "compare with the zones of your names"
            )


def unusable(state: Path) -> Iterator[Fault]:
    """Faults for an unwritable state folder and for key files of a wrong size; with either, no mail is taken."""
    if state.exists() and not os.access(state, os.W_OK | os.X_OK):
        yield Fault(str(state), "it can't be written", "make it writable for the user that serves")
    for key in sorted((state / "keys").glob("*.key")):
        with suppress(OSError):
            if not key.is_file() or key.stat().st_size != KEY_OCTETS:
                yield Fault(
                    str(key), f"it is no key of {KEY_OCTETS} octets", "move it away: another is made, of its month"
                )


def exposed(state: Path) -> Iterator[Fault]:
    """Faults for the state folder and each of its keys if anyone but the owner may use it."""
    keys = state / "keys"
    paths = [(state, 0o700), (keys, 0o700), *((key, 0o600) for key in sorted(keys.glob("*.key")))]
    for path, right in paths:
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise EnvironmentFailure(
                f"{path}: it can't be looked at: {error.strerror}; run this as its owner"
            ) from None
        if mode & 0o077:
            yield Fault(str(path), f"others than its owner may use it (mode {mode:04o})", f"chmod {right:03o} {path}")
