"""The addressee of a notice: a contact as it was when the notice was drafted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from catcher.model.telling.contact import Contact, Source


@dataclass(frozen=True, slots=True)
class Addressee:
    """Its printed form never shows the address."""

    address: str = field(repr=False)
    """A mail address; for a letter the postal address, on one line."""
    source: Source
    """The step of the contact cascade that gave it."""
    trusted: bool
    """Whether counterparties could be named to it (``Contact.trusted``); others get totals and the remedy."""
    openpgp: str | None = None
    """File of the OpenPGP key that the mail is encrypted to."""

    @classmethod
    def of(cls, contact: Contact) -> Addressee:
        return cls(contact.address, contact.source, contact.trusted, contact.openpgp)

    def to_json(self) -> dict[str, Any]:
        return {"address": self.address, "source": self.source, "trusted": self.trusted, "openpgp": self.openpgp}
