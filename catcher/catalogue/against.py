"""Compares the catalogue with a TLD zone and refuses names that belong to somebody else (DESIGN, promise 6).

Any record of another's at or below a held name speaks against it, as does a host at or below it that another's record
names. Our own delegation, its glue, DS and DNSSEC's proofs do not.

Longer than others: each rule on what speaks against a name stands beside the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from catcher.catalogue.catalogue import Catalogue
from catcher.catalogue.guard import Run
from catcher.catalogue.names import SortedNames
from catcher.catalogue.tldzone import ZoneRecord, ZoneSource

_KINDS = {
    b"ns": "a name server",
    b"mx": "a mail exchanger",
    b"cname": "the canonical name",
    b"dname": "the target of a DNAME",
}
"""Type → the word for the host that it names; all others are "a host"."""
_ABOVE = (b"ns", b"mx", b"cname", b"dname")
"""Types that show, at a name between the apex and a held name, that somebody else holds the name above."""
_ADDRESSES = (b"a", b"aaaa")
_GLUE = "address below"
MOST_HARMLESS = 1_000_000
"""Most hosts remembered as harmless: 100 MB; .com has about two million. A hostile zone names as many as it likes."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A catalogued name that must not be served, and why."""

    where: str
    """The row: ``catalogue.csv:7``."""
    domain: str
    zone: str
    """Name of the zone file, or of the transfer."""
    line: int
    """Number of the first line of the zone file, or record of the transfer, that proves the refusal."""
    why: str
    more: int
    """Number of further lines that prove the same."""

    @property
    def what(self) -> str:
        """The name, the reason and the line of the zone file that proves it."""
        return f"{self.domain} is refused: {self.why} ({_place(self.zone, self.line, self.more)})"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A finding that refuses no name: a DS record at a held name, or a wildcard of the TLD above held names."""

    where: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of one comparison of the catalogue with one zone."""

    run: Run
    refusals: list[Refusal]
    doubts: list[Doubt]


def compare_with_zone(
    catalogue: Catalogue,
    zone: ZoneSource,
    *,
    nameservers: Collection[str],
    own_zones: Collection[str],
    now: datetime,
) -> Comparison:
    """Compares every catalogued name with ``zone``; ``now`` becomes the run's time and the begin of its age.

    ``nameservers``: hosts to which catalogued names may be delegated. ``own_zones``: further names that belong to us.
    Raises ConfigurationError or EnvironmentFailure when the zone is cut or broken.
    """
    findings = Findings(catalogue, nameservers, own_zones)
    for records in zone.records():
        findings.take(records)
    apex = zone.apex
    findings.end(apex.origin.encode())
    refusals = list(findings.refusals(zone.name))
    refused = frozenset(refusal.domain for refusal in refusals)
    run = Run(
        origin=apex.origin,
        ran_at=now,
        zone=zone.name,
        serial=apex.serial,
        refused=refused,
        cleared=findings.cleared(refused),
        delegations=findings.delegations,
        closed=zone.closed,
    )
    return Comparison(run, refusals, list(findings.doubts(zone.name, refused)))


@dataclass(slots=True)
class _Proof:
    """What speaks against a name: the first line, and the number of further ones."""

    line: int
    why: str
    more: int = 0


