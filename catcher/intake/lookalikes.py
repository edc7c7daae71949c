"""The protected names of a node, ready to be matched: watch-list, imported directories, popularity."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from catcher.directory import Organisations, Popularity, Suffixes
from catcher.lookalike import Lookalikes, Match

WATCHED = 3.0
"""How much likelier than a name out of a directory one is meant that the operator has put on the watch-list."""
_REMEMBERED = 4_096


def matcher(organisations: Organisations, suffixes: Suffixes) -> Callable[[str], Match]:
    """The function from a typed domain (A-labels) to its Match. The latest answers are remembered, boundedly."""
    popularity = Popularity(suffixes.registrable)
    protected = {
        name: popularity.weight(name) * (WATCHED if name in organisations.watched else 1.0)
        for name in organisations.names
    }
    return lru_cache(_REMEMBERED)(Lookalikes(protected, suffixes.registrable).match)
