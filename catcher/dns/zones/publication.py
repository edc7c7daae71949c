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

_MAX_SERIALS = 1_024
"""Most zones with a serial of their own that are kept; they share all nodes but the apex with the others."""


class Publications:
    """The zones that every catalogued name shares; only the SOA's serial can differ between names."""

    def __init__(self, rrsets: Mapping[bytes, RRsets], serial: int) -> None:
        """``rrsets``: the completed template, with the MX to the sink. ``serial``: the serial of names without one of
        their own."""
        self.serial = serial
        variants = {mail: _variant(rrsets, mail) for mail in DnsMail if mail is not DnsMail.REFUSED}
        self._base: dict[DnsMail, Zone] = {
            mail: Zone(sets, None).with_serial(serial) for mail, sets in variants.items()
        }
        self._zones: OrderedDict[tuple[DnsMail, int], Zone] = OrderedDict()
        self.types = frozenset().union(*rrsets.values()) | {RRType.MX}
        """The types of the records that a catalogued name may publish."""

    def zone(self, policy: Policy, serial: int | None = None) -> Zone:
        """The zone for ``policy``, which is a served one, with ``serial``; None: the serial of all."""
        mail = MAIL[policy]
        if serial is None or serial == self.serial:
            return self._base[mail]
        zone = self._zones.get((mail, serial))
        if zone is None:
            zone = self._zones[mail, serial] = self._base[mail].with_serial(serial)
            if len(self._zones) > _MAX_SERIALS:
                self._zones.popitem(last=False)
        return zone


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
