"""A line of the delivery log, which an operator may switch on, and the dictionary of its fields.

With it an operator who has a sender's log in hand finds a delivery. It holds nothing else: no address, no domain.
"""

from __future__ import annotations

from dataclasses import field, fields
from datetime import datetime
from typing import Any

from catcher.model.mail.observation import Sensitivity, SizeClass
from catcher.model.mail.policy import Outcome
from catcher.model.value import value

DELIVERY_LOG_DAYS = 14
"""Days for which a line is kept. A sender asks within days; older deliveries stand in the observations."""
_REF_LETTERS = 4


def _logged(meaning: str, sensitivity: Sensitivity) -> Any:
    kept = f"{DELIVERY_LOG_DAYS} days"
    return field(metadata={"meaning": meaning, "sensitivity": sensitivity, "retention": kept})


@value
class DeliveryLine:
    """One transaction that got its reply."""

    at: datetime = _logged("When the transaction ended, to the minute.", Sensitivity.PERSONAL)
    ref: str = _logged(
        "The first four letters of the reference in our reply, which stands in the sender's own log, too.",
        Sensitivity.ORGANISATION,
    )
    outcome: Outcome = _logged("How the transaction ended.", Sensitivity.OPERATIONAL)
    size_class: SizeClass | None = _logged("Coarse size; none when no message was taken.", Sensitivity.OPERATIONAL)

    @classmethod
    def of(cls, at: datetime, ref: str, outcome: Outcome, octets: int | None) -> DeliveryLine:
        """The line of a transaction with the whole reference ``ref`` and ``octets`` of message."""
        size_class = None if octets is None else SizeClass.of(octets)
        return cls(at.replace(second=0, microsecond=0), ref[:_REF_LETTERS], outcome, size_class)

    def __str__(self) -> str:
        """``2026-11-30T12:34Z 8Z8C accepted 10kB``."""
        return f"{self.at:%Y-%m-%dT%H:%MZ} {self.ref} {self.outcome} {self.size_class or '-'}"


def delivery_dictionary() -> dict[str, dict[str, str]]:
    """Name of each field of a line → its meaning, sensitivity and retention."""
    return {f.name: {key: str(entry) for key, entry in f.metadata.items()} for f in fields(DeliveryLine)}
