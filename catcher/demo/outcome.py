"""Gathers the result of the month from the sink's store after the sink has stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catcher.demo.compare import Compared, compare_month, unclaimed
from catcher.demo.play import Played
from catcher.demo.search import SearchResult
from catcher.desk import incidents, reports
from catcher.desk.context import Desk
from catcher.desk.incidents import Appraisal
from catcher.desk.reports import Built
from catcher.model.leak.measures import Period
from catcher.model.mail.observation import Observation


@dataclass(frozen=True, slots=True)
class MonthResult:
    """The data that the demo shows."""

    period: Period
    compared: tuple[Compared, ...]
    observations: tuple[Observation, ...]
    appraisals: tuple[Appraisal, ...]
    """All incidents, each with whether a notice is due; incidents with the most counted mails first."""
    reports: tuple[Built, ...]
    demand: Mapping[str, int]
    """Catalogued domain → number of MX queries."""
    queries: int
    """Number of DNS queries by all senders."""
    seconds: float
    """Real time, in seconds, that the demo of one month took."""
    searched: SearchResult | None = None

    @property
    def deviations(self) -> list[str]:
        """One sentence for each deviation from the script. There should be none."""
        stray = unclaimed(self.compared, self.observations)
        return [
            *(
                f"event {c.played.number} ({c.played.event.story}): {text}"
                for c in self.compared
                for text in c.deviations
            ),
            *(f"observation {o.id} belongs to no event" for o in stray),
            *(f"{path.name} holds content of a message" for path in (self.searched.found if self.searched else ())),
        ]

    def to_json(self) -> list[dict[str, Any]]:
        """The lines of ``catcher demo --json``: events, observations, incidents, reports, and a summary."""
        return [
            *({"type": "event", **compared.to_json()} for compared in self.compared),
            *(
                {
                    "type": "observation",
                    **o.to_json(),
                    "replayed": o.replayed,
                    "fresh": o.fresh_reason,
                    "counts": o.counts,
                }
                for o in self.observations
            ),
            *({"type": "incident", **appraisal.to_json()} for appraisal in self.appraisals),
            *({"type": "report", **report.to_json()} for report in self.reports),
            {
                "type": "summary",
                "period": self.period.name,
                "events": len(self.compared),
                "observations": len(self.observations),
                "queries": self.queries,
                "mx_queries": dict(self.demand),
                "seconds": round(self.seconds, 1),
                "files_searched": self.searched.files if self.searched else 0,
                "deviations": self.deviations,
            },
        ]


def gather(
    desk: Desk, folder: Path, played: Sequence[Played], *, period: Period, queries: int, seconds: float
) -> MonthResult:
    """Folds all observations, writes the due reports into ``folder``, and returns all results.

    Raises StoreUnavailable, EnvironmentFailure.
    """
    appraisals = list(incidents.listing(desk, period=period))
    appraisals.sort(key=lambda one: (-one.incident.counted, -one.incident.mails, one.incident.key))
    built = tuple(reports.build(desk, folder, period=period))
    observations = tuple(desk.store.observations())
    demand = desk.store.demand(qtype="MX")
    compared = tuple(compare_month(played, observations))
    return MonthResult(period, compared, observations, tuple(appraisals), built, demand, queries, seconds)
