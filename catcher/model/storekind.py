"""The kinds of store: what stands before the colon of ``[store] url``."""

from __future__ import annotations

from enum import StrEnum


class StoreKind(StrEnum):
    """A kind of store. ``store.adapter`` opens it; the fixture of tests/unit/store runs the contract over it."""

    SQLITE = "sqlite"
