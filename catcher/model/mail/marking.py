"""The marking of a mail: its scheme and its level, both from closed lists. Never free text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


class Level(StrEnum):
    """The closed list of levels, the gravest first. When a text names several levels, the gravest one counts."""

    TOP_SECRET = "top-secret"
    SECRET = "secret"
    CONFIDENTIAL = "confidential"
    COMPANY_CONFIDENTIAL = "company-confidential"
    PROTECTED = "protected"
    """Australia's lowest security classification."""
    RESTRICTED = "restricted"
    OFFICIAL_SENSITIVE = "official-sensitive"
    """Of the United Kingdom and Australia: what was ``restricted`` there before 2014 and 2018."""
    CUI = "cui"
    """Controlled Unclassified Information of the United States (32 CFR 2002), and FOUO before it."""
    SENSITIVE = "sensitive"
    """Australia's markers before 2018 (``DLM=Sensitive:…``): today OFFICIAL: Sensitive."""
    PRIVATE = "private"
    PERSONAL = "personal"
    INTERNAL = "internal"
    OFFICIAL = "official"
    PUBLIC = "public"
    UNOFFICIAL = "unofficial"
    UNCLASSIFIED = "unclassified"
    HIGH = "high"
    LOW = "low"
    OTHER = "other"
    """There is a marking, but its text names none of these levels."""

    @property
    def grave(self) -> bool:
        """Whether the level is ``restricted``, one of its equals (``official-sensitive``, ``cui``, ``sensitive``), or
        graver."""
        return _PLACE[self] <= _PLACE[Level.SENSITIVE]


_PLACE = {level: place for place, level in enumerate(Level)}


@value
class Marking:
    """A marking: the scheme, and a level of the closed list. Never free text."""

    scheme: Scheme
    level: str
    """A word of Level."""
    signed: bool = False
    """Whether an aligned DKIM signature that passes covers the marking's field."""

    @property
    def grave(self) -> bool:
        """Whether the marking demands protection at ``restricted`` or above."""
        return self.scheme.protective and Level(self.level).grave

    def to_json(self) -> dict[str, Any]:
        return {"scheme": self.scheme, "level": self.level}


def gravest_marking(markings: Iterable[Marking]) -> Marking | None:
    """The marking of the gravest level among those that are ``grave``; None without one."""
    grave = [marking for marking in markings if marking.grave]
    return min(grave, key=lambda marking: _PLACE[Level(marking.level)], default=None)


@value
class OwnMarkings:
    """The operator's own list of markings, by field."""

    fields: Mapping[bytes, tuple[tuple[str, Level], ...]]
    """Name in lower case → (words, level) of its rows, in order; ``fingerprint.header.ownmarkings`` reads them."""


NO_OWN_MARKINGS = OwnMarkings({})
