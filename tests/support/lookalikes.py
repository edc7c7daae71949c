"""A registrable domain without the public suffix list, for tests of the matcher."""

from __future__ import annotations


def registrable(name: str) -> str | None:
    """Two labels, or three below ``co.example``."""
    labels = name.split(".")
    needed = 3 if labels[-2:] == ["co", "example"] else 2
    return ".".join(labels[-needed:]) if len(labels) >= needed else None
