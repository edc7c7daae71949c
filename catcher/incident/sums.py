"""Adds up the shares of mails in plain values; both ``fold`` and the stores sum with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from catcher.incident.crowd import Line
from catcher.model.leak.incident import Cell, Count, Counted, Incident, IncidentKey, MailboxDay, Side
from catcher.model.leak.shares import IncidentShare, MailShares


def month_of(day: str) -> str:
    """The key's period that a day (``2026-11-03``) lies in: ``2026-11``."""
    return day[:7]


class IncidentSum:
    """The sum of one incident."""

    __slots__ = ("days", "key", "mailboxes")

    def __init__(self, key: IncidentKey) -> None:
        self.key = key
        self.days: dict[tuple[IncidentShare, str], int] = {}
        """Share and day → number of mails. Several shares may lie in one cell (``cells``)."""
        self.mailboxes: set[Line] = set()

    def cells(self) -> Iterator[tuple[str, IncidentShare, Count]]:
        """Each cell's day, a share with its counterpart and kind, and its count."""
        cells: dict[tuple[str, tuple[str | int, ...]], tuple[IncidentShare, int, int]] = {}
        for (share, day), mails in self.days.items():
            _, before, counted = cells.get((day, share.cell), (share, 0, 0))
            cells[day, share.cell] = (share, before + mails, counted + mails if share.counts else counted)
        for (day, _), (share, mails, counted) in cells.items():
            yield day, share, Count(mails, counted)

    def incident(self) -> Incident:
        """The sum as an Incident."""
        return Incident(
            self.key,
            {Cell(date.fromisoformat(day), s.counterpart, *s.kind): count for day, s, count in self.cells()},
            frozenset(
                MailboxDay(month_of(day), date.fromisoformat(day), other, Side(side), token, Counted(counted), level)
                for other, side, day, token, counted, level in self.mailboxes
            ),
        )


class Sums:
    """The sums of all incidents to which mails were added."""

    def __init__(self) -> None:
        self._sums: dict[str, IncidentSum] = {}
        self.cells = 0
        """At most as many cells have a sum."""
        self.mailboxes = 0
        """At most as many mailboxes were seen on a day: their number with repetitions."""

    def add(
        self, shares: MailShares, day: str, path: str | None, author: str | None, recipients: tuple[str, ...]
    ) -> None:
        """Adds a mail that was seen on ``day`` (``2026-11-03``), by its shares and its tokens."""
        if not shares.incidents:
            return
        mailboxes = shares.mailboxes(path, author, recipients)
        for share in shares.incidents:
            of_incident = self._sums.get(share.id)
            if of_incident is None:
                of_incident = self._sums[share.id] = IncidentSum(share.key)
            place = (share, day)
            mails = of_incident.days.get(place)
            if mails is None:
                mails = 0
                self.cells += 1
            of_incident.days[place] = mails + 1
            counterpart, counted, add = share.counterpart, int(share.counted), of_incident.mailboxes.add
            for side, token, level in mailboxes:
                add((counterpart, side, day, token, counted, level))
        self.mailboxes += len(mailboxes) * len(shares.incidents)

    def by_incident(self) -> Mapping[str, IncidentSum]:
        """Incident id → its sum."""
        return self._sums

    def incidents(self) -> dict[str, Incident]:
        """Incident id → its sum as an Incident."""
        return {id: sum_.incident() for id, sum_ in self._sums.items()}
