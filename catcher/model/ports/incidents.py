"""The port to stored incidents: a pure function makes these sums of observations, and the store keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from catcher.model.leak.incident import Crowd, Incident, IncidentKey
from catcher.model.leak.shares import MailShares
from catcher.model.leak.summary import IncidentOrder, IncidentSummary, SummaryFilter
from catcher.model.mail.observation import Observation


class Folder(Protocol):
    """Pure: makes increments of observations. It is ``incident.MailFolder``; both methods follow one definition."""

    def __call__(self, observations: Sequence[Observation], /) -> Mapping[str, Incident]:
        """Observations → increments, by incident id."""
        ...

    def shares(self, observation: Observation, /) -> MailShares:
        """What an observation adds to its incidents, whatever its day and tokens."""
        ...


@dataclass(frozen=True, slots=True)
class Folded:
    """The result of a fold, in numbers of observations."""

    observations: int = 0
    """Observations that are folded now, without those that were set apart."""
    set_apart: int = 0
    """Rows that can't be decoded. They are listed with the class of the error, and in no sum."""
    late: int = 0
    """Observations of a period whose mailboxes are settled: their mail is in the sums, their mailboxes aren't."""
    final: int = 0
    """Observations whose judgement can't change any more, so that they are now a part of the daily sums."""

    def __add__(self, other: Folded) -> Folded:
        return Folded(
            self.observations + other.observations,
            self.set_apart + other.set_apart,
            self.late + other.late,
            self.final + other.final,
        )


@dataclass(frozen=True, slots=True)
class FoldState:
    """What the sums include."""

    folded_to: datetime | None
    """The time of the last folded observation; None if it is deleted or there is none."""
    waiting: int
    """Number of observations to fold."""
    set_apart: Mapping[str, int]
    """Class of error → number of rows that can't be decoded."""


class IncidentStore(Protocol):
    """Folds observations into incidents, and reads incidents."""

    def fold(self, folder: Folder, *, now: datetime | None = None) -> Folded:
        """Folds each new observation into the stored incidents, exactly once.

        It works in bounded batches; a batch and its marker are one durable write. The folder also gets retries. A row
        that can't be decoded is set apart. ``now``: judgements that can't change any more by then become a part of
        the daily sums; None: they stay as they are.
        """
        ...

    def fold_state(self) -> FoldState: ...

    def incidents(self, *, mailboxes: bool = True, since: date | None = None) -> Iterator[Incident]:
        """All incidents, ordered by key. ``mailboxes`` False: without their live mailboxes, which are often very many.

        ``since``: only incidents with mail on that day or later, with only the cells of these days.
        """
        ...

    def incident_keys(self) -> Iterator[IncidentKey]:
        """The keys of all incidents, in order."""
        ...

    def summaries(
        self,
        *,
        order: IncidentOrder = IncidentOrder.KEY,
        only: SummaryFilter | None = None,
        after: IncidentSummary | None = None,
        limit: int,
    ) -> list[IncidentSummary]:
        """At most ``limit`` incidents in ``order``, behind ``after``, the last one of the page before.

        A page costs the same wherever it lies. Raises ValueError for a filter of days with another order than
        LAST_DAY.
        """
        ...

    def summary(self, id: str) -> IncidentSummary | None: ...

    def incident(self, id: str, *, mailboxes: bool = True) -> Incident | None:
        """One incident, with or without its live mailboxes."""
        ...

    def crowd(self, id: str, period: str) -> Crowd:
        """The counts of live mailboxes of incident ``id`` in ``period``; zeros for an unknown id. Memory grows with the
        distinct mailboxes, not with their days and mails."""
        ...