class Findings:
    """The findings against catalogued names: for each name and kind the first line and the number of further lines.

    The apex may be known only at the end: records above catalogued names are kept by owner until then.
    """

    def __init__(self, catalogue: Catalogue, nameservers: Collection[str], own_zones: Collection[str]) -> None:
        self._catalogue = catalogue
        self._origin = b""
        self._nameservers = frozenset(name.encode() for name in nameservers)
        self._own = frozenset(name.encode() for name in own_zones)
        self._domains = [domain.encode() for domain in catalogue.domains()]
        self._held = frozenset(self._domains)
        self._shallowest = min((name.count(b".") for name in self._held), default=0)
        self._above = {b""} | {name for domain in self._held for name in _ancestors(domain)}
        self.harmless: set[bytes] = set()
        """Hosts with no catalogued name at or above them, cached because most hosts occur in many records."""
        self._proofs: dict[tuple[bytes, str], _Proof] = {}
        self._proofs_above: dict[tuple[bytes, bytes], _Proof] = {}
        """Owner above catalogued names, type → the records there."""
        self._signed: dict[bytes, int] = {}
        """Catalogued name → the line of its first DS record."""
        self._wildcards: dict[bytes, tuple[int, bytes]] = {}
        """Owner of wildcards above catalogued names → line and type of the first record."""
        self._ours: set[bytes] = set()
        """Catalogued names that are delegated to us."""
        self._delegated: bytes | None = None
        self._groups = 0
        self._groups_above: dict[bytes, int] = {}

    def take(self, records: Iterable[ZoneRecord]) -> None:
        """Checks records of the zone. The first tests rule nearly all records out."""
        harmless, held, above, shallowest = self.harmless, self._held, self._above, self._shallowest
        delegated, groups = self._delegated, self._groups
        for record in records:
            owner, rrtype, host, _ = record
            if rrtype == b"ns" and owner != delegated:
                delegated = owner
                groups += 1
                if owner in above:
                    self._groups_above[owner] = self._groups_above.get(owner, 0) + 1
            if host and host not in harmless:
                self._look_at_host(record)
            if owner in held or owner in above or owner.count(b".") > shallowest or owner.startswith(b"*."):
                self._look_at_owner(record)
        self._delegated, self._groups = delegated, groups

    def _look_at_host(self, record: ZoneRecord) -> None:
        owner, rrtype, host, line = record
        names = self._held_at_or_above(host)
        if not names:
            if len(self.harmless) >= MOST_HARMLESS:
                self.harmless.clear()
            self.harmless.add(host)
        elif host not in self._nameservers and owner not in self._own:
            kind = _KINDS.get(rrtype, f"a host in {_a(rrtype)} record")
            also = "" if owner in self._held else ", which is not catalogued"
            for name in names:
                why = f"{_shown(host)} is {kind} of {_shown(owner)}{also}"
                self._note(name, kind, line, why)

    def _look_at_owner(self, record: ZoneRecord) -> None:
        owner, rrtype, host, line = record
        if owner in self._above:
            if rrtype in _ABOVE and not (rrtype == b"ns" and host in self._nameservers):
                self._note_above(owner, rrtype, line, host)
        elif owner.startswith(b"*.") and owner[2:] in self._above:
            self._wildcards.setdefault(owner[2:], (line, rrtype))
        for name in self._held_at_or_above(owner):
            self._judge(name, record)

    def _judge(self, name: bytes, record: ZoneRecord) -> None:
        """A record at or below the catalogued ``name``."""
        owner, rrtype, host, line = record
        is_own = owner == name or owner in self._held
        if rrtype == b"ns":
            if is_own and host in self._nameservers:
                self._ours.add(owner)
            elif owner == name:
                self._note(name, "delegated", line, f"it is delegated to {_shown(host)}, not to dns.nameservers")
            else:
                self._note(name, "below", line, f"{_shown(owner)} below it is delegated to {_shown(host)}")
        elif rrtype == b"ds" and is_own:
            self._signed.setdefault(owner, line)
        elif rrtype in _ADDRESSES and owner in self._nameservers:
            return
        elif rrtype in _ADDRESSES and owner != name:
            self._note(name, _GLUE, line, f"the TLD's zone has {_a(rrtype)} record for {_shown(owner)} below it")
        elif owner == name:
            self._note(name, "record", line, f"the TLD's zone itself has {_a(rrtype)} record for it")
        else:
            self._note(name, "record", line, f"the TLD's zone has {_a(rrtype)} record for {_shown(owner)} below it")

    def _held_at_or_above(self, name: bytes) -> tuple[bytes, ...]:
        """The catalogued names at or above ``name``."""
        found = []
        dot = name
        while dot:
            if name in self._held:
                found.append(name)
            _, dot, name = name.partition(b".")
        return tuple(found)

    def _note(self, name: bytes, kind: str, line: int, why: str) -> None:
        known = self._proofs.get((name, kind))
        if known is None:
            self._proofs[name, kind] = _Proof(line, why)
        else:
            known.more += 1

    def _note_above(self, owner: bytes, rrtype: bytes, line: int, host: bytes) -> None:
        known = self._proofs_above.get((owner, rrtype))
        if known is not None:
            known.more += 1
            return
        words = {b"ns": "is delegated to", b"mx": "has the mail exchanger"}.get(rrtype, "is an alias of")
        self._proofs_above[owner, rrtype] = _Proof(line, f"{_shown(owner)} above it {words} {_shown(host)}")

    def end(self, origin: bytes) -> None:
        """Takes the zone's apex, and judges by it what stands above catalogued names."""
        self._origin = origin
        # Below our own delegation nobody sees an address: it is left-over glue.
        for name in self._ours:
            self._proofs.pop((name, _GLUE), None)
        # The TLD's own servers and mail speak against nobody; a DNAME at the apex takes every name elsewhere.
        against = {
            key: proof
            for key, proof in self._proofs_above.items()
            if (key[0] != origin or key[1] == b"dname") and _lies_in(key[0], origin)
        }
        wild = {name for name in self._wildcards if name != origin and _lies_in(name, origin)}
        if not against and not wild:
            return
        for domain in self._domains:
            for name in _ancestors(domain):
                for rrtype in _ABOVE:
                    if (proof := against.get((name, rrtype))) is not None:
                        self._proofs[domain, f"above {_shown(name)} {_mnemonic(rrtype)}"] = proof
                if name in wild:
                    line, rrtype = self._wildcards[name]
                    why = f"*.{_shown(name)} above it has {_a(rrtype)} record"
                    self._proofs[domain, f"above *.{_shown(name)}"] = _Proof(line, why)

    @property
    def delegations(self) -> int:
        """Number of names below the apex with NS records, where the records of a name stand together."""
        return self._groups - self._groups_above.get(self._origin, 0)

    def cleared(self, refused: Collection[str]) -> SortedNames:
        """The catalogued names below the zone's apex that are not ``refused``."""
        gone = {name.encode() for name in refused}
        return SortedNames.of([name for name in self._domains if self._is_below(name) and name not in gone])

    def _is_below(self, name: bytes) -> bool:
        return name != self._origin and _lies_in(name, self._origin)

    def refusals(self, zone: str) -> Iterator[Refusal]:
        """All findings, in the order of the zone's lines."""
        for (name, _), proof in sorted(self._proofs.items(), key=lambda item: (item[1].line, item[0])):
            entry = self._catalogue.get(name.decode())
            assert entry is not None
            yield Refusal(entry.where, entry.domain, zone, proof.line, proof.why, proof.more)

    def doubts(self, zone: str, refused: Collection[str]) -> Iterator[Doubt]:
        """A DS record at a name that isn't refused, and a wildcard at the apex."""
        for name, line in sorted(self._signed.items(), key=lambda item: item[1]):
            entry = self._catalogue.get(name.decode())
            assert entry is not None
            if entry.domain not in refused:
                yield Doubt(
                    entry.where,
                    f"{entry.domain} has a DS record in the TLD's zone ({_place(zone, line)}), and this server signs "
                    "nothing: resolvers that validate answer SERVFAIL for it (RFC 4035 §5)",
                    "have the registry take the DS out",
                )
        if self._origin in self._wildcards:
            line, rrtype = self._wildcards[self._origin]
            absent = sum(1 for name in self._domains if self._is_below(name) and name not in self._ours)
            if absent:
                yield Doubt(
                    _place(zone, line),
                    f"*.{_shown(self._origin)} has {_a(rrtype)} record: it answers for the {absent} catalogued names "
                    "that the TLD's zone doesn't delegate",
                    "have these names delegated, or know that their mail goes where the wildcard says",
                )


def _ancestors(name: bytes) -> Iterator[bytes]:
    """The names above ``name``, nearest first, without the root."""
    _, dot, rest = name.partition(b".")
    while dot:
        yield rest
        _, dot, rest = rest.partition(b".")


def _lies_in(name: bytes, origin: bytes) -> bool:
    """Whether ``name`` is ``origin`` or lies below it."""
    return not origin or name == origin or name.endswith(b"." + origin)


def _place(zone: str, line: int, more: int = 0) -> str:
    return f"{zone}:{line}" + (f" and {more} more" if more else "")


def _mnemonic(rrtype: bytes) -> str:
    return rrtype.decode("ascii", "backslashreplace").upper()


def _a(rrtype: bytes) -> str:
    """The type with its article: "an MX", "a TXT"."""
    mnemonic = _mnemonic(rrtype)
    return f"{'an' if mnemonic[0] in 'AEFHILMNORSX' else 'a'} {mnemonic}"


def _shown(name: bytes) -> str:
    return name.decode("ascii", "backslashreplace") or "."
