"""The record types that a catalogued name may publish: a row for each, in the order in which messages name them.

A type that isn't here is refused in a template, above all an address: nobody is to take the name for another's host.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catcher.dns.wire import RRType
from catcher.dns.zones.mnemonic import to_mnemonic


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateType:
    """The rules for records of one type in a template."""

    apex_only: bool = False
    """Whether they stand at the apex alone."""
    carries_mail: bool = False
    """Whether they lead mail to the sink; policies null and observe take them away."""
    own_target: str | None = None
    """Given where the name in the data has to be one of ours: the remedy for one that isn't, with {hostname} and
    {nameservers}. None: the data may name anything outside the catalogued name."""


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
