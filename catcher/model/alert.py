"""The alert: that something happened which the operator should look at soon; by mail, by webhook, and in a ledger.

What leaves the machine is the kind, the incident's number and counts: no name of a party, no domain (``to_json``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class AlertKind(StrEnum):
    NEW_PARTY = "new-party"
    """Mail that counts came for an intended party that had none before."""
    MARKING = "marking"
    """Mail of a proven sender had a protective marking; once a month for each incident."""
    SPIKE = "spike"
    """Far more mail that counts came in a day than on any of the four weeks before."""
    REQUEST = "request"
    """A party asks, in answer to a notice, that its mail be taken no more, or for the name."""
    POLICY_ENDS = "policy-ends"
    """The policy of a domain ends in seven days, or tomorrow."""
    DELEGATION_LOST = "delegation-lost"
    """A domain is no longer delegated to our name servers; once a month for each domain."""
    TEST = "test"
    """`catcher alert test`: that the way to the operator works."""
    STORE_TROUBLE = "store-trouble"
    """The store can't be written: mail under ``accept`` is put off with 451."""


class Channel(StrEnum):
    """The ways to the operator."""

    MAIL = "mail"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class AlertDelivery:
    """How far an alert has come on one channel."""

    channel: Channel
    attempts: int = 0
    again_at: datetime | None = None
    """When it is tried next; None when it arrived or was given up."""
    sent_at: datetime | None = None
    """When the receiver took it."""

    @property
    def is_open(self) -> bool:
        return self.again_at is not None

    def to_json(self) -> dict[str, Any]:
        return {
            "channel": self.channel,
            "attempts": self.attempts,
            "again_at": self.again_at and _text(self.again_at),
            "sent_at": self.sent_at and _text(self.sent_at),
        }


@dataclass(frozen=True, slots=True)
class Alert:
    key: str
    """What makes it one: an alert whose key was raised before is not raised again. Stays here."""
    kind: AlertKind
    at: datetime
    """When it was raised; whole seconds, UTC."""
    incident: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    domain: str | None = None
    """The catalogued domain, for the operator's own eyes: it stays here."""
    deliveries: tuple[AlertDelivery, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What the receiver of an alert gets: incident number and counts only."""
        return {"kind": self.kind, "at": _text(self.at), "incident": self.incident, "counts": dict(self.counts)}

    def to_full_json(self) -> dict[str, Any]:
        """A line of ``catcher alert list --json``."""
        deliveries = [delivery.to_json() for delivery in self.deliveries]
        return {**self.to_json(), "domain": self.domain, "deliveries": deliveries}


def summed(alerts: Iterable[Alert]) -> list[Alert]:
    """``alerts`` as they are told: those of domains, which aren't named, are one with their number."""
    told: list[Alert] = []
    domains: dict[AlertKind, int] = {}
    for alert in alerts:
        if alert.kind is not AlertKind.DELEGATION_LOST:
            told.append(alert)
        elif alert.kind in domains:
            first = told[domains[alert.kind]]
            number = first.counts.get("domains", 0) + alert.counts.get("domains", 0)
            told[domains[alert.kind]] = replace(first, counts={"domains": number})
        else:
            domains[alert.kind] = len(told)
            told.append(alert)
    return told


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
