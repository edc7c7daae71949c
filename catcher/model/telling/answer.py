"""The addresses for answers to a notice: ``VERB+CODE@`` and ``[notify] domain``. The address is the whole answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verb(StrEnum):
    """The meaning of a mail to an answer address."""

    BOUNCE = "bounce"
    """The address is the reverse-path of the notice: mail to it is a delivery report."""
    GOT_IT = "got-it"
    """The notice arrived, and somebody in the party works on it."""
    STOP = "stop"
    """The party wants its mail to be taken no more."""
    TRANSFER = "transfer"
    """The party wants the name."""
    WRONG = "wrong"
    """The notice went to the wrong address."""


@dataclass(frozen=True, slots=True)
class PartyAnswer:
    """A mail to an answer address: its meaning, and the notice that it answers."""

    verb: Verb
    notice: str
    """The notice's id, ``ntc-…``."""


@dataclass(frozen=True, slots=True)
class AnswerAddresses:
    """The full answer addresses, which a report prints as text."""

    got_it: str
    wrong: str
    stop: str
    transfer: str

    def to_json(self) -> dict[str, Any]:
        return {"got_it": self.got_it, "wrong": self.wrong, "stop": self.stop, "transfer": self.transfer}
