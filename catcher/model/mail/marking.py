"""The marking of a mail: its scheme, a closed list, and a level. Never free text."""

from __future__ import annotations

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
        """Whether it says that the content is to be protected; else only that the mail is urgent, or isn't."""
        match self:
            case Scheme.SENSITIVITY | Scheme.MSIP | Scheme.PROTECTIVE_MARKING | Scheme.SIO_LABEL:
                return True
            case Scheme.CLASSIFICATION:
                return True
            case Scheme.IMPORTANCE:
                return False
            case _:
                assert_never(self)


@value
class Marking:
    """A marking: the scheme and a level from a closed list, else ``other``; never free text."""

    scheme: Scheme
    level: str

    def to_json(self) -> dict[str, Any]:
        return {"scheme": self.scheme, "level": self.level}
