"""Incidents: sums of observations, kept by the store and made by a pure function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from catcher.model.leak.incident import Crowd, Incident, IncidentKey
from catcher.model.mail.observation import Observation

Folder = Callable[[Sequence[Observation]], Mapping[str, Incident]]
"""Pure: observations → increments, by incident id. ``incident.fold`` bound to a directory."""


class IncidentStore(Protocol):
    """Incidents: folded from observations, read."""

    def fold(self, folder: Folder) -> int:
        """Folds each observation that isn't folded yet into the stored incidents, exactly once; returns their number.

        Works in bounded batches; a batch and its marker are one durable write. Retries are passed to the folder, too.
        """
        ...

    def incidents(self, *, mailboxes: bool = True, since: date | None = None) -> Iterator[Incident]:
        """All incidents, ordered by key; without ``mailboxes`` their live mailboxes, often very many, are left out.

        ``since``: only incidents with mail on that day or later, and of their cells only those of these days.
        """
        ...

    def incident_keys(self) -> Iterator[IncidentKey]:
        """The keys of all incidents, in order."""
        ...

    def incident(self, id: str, *, mailboxes: bool = True) -> Incident | None:
        """One incident, with or without its live mailboxes."""
        ...

    def crowd(self, id: str, period: str) -> Crowd:
        """The live mailboxes of incident ``id`` in ``period``, counted in flat memory; zeros for an unknown id."""
        ...
