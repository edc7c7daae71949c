"""The popularity of domains: people write more often to the names in a list that comes with the package."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from math import exp

WEIGHT = exp(0.02)
"""Factor by which a popular name is likelier to be intended than another name that is equally near. It is small, so it
only breaks ties: a small watched organisation gets its own mail, even beside a popular name. Found by trial in the
training of the channel's weights."""


class Popularity:
    """The labels of popular domains, without their suffix: popular organisations have domains in many countries."""

    def __init__(self, registrable: Callable[[str], str | None]) -> None:
        """``registrable``: Suffixes.registrable."""
        self._registrable = registrable
        lines = files("catcher.directory").joinpath("popular.txt").read_text(encoding="ascii").splitlines()
        self.labels: tuple[str, ...] = tuple(line for line in lines if line and not line.startswith("#"))
        self._known = frozenset(self.labels)

    def weight(self, domain: str) -> float:
        """The likelihood that ``domain`` (A-labels) is written to, relative to others; 1.0 for most domains."""
        own = self._registrable(domain)
        return WEIGHT if own is not None and own.partition(".")[0] in self._known else 1.0
