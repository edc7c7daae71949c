"""The port to the counts of mails that weren't stored, and to what the day's rows were shared among."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from catcher.model.leak.unstored import UnstoredKey


class StoredShare(NamedTuple):
    """Stored observations of one day from one network and one sender."""

    network: str
    """Network or address of the clients."""
    sender: str
    """The column ``sender``."""
    recipients: int
    """Recipients of each observation."""
    rows: int


class UnstoredStore(Protocol):
    """Counts that ``ObservationStore.add_rows`` adds to, in the write that stores the rest."""

    def unstored(self, *, first: date | None = None, last: date | None = None) -> Mapping[UnstoredKey, int]:
        """Number of mails that weren't stored, by day, domain and kind, of the days from ``first`` to ``last``."""
        ...

    def stored_shares(self, day: date) -> Sequence[StoredShare]:
        """The stored observations of ``day``, in any order; several values may have the same network and sender."""
        ...
