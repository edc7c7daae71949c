"""The three zones that one template becomes: a catalogued name publishes the zone of its policy."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import assert_never

from catcher.dns.wire import Rdata, RRset, RRType
from catcher.dns.zones.templatetypes import TEMPLATE_TYPES
from catcher.dns.zones.zone import RRsets, Zone
from catcher.model.mail.policy import RULES, DnsMail, Policy

MAIL = {policy: rules.dns for policy, rules in RULES.items()}
"""Policy → its mail records; a name under a policy with REFUSED has no zone."""

NULL_MX = Rdata(b"\0\0", (b"\0",))
_CARRYING_MAIL = frozenset(rrtype for rrtype, rules in TEMPLATE_TYPES.items() if rules.carries_mail)

_MAX_SERIALS = 64
"""Most dates whose zones are kept in memory; each date has three zones of a dozen records."""


class Publications:
    """The zones that every catalogued name shares; only the SOA's serial can differ between names."""

    def __init__(self, rrsets: Mapping[bytes, RRsets], serial: int) -> None:
        """``rrsets``: the completed template, with the MX to the sink. ``serial``: the serial of this load (module
        ``serial``)."""
        self.serial = serial
        self._variants = {mail: _variant(rrsets, mail) for mail in DnsMail if mail is not DnsMail.REFUSED}
        self.types = frozenset().union(*rrsets.values()) | {RRType.MX}
        """The types of the records that a catalogued name may publish."""
        self._zones: OrderedDict[int, dict[DnsMail, Zone]] = OrderedDict()
        self._current = self._make(serial)

    def zone(self, policy: Policy, serial: int = 0) -> Zone:
        """The zone for ``policy``, which is a served one. A ``serial`` below the load's own serial is ignored."""
        zones = self._current if serial <= self.serial else self._later(serial)
        return zones[MAIL[policy]]

    def _later(self, serial: int) -> dict[DnsMail, Zone]:
        zones = self._zones.get(serial)
        if zones is None:
            zones = self._zones[serial] = self._make(serial)
            if len(self._zones) > _MAX_SERIALS:
                self._zones.popitem(last=False)
        return zones

    def _make(self, serial: int) -> dict[DnsMail, Zone]:
        return {mail: Zone(_with_serial(rrsets, serial), None) for mail, rrsets in self._variants.items()}


def _variant(rrsets: Mapping[bytes, RRsets], mail: DnsMail) -> dict[bytes, dict[int, RRset]]:
    """The template as a name publishes it: whole, without the types that carry mail, or with a null MX in their
    place."""
    match mail:
        case DnsMail.SINK:
            return {owner: dict(sets) for owner, sets in rrsets.items()}
        case DnsMail.NULL:
            return {owner: _with_null_mx(sets) for owner, sets in rrsets.items()}
        case DnsMail.NONE:
            return {owner: _without_mail(sets) for owner, sets in rrsets.items()}
        case DnsMail.REFUSED:
            raise ValueError("a name that is answered with REFUSED publishes nothing")
        case _:
            assert_never(mail)


def _without_mail(sets: RRsets) -> dict[int, RRset]:
    return {rrtype: rrset for rrtype, rrset in sets.items() if rrtype not in _CARRYING_MAIL}


def _with_null_mx(sets: RRsets) -> dict[int, RRset]:
    nulled = {t: RRset(t, s.ttl, (NULL_MX,)) if t == RRType.MX else s for t, s in sets.items()}
    return {t: s for t, s in nulled.items() if t == RRType.MX or t not in _CARRYING_MAIL}


def _with_serial(rrsets: Mapping[bytes, RRsets], serial: int) -> dict[bytes, RRsets]:
    soa = rrsets[b""][RRType.SOA]
    head, names, tail = soa.rdatas[0]
    changed = RRset(RRType.SOA, soa.ttl, (Rdata(head, names, serial.to_bytes(4, "big") + tail[4:]),))
    return {**rrsets, b"": {**rrsets[b""], RRType.SOA: changed}}
