"""The life of an incident: open, quiet, closed, reopened, by a rule that depends only on days.

::

    open ──(silent for N days)──▶ quiet ──(90 days or more after a notice)──▶ closed ──(mail)──▶ reopened ──▶ quiet …
      ◀────────────(mail)───────────┘

- A *day of mail* has a mail that counts towards a notice, or an attempt of a proven sender that policy ``refuse``
  turned away. Such an attempt never counts towards a notice, since too little of it is known. It is a day of mail only
  if that sender's mail counted before, and if nothing but people's mail came from that sender before: otherwise the
  attempt may be a newsletter's.
- *Silent* days are the visible days since the last day of mail (``Visibility``); the present day never counts.
- A *pause* is the number of visible days from one day of mail to the next. ``rare_pause`` finds the length that a
  leak that goes on exceeds after fewer than one in eight of its days of mail.
- *Quiet*: as many silent days as a rare pause, but at least 7 (people don't write every day of a week) and at most 90.
- *Closed*: as many silent days as a rare pause, but at least 90 and at most 365, after the last mail and after the
  first notice or the first answer "got it".
- *Reopened*: mail after closed, until it is quiet again.

The error rate of "quiet" is per pause. A leak with many pauses in a year is likely to be called quiet once in it while
it goes on: docs/engineering/statistics.md has both rates, for steady, rare and clustered mail.

Everything follows from the set of days, so neither order nor batches of folding can change it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import pairwise
from math import ceil

from catcher.incident.visibility import DAY, Visibility
from catcher.model.leak.incident import Cell, Incident, Role
from catcher.model.leak.life import IncidentState, Life
from catcher.model.mail.fingerprint import MailClass, Tier
from catcher.model.mail.policy import Outcome

CHANCE = 1 / 8
"""Share of the pauses of a leak that goes on that are as long as a rare pause, at most. One in sixteen random pauses is
longer than four median ones; twice that leaves room for a pace known from few pauses."""
PACE_DAYS = 365
"""A rare pause is found from the pauses of this number of days up to the last day of mail."""
ENOUGH_PAUSES = 29
"""Fewest pauses from which a rare one is read off: three of them are longer."""
MOST_PAUSES = 39
"""Most pauses from which it is read off, the latest ones: four of them are longer. A new pace is soon known."""
WEEK = 7
"""Days of mail within a week are one event where few pauses are known: they may belong to one thread."""
QUIET_LEAST = 7
"""Fewest silent days after which an incident is quiet: a week, since people don't write every day."""
QUIET_MOST = 90
"""Silent days after which an incident is quiet at any pace."""
CLOSED_AFTER = 90
"""Fewest silent days, after the last mail and the first notice, after which an incident is closed."""
CLOSED_MOST = 365
"""Silent days after which an incident is closed at any pace."""


def life(
    incident: Incident, today: date, *, signs: Collection[date] = (), visibility: Visibility | None = None
) -> Life | None:
    """The state of ``incident`` at the beginning of ``today``; None before its first day of mail.

    ``signs``: the days of notices that went out, and of answers "got it".
    """
    visibility = visibility or Visibility()
    days = sorted({day for day in days_of_mail(incident) if day <= today})
    if not days:
        return None
    notified = min((day for day in signs if day <= today), default=None)
    episode, closed_before = days[0], False
    for number, (day, following) in enumerate(pairwise(days), start=1):
        if (following - day).days <= CLOSED_AFTER:
            continue  # most pauses: no need to find the rare one
        closed = _closed(days[bisect_left(days, episode) : number], notified, visibility)
        if closed is not None and closed < following:
            episode, closed_before = following, True
    latest, present = days[-1], days[bisect_left(days, episode) :]
    enough, rare = quiet_after(present, visibility), rare_pause(present, visibility)
    silent = visibility.visible_days(latest + DAY, today)
    quiet, closed = visibility.nth_visible_day(latest, enough), _closed(present, notified, visibility)
    if closed is not None and closed < today:
        state, since = IncidentState.CLOSED, closed + DAY
    elif quiet is not None and quiet < today:
        state, since = IncidentState.QUIET, quiet + DAY
    else:
        state, since = (IncidentState.REOPENED if closed_before else IncidentState.OPEN), episode
    return Life(
        state,
        since,
        episode,
        latest,
        silent,
        enough,
        unseen_since=visibility.turned_away_since,
        lost_since=visibility.lost_since,
        unseen_days=(today - latest).days - 1 - silent,
        is_rare=rare is not None and silent >= rare,
    )


