"""The neighbouring keys on the three most common keyboard layouts."""

from __future__ import annotations

_LAYOUTS = (
    ("1234567890-", "qwertyuiop", "asdfghjkl", "zxcvbnm"),  # QWERTY
    ("qwertzuiop", "asdfghjkl", "yxcvbnm"),  # QWERTZ
    ("azertyuiop", "qsdfghjklm", "wxcvbn"),  # AZERTY
)
"""Rows from the top; each is shifted half a key to the right of the one above, so key n lies over n - 1 and n."""


def _beside() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for rows in _LAYOUTS:
        for number, row in enumerate(rows):
            below = rows[number + 1] if number + 1 < len(rows) else ""
            for place, key in enumerate(row):
                for other in (*row[place + 1 : place + 2], *below[max(place - 1, 0) : place + 1]):
                    found.setdefault(key, set()).add(other)
                    found.setdefault(other, set()).add(key)
    return {key: frozenset(others) for key, others in found.items()}


BESIDE = _beside()
"""Key → the keys that a finger may hit by mistake."""
