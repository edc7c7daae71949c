"""Rows of a catalogue, for tests that need some."""

from __future__ import annotations

from datetime import date

from catcher.catalogue import Entry
from catcher.model.policy import Policy


def row(
    domain: str, policy: Policy = Policy.ACCEPT, *, until: date | None = None, then: Policy = Policy.OBSERVE
) -> Entry:
    """A row that stands for army.mil."""
    return Entry(domain, "army.mil", policy, until, then, "", "catalogue.csv:2")
