"""The alert: an event that needs the operator's attention soon; it goes out by mail and webhook, and into a ledger.

Only the kind, the incident's number and counts leave the machine, no party's name and no domain (``to_json``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, assert_never


class AlertKind(StrEnum):
    """The subject of an alert; ``rules`` has its sentence and its treatment."""

    NEW_PARTY = "new-party"
    """Mail that counts came for an intended party that had no such mail before."""
    MARKING = "marking"
    """Mail of a proven sender had a protective marking; raised once a month for each incident."""
    SPIKE = "spike"
    """Far more mail that counts came in one day than on any day of the four weeks before."""
    REQUEST = "request"
    """A party answers a notice with a request: to take its mail no more, or to get the name."""
    POLICY_ENDS = "policy-ends"
    """The policy of a domain ends in seven days, or tomorrow."""
    DELEGATION_LOST = "delegation-lost"
    """A domain is no longer delegated to our name servers; raised once a month for each domain."""
    GUARD_AGES = "guard-ages"
    """Half of the week has passed in which names keep their policy after the last good comparison with their TLD's
    zone; raised once for each comparison."""
    OLDER_STATE = "older-state"
    """Files of the server have faults, so that older states of them are served, or none; raised once a day for each
    part."""
    TEST = "test"
    """A test by `catcher alert test`: it shows that alerts reach the operator."""
    STORE_TROUBLE = "store-trouble"
    """The store can't be written: mail under ``accept`` is deferred with 451."""
    DISK_LOW = "disk-low"
    """The free disk has reached the reserve that is kept for forgetting: no observation is added; raised once a day."""
    CLOCK = "clock"
    """The machine's clock jumped: nothing is destroyed or forgotten until a person decides; raised once a day."""
    SET_APART = "set-apart"
    """Stored rows can't be decoded and are in no sum; raised once for each number of them."""
    UPKEEP_FAILS = "upkeep-fails"
    """A step of upkeep fails by an error that nobody foresaw; raised once a day for each step."""

    @property
    def rules(self) -> AlertRules:
        """The kind's row of rules."""
        return _RULES[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """The sentence and the treatment of one kind of alert."""

    sentence: str
    """The event in words, without names; with {incident} and the alert's counts."""
    summed: bool = False
    """Whether several alerts are sent as one alert with the sum of their counts: they differ only by a domain, which is
    never sent."""
    always: bool = False
    """Whether the kind is always sent; `[alerts] kinds` can't list it."""


def _rules(kind: AlertKind) -> AlertRules:
    match kind:
        case AlertKind.NEW_PARTY:
            sentence = "Mail that counts came for an intended party that had none before: {incident}, mails {mails}."
            return AlertRules(sentence=sentence)
        case AlertKind.MARKING:
            sentence = "Mail of a proven sender had a protective marking: {incident}, mails {mails}."
            return AlertRules(sentence=sentence)
        case AlertKind.SPIKE:
            return AlertRules(
                sentence="Far more mail that counts than usual came in a day: {incident}, mails {mails}, "
                "at most {most_before} a day in the four weeks before."
            )
        case AlertKind.REQUEST:
            return AlertRules(
                sentence="A party asks for something in answer to a notice: {incident}. "
                "`catcher notify list` says what."
            )
        case AlertKind.POLICY_ENDS:
            return AlertRules(
                sentence="Policies end in {days} day(s): domains {domains}. `catcher catalogue list` has the dates."
            )
        case AlertKind.DELEGATION_LOST:
            return AlertRules(
                sentence="Domains are no longer delegated to our name servers: {domains}. "
                "`catcher alert list` names them.",
                summed=True,
            )
        case AlertKind.GUARD_AGES:
            return AlertRules(
                sentence="The last good comparison with a TLD's zone is {days} days old; a week after it, its "
                "{domains} domains take no mail. Run `catcher check --against` with the newest zone."
            )
        case AlertKind.OLDER_STATE:
            return AlertRules(
                sentence="The server serves older states than its files say, or none, for want of good files: parts "
                "{parts}. `catcher status` names them.",
                summed=True,
            )
        case AlertKind.TEST:
            return AlertRules(sentence="This is a test: alerts reach you.", always=True)
        case AlertKind.STORE_TROUBLE:
            return AlertRules(
                sentence="The store takes no writes, for {minutes} minutes so far: mail under policy accept is put off "
                "with 451. The log says why."
            )
        case AlertKind.DISK_LOW:
            return AlertRules(
                sentence="The disk is nearly full: {free_mb} MB are left, {reserve_mb} MB are kept for forgetting. No "
                "observation is added; mail under policy accept is put off with 451. Make room."
            )
        case AlertKind.CLOCK:
            return AlertRules(
                sentence="The machine's clock is {hours} hours from its latest sure moment: nothing is destroyed or "
                "forgotten until it is back. `catcher store clock` says more."
            )
        case AlertKind.SET_APART:
            return AlertRules(
                sentence="Stored observations can't be decoded: {rows}. They are in no sum. `catcher store verify` "
                "names them."
            )
        case AlertKind.UPKEEP_FAILS:
            return AlertRules(
                sentence="Steps of upkeep fail: {steps}. The log says where. The other steps go on.", summed=True
            )
        case _:
            assert_never(kind)


_RULES = {kind: _rules(kind) for kind in AlertKind}
CHOOSABLE = tuple(kind for kind, rules in _RULES.items() if not rules.always)
"""The kinds that `[alerts] kinds` may list; its default lists all of them."""


class Channel(StrEnum):
    """The channels by which alerts reach the operator."""

    MAIL = "mail"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class AlertDelivery:
    """The progress of an alert on one channel."""

    channel: Channel
    attempts: int = 0
    again_at: datetime | None = None
    """The moment of the next attempt; None after success or after the last attempt."""
    sent_at: datetime | None = None
    """The moment at which the receiver took the alert."""

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
    """The alert's identity: an alert whose key was raised before is not raised again. The key is never sent."""
    kind: AlertKind
    at: datetime
    """The moment at which the alert was raised; whole seconds, UTC."""
    incident: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    domain: str | None = None
    """The catalogued domain. It is shown only on this machine and never sent."""
    deliveries: tuple[AlertDelivery, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The form for the receiver of an alert: incident number and counts only."""
        return {"kind": self.kind, "at": _text(self.at), "incident": self.incident, "counts": dict(self.counts)}

    def to_full_json(self) -> dict[str, Any]:
        """A line of ``catcher alert list --json``."""
        deliveries = [delivery.to_json() for delivery in self.deliveries]
        return {**self.to_json(), "domain": self.domain, "deliveries": deliveries}


def summed(alerts: Iterable[Alert]) -> list[Alert]:
    """``alerts`` as they are sent: alerts of one summed kind become one alert with the sums of their counts."""
    single: list[Alert] = []
    places: dict[AlertKind, int] = {}
    for alert in alerts:
        place = places.get(alert.kind)
        if place is not None:
            first = single[place]
            single[place] = replace(first, counts=dict(Counter(first.counts) + Counter(alert.counts)))
            continue
        if alert.kind.rules.summed:
            places[alert.kind] = len(single)
        single.append(alert)
    return single


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