def days_of_mail(incident: Incident) -> Iterable[date]:
    """The incident's days of mail; a day may occur more than once."""
    wrote, by_program = _first_days(incident)
    for cell, count in incident.cells.items():
        if count.counted:
            yield cell.day
        elif count.mails and _was_refused(cell):
            sender = cell.counterpart if incident.key.role is Role.INTENDED else ""
            if wrote.get(sender, date.max) < cell.day <= by_program.get(sender, date.max):
                yield cell.day


def _first_days(incident: Incident) -> tuple[dict[str, date], dict[str, date]]:
    """Sender → first day of mail that counts, and sender → first day of a program's mail.

    In the incident of a sender all mail is that sender's: ''.
    """
    wrote: dict[str, date] = {}
    by_program: dict[str, date] = {}
    for cell, count in incident.cells.items():
        sender = cell.counterpart if incident.key.role is Role.INTENDED else ""
        if count.counted:
            wrote[sender] = min(cell.day, wrote.get(sender, date.max))
        elif cell.outcome is not Outcome.REFUSED and cell.mail_class is not MailClass.PERSON:
            by_program[sender] = min(cell.day, by_program.get(sender, date.max))
    return wrote, by_program


def _was_refused(cell: Cell) -> bool:
    return cell.outcome is Outcome.REFUSED and cell.tier in (Tier.VERIFIED, Tier.AUTHENTICATED)


def quiet_after(days: Sequence[date], visibility: Visibility) -> int:
    """The number of silent days after which the incident is quiet. ``days``: one episode's days of mail, sorted, not
    empty."""
    return _within(QUIET_LEAST, rare_pause(days, visibility), QUIET_MOST, unknown=QUIET_MOST)


def rare_pause(days: Sequence[date], visibility: Visibility) -> int | None:
    """The number of silent days that fewer than one in eight pauses reach while the leak goes on; None: unknown.

    ``days``: one episode's days of mail, sorted, not empty. If the pauses of a leak could come in any order, the next
    one is longer than the r-th shortest of k pauses with a probability of at most 1 - r/(k + 1), whatever their
    distribution (Wilks, 1941); between two of them the length is interpolated (Hutson, 1999). Only the latest
    ``MOST_PAUSES`` are compared.

    With fewer than ``ENOUGH_PAUSES`` the pauses are taken for random ones: if k pauses have s days in sum, the next one
    is longer than s * (8 ** (1/k) - 1) in one of eight cases. As mail may come in runs, the same is asked of weeks, and
    the longer answer holds: a week begins with a day of mail, the next one with the first day of mail after it, and s
    is the sum of the waits between weeks, but one week at least, because a run over two weeks has no wait.
    """
    recent = days[bisect_left(days, days[-1] - (PACE_DAYS - 1) * DAY) :][-MOST_PAUSES - 1 :]
    pauses = sorted(_pause(day, following, visibility) for day, following in pairwise(recent))
    if len(pauses) >= ENOUGH_PAUSES:
        rank = (1 - CHANCE) * (len(pauses) + 1)
        whole = int(rank)
        below, above = pauses[whole - 1], pauses[whole]
        return int(below + (rank - whole) * (above - below))
    weeks = [recent[0]]
    for day in recent:
        if _pause(weeks[-1], day, visibility) >= WEEK:
            weeks.append(day)
    if len(weeks) == 1:
        return None
    waits = sum(_pause(week, following, visibility) - WEEK for week, following in pairwise(weeks))
    return max(_exceeded(sum(pauses), len(pauses)), _exceeded(max(WEEK, waits), len(weeks) - 1))


def _exceeded(days: int, waits: int) -> int:
    """The length that the next wait exceeds with the probability CHANCE, after ``waits`` random waits of ``days`` in
    sum: (days / (days + n)) ** waits, which allows for a pace known from few waits."""
    return ceil(days * (float(CHANCE ** (-1 / waits)) - 1))


def _pause(day: date, following: date, visibility: Visibility) -> int:
    """The visible days from one day of mail to the next; the next one counts as visible, whatever the ledgers say."""
    return visibility.visible_days(day + DAY, following) + 1 if day < following else 0


def _closed(days: Sequence[date], notified: date | None, visibility: Visibility) -> date | None:
    """The day at whose end an incident without mail after ``days`` is closed; None when it is never closed."""
    if notified is None:
        return None
    enough = _within(CLOSED_AFTER, rare_pause(days, visibility), CLOSED_MOST, unknown=CLOSED_AFTER)
    return visibility.nth_visible_day(max(days[-1], notified), enough)


def _within(least: int, days: int | None, most: int, *, unknown: int) -> int:
    return unknown if days is None else min(most, max(least, days))
