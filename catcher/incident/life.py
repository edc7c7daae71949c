"""The life of an incident: open, quiet, closed, reopened, by a rule about days alone.

::

    open ──(silent for N days)──▶ quiet ──(90 days after a notice)──▶ closed ──(mail)──▶ reopened ──▶ quiet …
      ◀────────────(mail)───────────┘

- A *day of mail* has a mail that counts towards a notice, or an attempt of a proven sender that policy ``refuse``
  turned away (of such, too little is seen to count).
- *Silent* days are the visible days since the last day of mail: days under a policy that turns mail away don't count,
  nor does the present day.
- *Quiet*: N silent days, where by the pace of the last 90 days a silence of that length has a chance of one in a
  hundred: with k days of mail in s days it is (s / (s + N)) ** k, which allows for a pace taken from few days. N is at
  least 7 (people don't write every day of a week) and at most 90.
- *Closed*: 90 silent days after the last mail and after the first notice, or after the first answer "got it".
- *Reopened*: mail after closed, until it is quiet again.

Everything follows from the set of days, so neither order nor batches of folding can change it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable
from datetime import date
from itertools import pairwise
from math import ceil

from catcher.incident.visibility import DAY, Visibility
from catcher.model.leak.incident import Cell, Count, Incident
from catcher.model.leak.life import IncidentState, Life
from catcher.model.mail.fingerprint import Tier
from catcher.model.mail.policy import Outcome

CHANCE = 0.01
"""Chance of a silence, at the earlier pace, at which it is called quiet."""
PACE_DAYS = 90
"""Days up to the last mail from which the pace is taken."""
QUIET_LEAST = 7
"""Fewest silent days that are quiet: a week, as people don't write every day."""
QUIET_MOST = 90
"""Silent days that are quiet at any pace."""
CLOSED_AFTER = 90
"""Silent days after the last mail and the first notice."""


def life(
    incident: Incident, today: date, *, signs: Collection[date] = (), visibility: Visibility | None = None
) -> Life | None:
    """The state of ``incident`` at the begin of ``today``; None before its first day of mail.

    ``signs``: the days of notices that went out, and of answers "got it".
    """
    visibility = visibility or Visibility()
    days = sorted({day for day in days_of_mail(incident) if day <= today})
    if not days:
        return None
    notified = min((day for day in signs if day <= today), default=None)
    episode, closed_before = days[0], False
    for day, following in pairwise(days):
        closed = _closed(day, notified, visibility)
        if closed is not None and closed < following:
            episode, closed_before = following, True
    latest = days[-1]
    enough = quiet_after(days[bisect_left(days, episode) :], visibility)
    silent = visibility.visible_days(latest + DAY, today)
    quiet, closed = visibility.nth_visible_day(latest, enough), _closed(latest, notified, visibility)
    if closed is not None and closed < today:
        state, since = IncidentState.CLOSED, closed + DAY
    elif quiet is not None and quiet < today:
        state, since = IncidentState.QUIET, quiet + DAY
    else:
        state, since = (IncidentState.REOPENED if closed_before else IncidentState.OPEN), episode
    return Life(state, since, episode, latest, silent, enough, visibility.blind_since)


def days_of_mail(incident: Incident) -> Iterable[date]:
    """The incident's days of mail; a day may occur more than once."""
    return (cell.day for cell, count in incident.cells.items() if _is_alive(cell, count))


def _is_alive(cell: Cell, count: Count) -> bool:
    refused = cell.outcome is Outcome.REFUSED and cell.tier in (Tier.VERIFIED, Tier.AUTHENTICATED)
    return bool(count.counted or (refused and count.mails))


def quiet_after(days: list[date], visibility: Visibility) -> int:
    """The number of silent days after which it is quiet. ``days``: days of mail of one episode, sorted, not empty."""
    recent = days[bisect_left(days, days[-1] - (PACE_DAYS - 1) * DAY) :]
    # A day of mail is visible, even if the ledger has another policy for it.
    span = max(len(recent), visibility.visible_days(recent[0], recent[-1] + DAY))
    wanted = span * (float(CHANCE ** (-1 / len(recent))) - 1)
    return min(QUIET_MOST, max(QUIET_LEAST, ceil(wanted)))


def _closed(latest: date, notified: date | None, visibility: Visibility) -> date | None:
    """The day at whose end an incident without mail after ``latest`` is closed; None when it never is."""
    return None if notified is None else visibility.nth_visible_day(max(latest, notified), CLOSED_AFTER)
