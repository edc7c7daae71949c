"""Computes the life of incidents and the effect of notices from the sums and the ledgers of policies and notices."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from itertools import islice
from typing import assert_never

from catcher.desk.context import Desk
from catcher.incident import Visibility, effect, life, senders
from catcher.incident.effect import MOST_DAYS, Days
from catcher.incident.visibility import DAY
from catcher.model.leak.incident import Incident, IncidentKey, Role
from catcher.model.leak.life import Effect, Life
from catcher.model.telling.notice import Notice

MOST_PARTIES = 32
"""Most other parties whose senders are an intended party's control group: a bound for the cost of a report."""
_INCIDENTS = 64
"""Incidents of intended parties whose senders are cached."""


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
    """Computes the standing of one incident after the other; reads the notices and uptimes once, when it is made."""

    def __init__(self, desk: Desk) -> None:
        self._store = desk.store
        self._today = desk.now.date()
        self._told = notified_days(desk.store.notices())
        self._uptimes = desk.store.uptimes()
        self._seeing = lru_cache(maxsize=1024)(self._seeing_of)
        self._senders = lru_cache(maxsize=_INCIDENTS)(self._senders_to)

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
        match incident.key.role:
            case Role.SENDER | Role.FORWARDER:
                # The counterparts are no senders: an intended party, or the authors of what was forwarded.
                return Standing(found, own, told)
            case Role.INTENDED:
                pass
            case _:
                assert_never(incident.key.role)
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
        return effect(
            incident,
            notices,
            self._today,
            visibility=self._seeing(incident.key.domain),
            unnotified=self._control(told, min(notices)) or None,
            sender=sender,
        )

    def _control(self, told: IncidentKey, notice: date) -> Days:
        """The days of the senders without a notice, none of whose mail is the told party's.

        Beside a sender: the other senders to the same domain. Beside an intended party: senders to other parties,
        which had no notice either, at domains whose mail could be seen all the time; ``MOST_PARTIES`` of them.
        """
        if told.role is Role.INTENDED:
            others = (key for key in self._intended if key.party != told.party and key not in self._told)
            parties = list(islice((key for key in others if self._saw(key.domain, notice)), MOST_PARTIES))
        else:
            parties = [key for key in self._intended if key.domain == told.domain]
        found: defaultdict[str, Counter[date]] = defaultdict(Counter)
        for key in parties:
            for sender, days in self._senders(key).items():
                is_told = IncidentKey(sender, Role.SENDER, key.domain) in self._told
                if sender != told.party and not is_told:
                    found[_name(sender, key, told)].update(days)
        return found

    def _saw(self, domain: str, notice: date) -> bool:
        """Whether the mail of ``domain`` could be seen, under one policy, on all days that a comparison may use."""
        first, visibility = notice - (MOST_DAYS + 1) * DAY, self._seeing(domain)
        whole = visibility.visible_days(first, self._today) == (self._today - first).days
        return whole and not any(first <= day < self._today for day in visibility.changes())

    def _seeing_of(self, domain: str) -> Visibility:
        return Visibility(
            self._store.policies(domain), uptimes=self._uptimes, delegations=self._store.delegations(domain)
        )

    @cached_property
    def _intended(self) -> tuple[IncidentKey, ...]:
        """The intended parties' incidents in the order of their ids: these are hashes, so the first ones are a sample,
        and always the same."""
        keys = (key for key in self._store.incident_keys() if key.role is Role.INTENDED)
        return tuple(sorted(keys, key=lambda key: key.id))

    def _senders_to(self, key: IncidentKey) -> Days:
        """Sender → its days, in the intended party's incident ``key``."""
        incident = self._store.incident(key.id, mailboxes=False)
        return {} if incident is None else senders(incident)


def _name(sender: str, key: IncidentKey, told: IncidentKey) -> str:
    """A sender to one domain is one sender, whatever parties it writes to; at two domains it makes two mistakes."""
    return sender if key.domain == told.domain else f"{sender} {key.domain}"


def notified_days(notices: Iterable[Notice]) -> dict[IncidentKey, tuple[date, ...]]:
    """Incident → the days of its notices that were sent and did not bounce."""
    days: defaultdict[IncidentKey, list[date]] = defaultdict(list)
    for notice in notices:
        if notice.state.reached and notice.sent_at is not None:
            days[notice.key].append(notice.sent_at.date())
    return {key: tuple(sorted(found)) for key, found in days.items()}
