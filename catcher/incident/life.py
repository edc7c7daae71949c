"""The life of an incident: open, quiet, closed, reopened, by a rule that depends only on days.

::

    open ──(silent for N days)──▶ quiet ──(90 days after a notice)──▶ closed ──(mail)──▶ reopened ──▶ quiet …
      ◀────────────(mail)───────────┘

- A *day of mail* has a mail that counts towards a notice, or an attempt of a proven sender that policy ``refuse``
  turned away (such an attempt never counts towards a notice: too little of it is known).
- *Silent* days are the visible days since the last day of mail: neither the days under a policy that turns mail away
  nor the present day counts.
- *Quiet*: N silent days. At the pace of the last 90 days, a silence of N days has a probability of one in a hundred.
  With k days of mail in s days this probability is (s / (s + N)) ** k, which allows for a pace known from few days. N
  is at least 7 (people don't write every day of a week) and at most 90.
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
"""Probability, at the earlier pace, of the silence after which an incident is quiet."""
PACE_DAYS = 90
"""The pace is computed from this number of days up to the last mail."""
QUIET_LEAST = 7
"""Fewest silent days after which an incident is quiet: a week, since people don't write every day."""
QUIET_MOST = 90
"""Silent days after which an incident is quiet at any pace."""
CLOSED_AFTER = 90
"""Silent days, after the last mail and the first notice, after which an incident is closed."""


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
    """The number of silent days after which the incident is quiet. ``days``: one episode's days of mail, sorted, not
    empty."""
    recent = days[bisect_left(days, days[-1] - (PACE_DAYS - 1) * DAY) :]
    # A day of mail counts as visible, even if the ledger has another policy for it.
    span = max(len(recent), visibility.visible_days(recent[0], recent[-1] + DAY))
    wanted = span * (float(CHANCE ** (-1 / len(recent))) - 1)
    return min(QUIET_MOST, max(QUIET_LEAST, ceil(wanted)))


def _closed(latest: date, notified: date | None, visibility: Visibility) -> date | None:
    """The day at whose end an incident without mail after ``latest`` is closed; None when it is never closed."""
    return None if notified is None else visibility.nth_visible_day(max(latest, notified), CLOSED_AFTER)
