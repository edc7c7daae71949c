"""How tests fold observations: every domain is an organisation of its own, save freemail.example."""

from __future__ import annotations

from functools import partial

from catcher.incident import fold
from catcher.model.ports import Folder


def party_of(domain: str) -> str | None:
    return None if domain == "freemail.example" else domain


folder: Folder = partial(fold, party_of=party_of)
