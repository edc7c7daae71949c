"""Ended transactions, in the form that intake takes, and the port to intake."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Protocol

from catcher.model.mail.policy import Outcome, Policy
from catcher.model.mail.transaction import Transaction
from catcher.model.telling.answer import PartyAnswer
from catcher.model.value import value


@value
class Ended:
    """An ended transaction, or its refused part."""

    transaction: Transaction = field(repr=False)
    ref: str
    policies: Mapping[str, Policy]
    outcome: Outcome
    charged: int = 0
    """Octets of the envelope that ``EnvelopePool`` counts until the transaction is recorded."""


@value
class Answered:
    """A transaction that answered notices. The recipient's address is the whole answer: nothing else is kept."""

    answers: tuple[PartyAnswer, ...]
    """The answers; there may be none: mail to the reverse-path of a notice isn't always a bounce."""
    at: datetime
    outcome: None = None
    charged: int = 0


class IntakePort(Protocol):
    """Takes ended transactions. ``catcher.intake.Intake`` implements this port."""

    def new_ref(self) -> str:
        """A random reference for one transaction."""
        ...

    def take(
        self, transaction: Transaction, *, ref: str, policies: Mapping[str, Policy], outcome: Outcome
    ) -> Awaitable[object]:
        """The result is done when the observations are stored durably. It fails with StoreUnavailable when they can't
        be stored."""
        ...

    def note(self, answers: Sequence[PartyAnswer], at: datetime) -> Awaitable[object]:
        """The result is done when the answers to notices are stored durably. It fails with CatcherError when they can't
        be stored now."""
        ...
