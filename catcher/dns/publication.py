"""What a catalogued name publishes under each policy: the three zones that one template becomes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from enum import StrEnum

from catcher.dns.wire import Rdata, RRset, RRType
from catcher.dns.zone import RRsets, Zone
from catcher.model.policy import Policy


class Mail(StrEnum):
    """Where a catalogued name sends its mail."""

    SINK = "sink"
    """MX to the sink."""
    NULL = "null"
    """A null MX: it takes no mail (RFC 7505)."""
    NONE = "none"
    """No MX."""


MAIL = {
    Policy.ACCEPT: Mail.SINK,
    Policy.EXPLAIN: Mail.SINK,
    Policy.REFUSE: Mail.SINK,
    Policy.NULL: Mail.NULL,
    Policy.OBSERVE: Mail.NONE,
}
"""The table of DESIGN §3 "Policies". ``release`` isn't in it: the name is answered with REFUSED."""

NULL_MX = Rdata(b"\0\0", (b"\0",))

_MAX_SERIALS = 64
"""How many dates' zones are kept made up; each is three zones of a dozen records."""


class Publications:
    """The zones that every catalogued name shares; only the SOA's serial can differ between names."""

    def __init__(self, rrsets: Mapping[bytes, RRsets], serial: int) -> None:
        """``rrsets``: the completed template, with the MX to the sink; ``serial`` of this load, see ``serial``."""
        self.serial = serial
        self._variants = {mail: _variant(rrsets, mail) for mail in Mail}
        self._zones: OrderedDict[int, dict[Mail, Zone]] = OrderedDict()
        self._current = self._make(serial)

    def zone(self, policy: Policy, serial: int = 0) -> Zone:
        """The zone for ``policy`` (not release). A ``serial`` below this load's own is of no account."""
        zones = self._current if serial <= self.serial else self._later(serial)
        return zones[MAIL[policy]]

    def _later(self, serial: int) -> dict[Mail, Zone]:
        zones = self._zones.get(serial)
        if zones is None:
            zones = self._zones[serial] = self._make(serial)
            if len(self._zones) > _MAX_SERIALS:
                self._zones.popitem(last=False)
        return zones

    def _make(self, serial: int) -> dict[Mail, Zone]:
        return {mail: Zone(_with_serial(rrsets, serial), None) for mail, rrsets in self._variants.items()}


def _variant(rrsets: Mapping[bytes, RRsets], mail: Mail) -> dict[bytes, dict[int, RRset]]:
    made = {owner: dict(sets) for owner, sets in rrsets.items()}
    for sets in made.values():
        if mail is Mail.NULL and RRType.MX in sets:
            sets[RRType.MX] = RRset(RRType.MX, sets[RRType.MX].ttl, (NULL_MX,))
        elif mail is Mail.NONE:
            sets.pop(RRType.MX, None)
    return made


def _with_serial(rrsets: Mapping[bytes, RRsets], serial: int) -> dict[bytes, RRsets]:
    soa = rrsets[b""][RRType.SOA]
    head, names, tail = soa.rdatas[0]
    changed = RRset(RRType.SOA, soa.ttl, (Rdata(head, names, serial.to_bytes(4, "big") + tail[4:]),))
    return {**rrsets, b"": {**rrsets[b""], RRType.SOA: changed}}
