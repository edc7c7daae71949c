"""The names of the organisations that are known here, ready to be matched."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from catcher.directory import Organisations, Popularity, Suffixes
from catcher.lookalike import Letters, Lookalikes, Match

OUT_OF_A_DIRECTORY = 1 / 3
"""How likely, beside one that the operator has put on the watch-list, a name out of a directory is meant."""
_REMEMBERED = 4_096


def matcher(organisations: Organisations, suffixes: Suffixes) -> Callable[[str], Match]:
    """The function from a typed domain (A-labels) to its Match. The latest answers are remembered, boundedly."""
    popularity = Popularity(suffixes.registrable)
    watched = organisations.watched or organisations.names
    protected = {
        name: popularity.weight(name) * (1.0 if name in watched else OUT_OF_A_DIRECTORY) for name in organisations.names
    }
    letters = Letters(popularity.labels)
    return lru_cache(_REMEMBERED)(Lookalikes(protected, suffixes.registrable, letters).match)
