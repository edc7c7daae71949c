"""What one source says of a party, before anything is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from catcher.model.contact import StepReason, StepResult


@dataclass(frozen=True, slots=True)
class Said:
    result: StepResult
    reason: StepReason | None = None
    host: str | None = None
    """The host that said it: A-labels or our own words."""
    addresses: tuple[str, ...] = field(default=(), repr=False)
    """As they came: hostile text."""
    language: str | None = None


def none(reason: StepReason, host: str | None = None) -> Said:
    """It was looked at, and names nobody."""
    return Said(StepResult.NONE, reason, host)


def failed(reason: StepReason, host: str | None = None) -> Said:
    """It could not be looked at."""
    return Said(StepResult.FAILED, reason, host)


def refused(reason: StepReason, host: str | None = None) -> Said:
    """What it says is not to be used."""
    return Said(StepResult.REFUSED, reason, host)


def found(addresses: tuple[str, ...], host: str | None = None, language: str | None = None) -> Said:
    """It names somebody."""
    return Said(StepResult.FOUND, None, host, addresses, language)
