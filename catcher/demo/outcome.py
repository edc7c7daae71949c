"""What the month amounted to: gathered from the sink's store once both servers have stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from catcher import serve
from catcher.config import Config
from catcher.demo.compare import Compared, compare, unclaimed
from catcher.demo.play import Played
from catcher.demo.search import Searched
from catcher.incident import Verdict, judge, measure
from catcher.model.incident import Incident
from catcher.model.measures import Measures, Period
from catcher.model.observation import Observation


@dataclass(frozen=True, slots=True)
class Judged:
    """An incident with what it amounts to in the demo's month."""

    incident: Incident
    measures: Measures
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        key = self.incident.key
        return {
            "id": key.id,
            "party": key.party,
            "role": key.role,
            "domain": key.domain,
            "mails": self.incident.mails,
            "counted": self.incident.counted,
            "mailboxes": self.measures.senders.number,
            "days": self.measures.tally.days,
            "notice": self.verdict.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    period: Period
    compared: tuple[Compared, ...]
    observations: tuple[Observation, ...]
    incidents: tuple[Judged, ...]
    """Most counted mail first."""
    demand: Mapping[str, int]
    """Catalogued domain → MX queries."""
    queries: int
    """All DNS queries that the senders made."""
    seconds: float
    """How long the month took to play."""
    reports: tuple[Path, ...] = ()
    searched: Searched | None = None

    @property
    def deviations(self) -> list[str]:
        """Everything that isn't as scripted, one sentence each. There should be none."""
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
            *({"type": "incident", **judged.to_json()} for judged in self.incidents),
            *({"type": "report", "file": str(path)} for path in self.reports),
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


def gather(config: Config, played: Sequence[Played], *, first: date, queries: int, seconds: float) -> Outcome:
    """Folds all that is committed, and reads it back. Raises StoreUnavailable."""
    period = Period.of(first)
    store = serve.open_store(config)
    try:
        store.fold(serve.folder(config))
        observations = tuple(store.observations())
        measured = ((incident, measure(incident, period)) for incident in store.incidents())
        judged = [Judged(incident, measures, judge(measures)) for incident, measures in measured]
        demand = store.demand(qtype="MX")
    finally:
        store.close()
    judged.sort(key=lambda one: (-one.incident.counted, -one.incident.mails, one.incident.key))
    compared = tuple(compare(played, observations))
    return Outcome(period, compared, observations, tuple(judged), demand, queries, seconds)
