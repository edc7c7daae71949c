"""The port to stored incidents: a pure function makes these sums of observations, and the store keeps them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from catcher.model.leak.incident import Crowd, Incident, IncidentKey
from catcher.model.mail.observation import Observation

Folder = Callable[[Sequence[Observation]], Mapping[str, Incident]]
"""Pure: observations → increments, by incident id. It is ``incident.fold`` with a bound directory."""


class IncidentStore(Protocol):
    """Folds observations into incidents, and reads incidents."""

    def fold(self, folder: Folder) -> int:
        """Folds each new observation into the stored incidents, exactly once; returns the number of observations.

        It works in bounded batches; a batch and its marker are one durable write. The folder also gets retries.
        """
        ...

    def incidents(self, *, mailboxes: bool = True, since: date | None = None) -> Iterator[Incident]:
        """All incidents, ordered by key. ``mailboxes`` False: without their live mailboxes, which are often very many.

        ``since``: only incidents with mail on that day or later, with only the cells of these days.
        """
        ...

    def incident_keys(self) -> Iterator[IncidentKey]:
        """The keys of all incidents, in order."""
        ...

    def incident(self, id: str, *, mailboxes: bool = True) -> Incident | None:
        """One incident, with or without its live mailboxes."""
        ...

    def crowd(self, id: str, period: str) -> Crowd:
        """The counts of live mailboxes of incident ``id`` in ``period``; zeros for an unknown id. Memory grows with the
        distinct mailboxes, not with their days and mails."""
        ...
