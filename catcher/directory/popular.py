"""Which domains are written to more than others: a tier of popular names that travels with the package."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from math import exp

WEIGHT = exp(0.02)
"""How much likelier a popular name is meant than another that is as near: it breaks a tie and no more, for a small
organisation that is watched gets its own mail, whatever the world visits. Found by trial in the recipe of the
channel's weights."""


class Popularity:
    """The labels of popular domains, whatever suffix they stand under: big names are present in many countries."""

    def __init__(self, registrable: Callable[[str], str | None]) -> None:
        """``registrable``: Suffixes.registrable."""
        self._registrable = registrable
        lines = files("catcher.directory").joinpath("popular.txt").read_text(encoding="ascii").splitlines()
        self.labels: tuple[str, ...] = tuple(line for line in lines if line and not line.startswith("#"))
        self._known = frozenset(self.labels)

    def weight(self, domain: str) -> float:
        """The likelihood that ``domain`` (A-labels) is written to, relative to others; 1.0 for most."""
        own = self._registrable(domain)
        return WEIGHT if own is not None and own.partition(".")[0] in self._known else 1.0
