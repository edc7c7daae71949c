"""Rows and files of a catalogue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from catcher.catalogue import Entry
from catcher.model.mail.policy import Policy

Write = Callable[..., Path]
"""Writes rows into a catalogue file and names it."""


def row(
    domain: str, policy: Policy = Policy.ACCEPT, *, until: date | None = None, then: Policy = Policy.OBSERVE
) -> Entry:
    """A row that stands for army.mil."""
    return Entry(domain, "army.mil", policy, until, then, "", "catalogue.csv:2")
