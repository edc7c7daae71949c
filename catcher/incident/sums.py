"""Adds up the shares of mails in plain values; both ``fold`` and the stores sum with it."""

from __future__ import annotations

from collections.abc import Iterator
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


MailTokens = tuple[str | None, str | None, tuple[str, ...]]
"""The tokens of a mail: of the reverse-path, of the author, of the recipients."""


class Sums:
    """The sums of all incidents to which mails were added.

    Mails with the same shares on one day are a group, which is added up as a whole.
    """

    def __init__(self) -> None:
        self._groups: dict[tuple[MailShares, str], list[MailTokens]] = {}
        self.cells = 0
        """At most as many cells have a sum."""
        self.mailboxes = 0
        """At most as many mailboxes were seen on a day, in all incidents."""

    def add(self, shares: MailShares, day: str, tokens: MailTokens) -> None:
        """Adds a mail that was seen on ``day`` (``2026-11-03``), by its shares and its tokens."""
        incidents = len(shares.incidents)
        if not incidents:
            return
        group = self._groups.get((shares, day))
        if group is None:
            group = self._groups[shares, day] = []
            self.cells += incidents
        group.append(tokens)
        self.mailboxes += incidents * (2 + len(tokens[2]) + len(shares.tenants))

    def by_incident(self) -> dict[str, IncidentSum]:
        """Incident id → its sum."""
        sums: dict[str, IncidentSum] = {}
        for (shares, day), group in self._groups.items():
            mailboxes = {mailbox for tokens in group for mailbox in shares.mailboxes(*tokens)}
            for share in shares.incidents:
                sum_ = sums.get(share.id)
                if sum_ is None:
                    sum_ = sums[share.id] = IncidentSum(share.key)
                sum_.days[share, day] = sum_.days.get((share, day), 0) + len(group)
                counterpart, counted = share.counterpart, int(share.counted)
                sum_.mailboxes.update(
                    [(counterpart, side, day, token, counted, level) for side, token, level in mailboxes]
                )
        return sums

    def incidents(self) -> dict[str, Incident]:
        """Incident id → its sum as an Incident."""
        return {id: sum_.incident() for id, sum_ in self.by_incident().items()}
