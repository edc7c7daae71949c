"""Compares the catalogue with a TLD zone and refuses names that belong to somebody else (DESIGN, promise 6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from catcher.catalogue.catalogue import Catalogue
from catcher.catalogue.guard import Run
from catcher.catalogue.names import SortedNames
from catcher.catalogue.tldzone import Link, TldZone


@dataclass(frozen=True, slots=True)
class Refusal:
    """A catalogued name that must not be served, and why."""

    where: str
    """The row: ``catalogue.csv:7``."""
    domain: str
    zone: str
    """Name of the zone file."""
    line: int
    """Number of the first line of the zone file that proves the refusal."""
    why: str
    more: int
    """Number of further lines that prove the same."""

    @property
    def what(self) -> str:
        """The name, the reason and the line of the zone file that proves it."""
        more = f" and {self.more} more" if self.more else ""
        return f"{self.domain} is refused: {self.why} ({self.zone}:{self.line}{more})"


def compare_with_zone(
    catalogue: Catalogue, file: Path, *, nameservers: Collection[str], own_zones: Collection[str], now: datetime
) -> tuple[Run, list[Refusal]]:
    """Compares every catalogued name with the zone in ``file``; ``now`` becomes the run's time.

    ``nameservers``: hosts to which catalogued names may be delegated. ``own_zones``: further names that belong to us.
    Raises ConfigurationError when the zone file is broken.
    """
    zone = TldZone(file)
    origin = zone.apex.origin
    findings = _Findings(catalogue, origin, nameservers, own_zones)
    for links in zone.links():
        findings.take(links)
    refusals = list(findings.refusals(file.name))
    refused = frozenset(refusal.domain for refusal in refusals)
    return Run(origin, now, file.name, zone.apex.serial, refused, findings.cleared(refused)), refusals


class _Findings:
    """The findings against catalogued names: for each name and kind the first line and the number of further lines."""

    def __init__(
        self, catalogue: Catalogue, origin: str, nameservers: Collection[str], own_zones: Collection[str]
    ) -> None:
        self._catalogue = catalogue
        self._origin = origin.encode()
        self._nameservers = frozenset(name.encode() for name in nameservers)
        self._own = frozenset(name.encode() for name in own_zones)
        self._domains = [domain.encode() for domain in catalogue.domains()]
        self._held = frozenset(self._domains)
        self._above = self._names_above()
        self._harmless: set[bytes] = set()
        """Hosts with no catalogued name at or above them, cached because most hosts occur in many records."""
        self._first: dict[tuple[bytes, str], tuple[int, str]] = {}
        self._more: dict[tuple[bytes, str], int] = {}

    def _names_above(self) -> dict[bytes, list[bytes]]:
        """Each name between the zone's apex and a catalogued name below it → those catalogued names."""
        above: dict[bytes, list[bytes]] = {}
        tail = b"." + self._origin if self._origin else b""
        depth = tail.count(b".")
        for domain in self._held:
            if domain.count(b".") > depth and domain.endswith(tail):
                _, dot, rest = domain.partition(b".")
                while dot and len(rest) > len(self._origin):
                    above.setdefault(rest, []).append(domain)
                    _, dot, rest = rest.partition(b".")
        return above

    def take(self, links: Iterable[Link]) -> None:
        """Checks records of the zone. The first test rules nearly all records out."""
        harmless, held, above = self._harmless, self._held, self._above
        depth = self._origin.count(b".") + 1 if self._origin else 0
        for owner, rrtype, host, line in links:
            if host in harmless and owner not in held and owner.count(b".") == depth and owner not in above:
                continue
            self._look_at(owner, rrtype, host, line)

    def _look_at(self, owner: bytes, rrtype: bytes, host: bytes, line: int) -> None:
        held = owner in self._held
        if rrtype == b"ns" and host not in self._nameservers and owner != self._origin:
            self._delegated_elsewhere(owner, host, line)
        names = self._held_above(host)
        if not names:
            self._harmless.add(host)
        elif not held and owner not in self._own:
            kind = "a name server" if rrtype == b"ns" else "a mail exchanger"
            for name in names:
                self._note(name, kind, line, f"{_shown(host)} is {kind} of {_shown(owner)}, which is not catalogued")

    def _delegated_elsewhere(self, owner: bytes, host: bytes, line: int) -> None:
        if owner in self._held:
            self._note(owner, "delegated", line, f"it is delegated to {_shown(host)}, not to dns.nameservers")
        for name in self._above.get(owner, ()):
            self._note(name, "above", line, f"{_shown(owner)} above it is delegated to {_shown(host)}")
        for name in self._held_above(owner.partition(b".")[2]):
            self._note(name, "below", line, f"{_shown(owner)} below it is delegated to {_shown(host)}")

    def _held_above(self, host: bytes) -> tuple[bytes, ...]:
        """The catalogued names at or above ``host``."""
        found = []
        dot = host
        while dot:
            if host in self._held:
                found.append(host)
            _, dot, host = host.partition(b".")
        return tuple(found)

    def _note(self, name: bytes, kind: str, line: int, why: str) -> None:
        if (name, kind) in self._first:
            self._more[name, kind] = self._more.get((name, kind), 0) + 1
        else:
            self._first[name, kind] = (line, why)

    def cleared(self, refused: Collection[str]) -> SortedNames:
        """The catalogued names below the zone's apex that are not ``refused``."""
        tail = b"." + self._origin if self._origin else b""
        gone = {name.encode() for name in refused}
        return SortedNames.of([name for name in self._domains if name.endswith(tail) and name not in gone])

    def refusals(self, zone: str) -> Iterator[Refusal]:
        """All findings, in the order of the zone's lines."""
        for (name, kind), (line, why) in sorted(self._first.items(), key=lambda item: (item[1][0], item[0])):
            entry = self._catalogue.get(name.decode())
            assert entry is not None
            yield Refusal(entry.where, entry.domain, zone, line, why, self._more.get((name, kind), 0))


def _shown(name: bytes) -> str:
    return name.decode("ascii", "backslashreplace") or "."
