"""Keys of JSON values."""

from __future__ import annotations

from collections.abc import Iterator


def keys_of(value: object) -> Iterator[str]:
    """Every key in a JSON value, at any depth."""
    if isinstance(value, dict):
        yield from value
        value = [*value.values()]
    if isinstance(value, list):
        for item in value:
            yield from keys_of(item)
