"""The port to stored contacts of the parties that get notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from catcher.model.telling.contact import Contact, StepOutcome

ContactChange = Callable[[Sequence[Contact]], Sequence[Contact]]
"""Pure: a party's contacts as stored → as they are to be stored; ``model.telling.contact.merged`` and its like."""


class ContactStore(Protocol):
    """Contacts by party, and the outcome of each search step."""

    def change_contacts(
        self, party: str, change: ContactChange, *, outcomes: Sequence[StepOutcome] = ()
    ) -> tuple[Contact, ...]:
        """Replaces the contacts of ``party`` by the result of ``change``; returns the new contacts, in order.

        Reading, changing and writing are one transaction, which also stores ``outcomes``; each outcome replaces the
        earlier outcome of its party and step. Raises ValueError for two contacts with the same address, and for a
        contact of another party.
        """
        ...

    def contacts(self, party: str | None = None) -> Iterator[Contact]:
        """The stored contacts of ``party``, or of all by party, as ``model.telling.contact.in_order``."""
        ...

    def contact_outcomes(self, party: str) -> tuple[StepOutcome, ...]:
        """The latest outcome of each search step taken for ``party``, in the order of the cascade."""
        ...
