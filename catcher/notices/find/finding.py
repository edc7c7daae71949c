"""The finding of one source about a party, before it is checked."""

from __future__ import annotations

from dataclasses import dataclass, field

from catcher.model.telling.contact import StepReason, StepResult


@dataclass(frozen=True, slots=True)
class SourceFinding:
    result: StepResult
    reason: StepReason | None = None
    host: str | None = None
    """The host that answered: a name in A-labels, or a phrase of ours."""
    addresses: tuple[str, ...] = field(default=(), repr=False)
    """The addresses as the source sent them: hostile text."""
    language: str | None = None

    @classmethod
    def none(cls, reason: StepReason, host: str | None = None) -> SourceFinding:
        """The finding of a source that answered and names nobody."""
        return cls(StepResult.NONE, reason, host)

    @classmethod
    def failed(cls, reason: StepReason, host: str | None = None) -> SourceFinding:
        """The finding when the source could not be read."""
        return cls(StepResult.FAILED, reason, host)

    @classmethod
    def refused(cls, reason: StepReason, host: str | None = None) -> SourceFinding:
        """The finding when the source's answer must not be used."""
        return cls(StepResult.REFUSED, reason, host)

    @classmethod
    def found(cls, addresses: tuple[str, ...], host: str | None = None, language: str | None = None) -> SourceFinding:
        """The finding of a source that names ``addresses``."""
        return cls(StepResult.FOUND, None, host, addresses, language)
