"""Computes the life of incidents and the effect of notices from the sums and the ledgers of policies and notices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from catcher.desk.context import Desk
from catcher.incident import Visibility, effect, life, senders
from catcher.incident.effect import Days
from catcher.model.leak.incident import Incident, IncidentKey, Role
from catcher.model.leak.life import Effect, Life
from catcher.model.telling.notice import Notice

_DOMAINS = 16
"""Typo domains whose senders are cached; a list of incidents is not ordered by domain."""


@dataclass(frozen=True, slots=True)
class Standing:
    life: Life | None
    """The incident's life; None before the first mail that counts."""
    effect: Effect | None = None
    """The effect of the incident's notices; None without a notice."""
    told: tuple[date, ...] = ()
    """The days of its notices that did not bounce. A list of incidents has neither these days nor the effect."""
    senders: Mapping[str, Effect] = field(default_factory=dict)
    """In an intended party's incident: sender → effect of the sender's own notice on its mail in this incident."""


class Lives:
    """Computes the standing of one incident after the other; reads the notices once, when it is made."""

    def __init__(self, desk: Desk) -> None:
        self._store = desk.store
        self._today = desk.now.date()
        self._told = notified_days(desk.store.notices())
        self._seeing = lru_cache(maxsize=1024)(self._seeing_of)
        self._senders = lru_cache(maxsize=_DOMAINS)(self._senders_to)

    def life(self, incident: Incident) -> Life | None:
        """The life of ``incident`` as of today."""
        visibility = self._seeing(incident.key.domain)
        return life(incident, self._today, signs=self._told.get(incident.key, ()), visibility=visibility)

    def standing(self, incident: Incident) -> Standing:
        """The life of ``incident`` and the effect of its notices."""
        found = self.life(incident)
        if found is None:
            return Standing(None)
        own, told = self._effect(incident, incident.key, found.episode), self._told.get(incident.key, ())
        if incident.key.role is Role.SENDER:
            return Standing(found, own, told)
        of_senders = {}
        for sender in sorted({cell.counterpart for cell, count in incident.cells.items() if count.counted} - {""}):
            key = IncidentKey(sender, Role.SENDER, incident.key.domain)
            one = self._effect(incident, key, found.episode, sender=sender)
            if one is not None:
                of_senders[sender] = one
        return Standing(found, own, told, of_senders)

    def _effect(
        self, incident: Incident, told: IncidentKey, episode: date, *, sender: str | None = None
    ) -> Effect | None:
        """The effect that the present episode's notices to ``told`` had on ``incident``, or on its one ``sender``."""
        notices = [day for day in self._told.get(told, ()) if day >= episode]
        if not notices:
            return None
        domain = incident.key.domain
        unnotified = {
            name: days
            for name, days in self._senders(domain).items()
            if name != told.party and IncidentKey(name, Role.SENDER, domain) not in self._told
        }
        return effect(
            incident,
            notices,
            self._today,
            visibility=self._seeing(domain),
            unnotified=unnotified or None,
            sender=sender,
        )

    def _seeing_of(self, domain: str) -> Visibility:
        return Visibility(self._store.policies(domain))

    def _senders_to(self, domain: str) -> Days:
        """Sender → its days, for all senders to ``domain``, over all intended parties."""
        found: dict[str, Mapping[date, int]] = {}
        for key in self._store.incident_keys():
            if key.domain == domain and key.role is Role.INTENDED:
                incident = self._store.incident(key.id, mailboxes=False)
                for sender, days in (senders(incident) if incident is not None else {}).items():
                    found[sender] = {**found.get(sender, {}), **days}
        return found


def notified_days(notices: Iterable[Notice]) -> dict[IncidentKey, tuple[date, ...]]:
    """Incident → the days of its notices that were sent and did not bounce."""
    days: defaultdict[IncidentKey, list[date]] = defaultdict(list)
    for notice in notices:
        if notice.state.reached and notice.sent_at is not None:
            days[notice.key].append(notice.sent_at.date())
    return {key: tuple(sorted(found)) for key, found in days.items()}
