"""Contacts of the parties that are told of a leak."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from catcher.model.telling.contact import Contact, StepOutcome

ContactChange = Callable[[Sequence[Contact]], Sequence[Contact]]
"""Pure: a party's contacts as stored → as they are to be stored; ``model.telling.contact.merged`` and its like."""


class ContactStore(Protocol):
    """Contacts by party, and the outcome of each step that looked for them."""

    def change_contacts(
        self, party: str, change: ContactChange, *, outcomes: Sequence[StepOutcome] = ()
    ) -> tuple[Contact, ...]:
        """Replaces the contacts of ``party`` by what ``change`` makes of them; returns those, in order.

        Reading, changing and writing are one transaction. It stores ``outcomes``, too, each in the place of the earlier
        one of its party and step. Raises ValueError for several contacts with one address and for another party's.
        """
        ...

    def contacts(self, party: str | None = None) -> Iterator[Contact]:
        """The stored contacts of ``party``, or of all by party, as ``model.telling.contact.in_order``."""
        ...

    def contact_outcomes(self, party: str) -> tuple[StepOutcome, ...]:
        """The latest outcome of each step that was taken for ``party``, in the order of the cascade."""
        ...
