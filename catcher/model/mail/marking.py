"""The marking of a mail: its scheme and its level, both from closed lists. Never free text."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, assert_never

from catcher.model.value import value


class Scheme(StrEnum):
    """The scheme of a marking: its field, and the meaning of its words (table in ``fingerprint.header.markings``)."""

    SENSITIVITY = "sensitivity"
    MSIP = "msip"
    PROTECTIVE_MARKING = "protective-marking"
    SIO_LABEL = "sio-label"
    CLASSIFICATION = "classification"
    IMPORTANCE = "importance"

    @property
    def protective(self) -> bool:
        """Whether the scheme demands protection of the content; other schemes only state the mail's urgency."""
        match self:
            case Scheme.SENSITIVITY | Scheme.MSIP | Scheme.PROTECTIVE_MARKING | Scheme.SIO_LABEL:
                return True
            case Scheme.CLASSIFICATION:
                return True
            case Scheme.IMPORTANCE:
                return False
            case _:
                assert_never(self)


GRAVE_LEVELS = (
    "top-secret",
    "secret",
    "company-confidential",
    "confidential",
    "restricted",
    "protected",
    "official-sensitive",
    "sensitive",
    "cui",
)
"""The levels ``restricted`` and above, gravest first."""


@value
class Marking:
    """A marking: the scheme, and a level from a closed list; any other level is ``other``. Never free text."""

    scheme: Scheme
    level: str
    signed: bool = False
    """Whether an aligned DKIM signature that passed covers the marking's field."""

    @property
    def grave(self) -> bool:
        """Whether the marking demands protection, of a level that is ``restricted`` or above."""
        return self.scheme.protective and self.level in GRAVE_LEVELS

    def to_json(self) -> dict[str, Any]:
        return {"scheme": self.scheme, "level": self.level}


def gravest(markings: Iterable[Marking]) -> Marking | None:
    """The marking of the gravest level among those that are ``grave``; None without one."""
    grave = [marking for marking in markings if marking.grave]
    return min(grave, key=lambda marking: GRAVE_LEVELS.index(marking.level), default=None)
