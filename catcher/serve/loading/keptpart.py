"""The faults of a file of which the state of before serves on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from catcher.model.errors import CatcherError, ConfigurationError, Fault
from catcher.model.serving import KeptPart, ServedPart


def kept_parts(
    part: ServedPart, name: str, error: CatcherError, now: datetime, serves: datetime | None
) -> Iterator[KeptPart]:
    """One part for each fault in ``error``. ``serves``: the load that read the state that serves."""
    where, _, text = str(error).partition(": ")
    what, _, remedy = text.partition("; ")
    faults = error.faults if isinstance(error, ConfigurationError) else (Fault(where, what, remedy),)
    for fault in faults:
        yield KeptPart(part, name, fault, since=now, serves=serves)
