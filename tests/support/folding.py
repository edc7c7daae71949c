"""How tests fold observations: every domain is an organisation of its own, save freemail.example."""

from __future__ import annotations

from catcher.incident import MailFolder
from catcher.model.ports import Folder


def party_of(domain: str) -> str | None:
    return None if domain == "freemail.example" else domain


folder: Folder = MailFolder(party_of)
