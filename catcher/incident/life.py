"""The life of an incident: open, quiet, closed, reopened, by a rule that looks at nothing but days.

::

    open ──(silent for N days)──▶ quiet ──(90 days after a notice)──▶ closed ──(mail)──▶ reopened ──▶ quiet …
      ◀────────────(mail)───────────┘

- A *day of mail* has a mail that counts towards a notice, or an attempt of a proven sender that policy ``refuse``
  turned away (of such, too little is seen to count).
- *Silent* days are those since on which such mail would have been seen and none came: days under a policy that turns
  mail away are not among them, nor is the present day.
- *Quiet*: N silent days, where by the pace of the last 90 days so long a silence has a chance of one in a hundred: with
  k days of mail in s days it is (s / (s + N)) ** k, which allows for how few days the pace was taken from. N is at
  least 7 (people don't write every day of a week) and at most 90.
- *Closed*: 90 silent days after the last mail and after the first notice, or the first answer that says "got it".
- *Reopened*: mail after closed, until it is quiet again.

Everything follows from the set of days, so neither order nor batches of folding can change it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable
from datetime import date
from itertools import pairwise
from math import ceil

from catcher.incident.seeing import DAY, Seeing
from catcher.model.fingerprint import Tier
from catcher.model.incident import Cell, Count, Incident
from catcher.model.life import IncidentState, Life
from catcher.model.policy import Outcome

CHANCE = 0.01
"""How likely a silence may be at the earlier pace for it to be called quiet."""
PACE_DAYS = 90
"""The pace is taken from so many days up to the last mail."""
QUIET_LEAST = 7
QUIET_MOST = 90
CLOSED_AFTER = 90
"""Silent days after the last mail and the first notice."""


def life(incident: Incident, today: date, *, signs: Collection[date] = (), seeing: Seeing | None = None) -> Life | None:
    """Where ``incident`` stands at the begin of ``today``; None before its first day of mail.

    ``signs``: the days of notices that went out, and of answers "got it".
    """
    seeing = seeing or Seeing()
    days = sorted({day for day in days_of_mail(incident) if day <= today})
    if not days:
        return None
    told = min((day for day in signs if day <= today), default=None)
    episode, closed_before = days[0], False
    for day, following in pairwise(days):
        closed = _closed(day, told, seeing)
        if closed is not None and closed < following:
            episode, closed_before = following, True
    latest = days[-1]
    enough = quiet_after(days[bisect_left(days, episode) :], seeing)
    silent = seeing.days(latest + DAY, today)
    quiet, closed = seeing.after(latest, enough), _closed(latest, told, seeing)
    if closed is not None and closed < today:
        state, since = IncidentState.CLOSED, closed + DAY
    elif quiet is not None and quiet < today:
        state, since = IncidentState.QUIET, quiet + DAY
    else:
        state, since = (IncidentState.REOPENED if closed_before else IncidentState.OPEN), episode
    return Life(state, since, episode, latest, silent, enough, seeing.blind_since)


def days_of_mail(incident: Incident) -> Iterable[date]:
    """The days with mail by which an incident lives; a day may come more than once."""
    return (cell.day for cell, count in incident.cells.items() if _is_alive(cell, count))


def _is_alive(cell: Cell, count: Count) -> bool:
    refused = cell.outcome is Outcome.REFUSED and cell.tier in (Tier.VERIFIED, Tier.AUTHENTICATED)
    return bool(count.counted or (refused and count.mails))


def quiet_after(days: list[date], seeing: Seeing) -> int:
    """So many silent days after the last of ``days`` make it quiet. ``days``: of one episode, sorted, not empty."""
    recent = days[bisect_left(days, days[-1] - (PACE_DAYS - 1) * DAY) :]
    # A day of mail is one of sight, whatever the ledger says of it.
    span = max(len(recent), seeing.days(recent[0], recent[-1] + DAY))
    wanted = span * (float(CHANCE ** (-1 / len(recent))) - 1)
    return min(QUIET_MOST, max(QUIET_LEAST, ceil(wanted)))


def _closed(latest: date, told: date | None, seeing: Seeing) -> date | None:
    """The day with whose end an incident with no mail after ``latest`` is closed; None when it never is."""
    return None if told is None else seeing.after(max(latest, told), CLOSED_AFTER)
