"""The addresses at which a notice is answered: ``VERB+CODE@`` below ``[notify] domain``. The address is the answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verb(StrEnum):
    """The meaning of a mail to such an address."""

    BOUNCE = "bounce"
    """The reverse-path of the notice: what comes there is a delivery report."""
    GOT_IT = "got-it"
    """It arrived, somebody looks into it."""
    STOP = "stop"
    """Take our mail no more."""
    TRANSFER = "transfer"
    """We want the name."""
    WRONG = "wrong"
    """This isn't the right address."""


@dataclass(frozen=True, slots=True)
class PartyAnswer:
    """A mail to such an address: its meaning, and the notice that it answers."""

    verb: Verb
    notice: str
    """The notice's id, ``ntc-…``."""


@dataclass(frozen=True, slots=True)
class AnswerAddresses:
    """The addresses that a report prints as text, full ones."""

    got_it: str
    wrong: str
    stop: str
    transfer: str

    def to_json(self) -> dict[str, Any]:
        return {"got_it": self.got_it, "wrong": self.wrong, "stop": self.stop, "transfer": self.transfer}
