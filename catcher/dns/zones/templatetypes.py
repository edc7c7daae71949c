"""The record types that a catalogued name may publish: one row for each type, in the order in which messages name them.

A template with another type is refused, above all with an address: nobody may take the name for another party's host.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catcher.dns.wire import RRType
from catcher.dns.zones.mnemonic import to_mnemonic


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateType:
    """The rules for the records of one type."""

    apex_only: bool = False
    """Whether the records may stand at the apex only."""
    carries_mail: bool = False
    """Whether the records lead mail to the sink; policies null and observe remove them."""
    own_target: str | None = None
    """The remedy for a name in the data that is not one of ours, with {hostname} and {nameservers}. None: the data may
    hold any name outside the catalogued name."""


TEMPLATE_TYPES: Mapping[int, TemplateType] = {
    RRType.TXT: TemplateType(),
    RRType.CAA: TemplateType(),
    RRType.SOA: TemplateType(apex_only=True),
    RRType.NS: TemplateType(
        apex_only=True,
        own_target="name {nameservers} or a host in a [[dns.zone]], or add it to dns.nameservers",
    ),
    RRType.MX: TemplateType(
        carries_mail=True,
        own_target="mail may go to {hostname}, a name server or a host in a [[dns.zone]]; policy null takes none",
    ),
}


def allowed_types() -> str:
    """``TXT, CAA, SOA, NS and MX``."""
    *others, last = map(to_mnemonic, TEMPLATE_TYPES)
    return f"{', '.join(others)} and {last}"
