"""The zone template: the records that a catalogued name publishes, checked and completed (DESIGN §3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from catcher.dns.wire import Name, Rdata, RRset, RRType, lower, name_to_wire
from catcher.dns.zones.masterfiles.masterfile import MasterRecord, read_master_file
from catcher.dns.zones.mnemonic import to_mnemonic
from catcher.dns.zones.publication import Publications
from catcher.dns.zones.templatetypes import TEMPLATE_TYPES, allowed_types
from catcher.dns.zones.wholezone import Sets, group, rrset, too_large
from catcher.dns.zones.zone import apex_of
from catcher.model.errors import Fault

TTL = 300
"""Seconds: the highest TTL that a template may set, and the TTL of added records."""
ORIGIN = name_to_wire("catalogued.invalid")
"""Stands for each catalogued name while the template is read."""

_MOST_GENERATED = 1000
"""Most records that $GENERATE may make: every catalogued name publishes all of them."""
_REFRESH, _RETRY, _EXPIRE, _MINIMUM = 7200, 3600, 1_209_600, TTL
_WILDCARD = b"\x01*"

_SPF = b"v=spf1 -all"
_DMARC = b"v=DMARC1; p=reject"
_DKIM = b"v=DKIM1; p="
_CAA = Rdata(b"\0\x05issue;")
"""``0 issue ";"``: nobody may issue a certificate (RFC 8659 §4.2)."""


@dataclass(frozen=True, slots=True)
class Ours:
    """Our own names: a template may point at them, and added records point at them."""

    hostname: str
    """The sink's host, the target of MX."""
    nameservers: tuple[str, ...]
    """The first is the SOA's MNAME."""
    zones: tuple[str, ...]
    """Apexes of the whole zones that are served beside the catalogue: the hosts in these zones are also ours."""

    def has(self, host: bytes) -> bool:
        """Whether mail may be sent to ``host``: the sink, a name server, or a name in a zone that we serve."""
        name = Name(host)
        if name.folded in {name_to_wire(own) for own in (self.hostname, *self.nameservers)}:
            return True
        return any(apex_of(name, name_to_wire(zone)) is not None for zone in self.zones)


def load_template(path: Path, ours: Ours) -> tuple[dict[bytes, dict[int, RRset]] | None, list[Fault]]:
    """The completed template, by relative owner and type; None when there are faults. Its MX lead to the sink."""
    records, faults = read_master_file(path, ORIGIN, most_generated=_MOST_GENERATED)
    sets, outside = group(records, ORIGIN, "the template")
    faults += outside
    for record in records:
        faults += _faults(record, ours)
    for owner, types in sets.items():
        for rrtype, of in types.items():
            fault = too_large(owner, "@", rrtype, of)
            faults += [fault] if fault is not None else []
    soas = sets.get(b"", {}).get(RRType.SOA, [])
    faults += [Fault(soa.where, "a second SOA", "one is enough; without one it is made") for soa in soas[1:]]
    if faults:
        return None, faults
    return complete(sets, ours), []


def publications(rrsets: Mapping[bytes, Mapping[int, RRset]], serial: int) -> Publications:
    """The zones that catalogued names publish, from a loaded template."""
    return Publications(rrsets, serial)


def _faults(record: MasterRecord, ours: Ours) -> Iterable[Fault]:
    kind = to_mnemonic(record.rrtype)
    rules = TEMPLATE_TYPES.get(record.rrtype)
    if rules is None:
        allowed = f"a template may hold {allowed_types()} to our own names"
        yield Fault(record.where, f"{kind} is not allowed for a catalogued name", allowed)
        return
    if record.ttl > TTL:
        yield Fault(
            record.where, f"the TTL is {record.ttl}", f"at most {TTL}, so that a change of policy takes hold soon"
        )
    if record.owner != ORIGIN and rules.apex_only:
        yield Fault(record.where, f"{kind} stands below the apex", 'it belongs to "@" alone')
    for name in record.rdata.names:
        if apex_of(Name(name), ORIGIN) is not None:
            what = "a name in the data is relative to each catalogued name, where no host has an address"
            yield Fault(record.where, what, "write the full name with a dot at its end")
        elif rules.own_target is not None and not ours.has(name):
            remedy = rules.own_target.format(hostname=ours.hostname, nameservers=", ".join(ours.nameservers))
            yield Fault(record.where, f"the {kind} is not one of our own names", remedy)


def complete(sets: Sets, ours: Ours) -> dict[bytes, dict[int, RRset]]:
    """Adds missing records: SOA, NS, the parked-domain bundle, and an MX for every name that mail can be sent to.

    A wildcard covers neither an existing name nor the names below it (RFC 4592 §2.2.1), so each name of the template
    gets an MX of its own and a wildcard below; names with an underscore label are no mail domains. Each name with an MX
    also gets an SPF record, which says that the name sends no mail.
    """
    made = {owner: {rrtype: rrset(records) for rrtype, records in types.items()} for owner, types in sets.items()}
    servers = [name_to_wire(server) for server in ours.nameservers]
    _add(made, b"", RRType.SOA, Rdata(b"", (servers[0], b"\x0ahostmaster" + servers[0]), _timers()))
    _add(made, b"", RRType.NS, *(Rdata(b"", (server,)) for server in servers))
    _add(made, b"", RRType.CAA, _CAA)
    for name in _mail_names(sets):
        _add(made, name, RRType.MX, Rdata((10).to_bytes(2, "big"), (name_to_wire(ours.hostname),)))
        _add_text(made, name, _SPF)
    _add_text(made, b"\x06_dmarc", _DMARC)
    _add_text(made, _WILDCARD + b"\x0a_domainkey", _DKIM)
    return made


def _mail_names(sets: Sets) -> list[bytes]:
    """The apex, every name of the template that could be a mail domain, and the wildcard below each of these names.

    An empty non-terminal could be a mail domain; a name with an underscore label, or below such a name, could not.
    """
    names: dict[bytes, None] = {}
    for owner in (b"", *sets):
        suffixes = [owner[at:] for at in Name(owner + b"\0").offsets] + [b""]
        for name in reversed(suffixes):
            if name[1:2] == b"_":
                break
            names[name] = None
            if not name.startswith(_WILDCARD):
                names[_WILDCARD + name] = None
    return list(names)


def _add(made: dict[bytes, dict[int, RRset]], owner: bytes, rrtype: RRType, *rdatas: Rdata) -> None:
    """Adds an RRset at ``owner`` if the template has no RRset of this type there."""
    made.setdefault(owner, {}).setdefault(rrtype, RRset(rrtype, TTL, rdatas))


def _add_text(made: dict[bytes, dict[int, RRset]], owner: bytes, text: bytes) -> None:
    """Adds a TXT at ``owner`` if the template has no TXT there that begins with the same tag (``v=spf1``)."""
    tag = lower(text.split(b" ")[0].rstrip(b";"))
    types = made.setdefault(owner, {})
    there = types.get(RRType.TXT)
    old = there.rdatas if there is not None else ()
    if not any(lower(rdata.head[1:]).startswith(tag) for rdata in old):
        ttl = there.ttl if there is not None else TTL
        types[RRType.TXT] = RRset(RRType.TXT, ttl, (*old, Rdata(bytes((len(text),)) + text)))


def _timers() -> bytes:
    """Serial 0 (Publications sets it), refresh, retry, expire and minimum."""
    return b"".join(n.to_bytes(4, "big") for n in (0, _REFRESH, _RETRY, _EXPIRE, _MINIMUM))
