"""Finds alerts in the incidents: a new intended party, a marking, a spike. Pure; each run finds the same alerts again.

A mail belongs to two incidents: its intended party's and its sender's (or forwarder's). Alerts are sought in the
intended party's incident; in a sender's incident, only among mail without a declared intended party. So no mail causes
two alerts of one kind. A forward counts in its forwarder's incident alone, so a spike of forwards is sought there; its
marking, only where the domain has no incident of an intended party.

- *New party*: mail that counts came for an intended party. The alerts' ledger drops parties that had such mail before.
- *Marking*: mail of a proven sender with a grave marking (``Marking.grave``) came yesterday or today; one a month.
  Any sender can write a header field, so the marking is a reason to investigate, and no proof.
- *Spike*: yesterday or today at least ten mails that count came, and more than three times the number of any of the 28
  days before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import assert_never

from catcher.model.leak.incident import Cell, Count, Incident, Role
from catcher.model.mail.fingerprint import Tier
from catcher.model.telling.alert import Alert, AlertKind

SPIKE_LEAST = 10
"""Fewest mails of a day that can be a spike."""
SPIKE_TIMES = 3
"""A spike has more than this many times the mails of the busiest day before."""
SPIKE_DAYS = 28
"""Days before a spike with which its mails are compared: four weeks, so each weekday occurs four times."""
LOOKS_BACK = timedelta(days=SPIKE_DAYS + 1)
"""Time before today whose mail must be known."""

_PROVEN = (Tier.VERIFIED, Tier.AUTHENTICATED)


def alarms(incidents: Iterable[Incident], now: datetime) -> Iterator[Alert]:
    """The alerts due at ``now`` for ``incidents``, of which the cells of the last ``LOOKS_BACK`` suffice."""
    today = now.date()
    forwarders: list[Incident] = []
    declared: set[str] = set()
    for incident in incidents:
        if incident.key.role is Role.FORWARDER:
            forwarders.append(incident)
            continue
        cells = list(_cells_of(incident))
        if not cells:
            continue
        id = incident.key.id
        counted = sum(count.counted for _, count in cells)
        if incident.key.role is Role.INTENDED:
            declared.add(incident.key.domain)
            if counted:
                yield Alert(f"{AlertKind.NEW_PARTY} {id}", AlertKind.NEW_PARTY, now, id, {"mails": counted})
        for day in (today - timedelta(days=1), today):
            yield from _marking(id, cells, day, now)
            yield from _spike(id, cells, day, now)
    for incident in forwarders:
        id, cells = incident.key.id, list(_cells_of(incident))
        for day in (today - timedelta(days=1), today):
            if incident.key.domain not in declared:
                yield from _marking(id, cells, day, now)
            yield from _spike(id, cells, day, now)


def _cells_of(incident: Incident) -> Iterator[tuple[Cell, Count]]:
    match incident.key.role:
        case Role.INTENDED | Role.FORWARDER:
            yield from incident.cells.items()
        case Role.SENDER:
            yield from ((cell, count) for cell, count in incident.cells.items() if not cell.counterpart)
        case _:
            assert_never(incident.key.role)


def _marking(id: str, cells: list[tuple[Cell, Count]], day: date, now: datetime) -> Iterator[Alert]:
    marked = sum(count.mails for cell, count in cells if cell.level and cell.tier in _PROVEN and cell.day == day)
    if marked:
        yield Alert(f"{AlertKind.MARKING} {id} {day:%Y-%m}", AlertKind.MARKING, now, id, {"mails": marked})


def _spike(id: str, cells: list[tuple[Cell, Count]], day: date, now: datetime) -> Iterator[Alert]:
    of_days: Counter[date] = Counter()
    for cell, count in cells:
        of_days[cell.day] += count.counted
    before = max((n for other, n in of_days.items() if 0 < (day - other).days <= SPIKE_DAYS), default=0)
    if of_days[day] >= SPIKE_LEAST and of_days[day] > SPIKE_TIMES * before:
        counts = {"mails": of_days[day], "most_before": before}
        yield Alert(f"{AlertKind.SPIKE} {id} {day.isoformat()}", AlertKind.SPIKE, now, id, counts)
