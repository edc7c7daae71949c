"""The addressee of a notice: a copy of the contact, made when the notice was drafted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from catcher.model.telling.contact import Contact, Source


@dataclass(frozen=True, slots=True)
class Addressee:
    """The addressee of one notice. Its printed form never shows the address."""

    address: str = field(repr=False)
    """A mail address; for a letter the postal address, on one line."""
    source: Source
    """The step of the contact cascade that found the address."""
    trusted: bool
    """Whether a report may name counterparties to it (``Contact.trusted``); other addressees get totals and the
    remedy."""
    openpgp: str | None = None
    """File of the OpenPGP key with which the mail is encrypted."""

    @classmethod
    def of(cls, contact: Contact) -> Addressee:
        return cls(contact.address, contact.source, contact.trusted, contact.openpgp)

    def to_json(self) -> dict[str, Any]:
        return {"address": self.address, "source": self.source, "trusted": self.trusted, "openpgp": self.openpgp}
