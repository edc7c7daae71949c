"""Observations folded into incidents, and what incidents amount to. Pure: told everything, asks nothing.

::

    observations ─▶ fold ─▶ increments ─▶ merge ─▶ Incident ─▶ measures(period) ─▶ notice: due, or why not
                     (any order, any batches)      (stored)         └─▶ report
"""

from catcher.incident.fold import fold, merge
from catcher.incident.measures import crowd, latest_period, measure, series
from catcher.incident.notice import Verdict, judge

__all__ = ["Verdict", "crowd", "fold", "judge", "latest_period", "measure", "merge", "series"]
