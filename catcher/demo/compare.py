"""Compares the sink's observations with the script's expectations, event by event. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catcher.demo.event import Event, Manner, Story
from catcher.demo.organisations import CONTRACTOR
from catcher.demo.play import Played
from catcher.model.mail.fingerprint import Tier
from catcher.model.mail.observation import Observation

_FORGED = (Story.FORGED, Story.FORGED_SIGNED)


@dataclass(frozen=True, slots=True)
class Compared:
    """One event, its observations, and their deviations from the script."""

    played: Played
    observations: tuple[Observation, ...]
    deviations: tuple[str, ...]
    """One sentence per deviation; empty if the event went as scripted."""

    def to_json(self) -> dict[str, Any]:
        """A line of ``catcher demo --json``, without any mailbox."""
        event, reply = self.played.event, self.played.reply
        return {
            "number": self.played.number,
            "at": event.at.isoformat().replace("+00:00", "Z"),
            "story": event.story.name.lower(),
            "host": event.host.name,
            "route": self.played.route and self.played.route.name.lower(),
            "reply": reply and reply.code,
            "ref": reply and reply.ref,
            "expected": {
                "reply": event.expected.reply,
                "domains": list(event.expected.domains),
                "tier": event.expected.tier,
                "sender": event.expected.sender,
                "class": event.expected.mail_class,
                "kind": event.expected.kind,
                "counts": event.expected.counts,
                "retry": event.expected.retry,
                "replayed": event.expected.replayed,
            },
            "observations": [o.id for o in self.observations],
            "counts": any(o.counts for o in self.observations),
            "deviations": list(self.deviations),
        }


def compare_month(played: Iterable[Played], observations: Iterable[Observation]) -> list[Compared]:
    """Compares each event with its observations. They have the reference of the reply, or, if the reply was lost, the
    event's minute and client.
    """
    by_ref: defaultdict[str, list[Observation]] = defaultdict(list)
    by_moment: defaultdict[tuple[datetime, str], list[Observation]] = defaultdict(list)
    for observation in observations:
        by_ref[observation.ref].append(observation)
        by_moment[observation.observed_at, observation.client].append(observation)
    compared = []
    for one in played:
        event, reply = one.event, one.reply
        if event.manner is Manner.LOSE_REPLY:
            found = by_moment[event.at.replace(second=0, microsecond=0), event.host.address]
        else:
            found = by_ref[reply.ref] if reply is not None and reply.ref is not None else []
        compared.append(Compared(one, tuple(found), tuple(_deviations(one, found))))
    return compared


def unclaimed(compared: Iterable[Compared], observations: Iterable[Observation]) -> list[Observation]:
    """Observations that belong to no event of the script. There should be none."""
    claimed = {observation.id for one in compared for observation in one.observations}
    return [observation for observation in observations if observation.id not in claimed]


def _deviations(played: Played, found: Sequence[Observation]) -> Iterator[str]:
    event, reply = played.event, played.reply
    expected = event.expected
    code = reply.code if reply is not None else None
    if event.manner is Manner.LOG_IN:
        if code is None or code < 500 or not played.hung_up:
            yield f"AUTH was answered with {code}, hung up: {played.hung_up}"
    elif code != expected.reply:
        yield f"the reply was {code}, expected {expected.reply}"
    if expected.recipient_replies is not None and (
        reply is None or reply.recipient_replies != expected.recipient_replies
    ):
        yield f"the replies to RCPT were {reply and reply.recipient_replies}, expected {expected.recipient_replies}"
    domains = sorted(observation.domain for observation in found)
    if domains != sorted(expected.domains):
        yield f"observed for {domains}, expected {sorted(expected.domains)}"
    for observation in found:
        yield from _differences(event, observation)


def _differences(event: Event, observation: Observation) -> Iterator[str]:
    expected, sender = event.expected, observation.sender
    if event.story in _FORGED and sender.domain == CONTRACTOR.domain and sender.tier is not Tier.CLAIMED:
        yield f"a forged From is {sender.tier}"
    for what, is_, should in (
        ("tier", sender.tier, expected.tier),
        ("sender", sender.domain, expected.sender),
        ("class", observation.nature.mail_class, expected.mail_class),
        ("kind", observation.nature.kind, expected.kind),
        ("counts", observation.counts, expected.counts),
        ("retry", observation.retry_of is not None, expected.retry),
        ("replayed", observation.replayed, expected.replayed),
    ):
        if should is not None and is_ != should:
            yield f"{what} is {is_}, expected {should} ({observation.fresh_reason})"
