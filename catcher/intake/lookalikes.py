"""Makes the matcher for the names of all organisations that a node knows."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from catcher.directory import Organisations, Popularity, Suffixes
from catcher.lookalike import Letters, Lookalikes, Match

OUT_OF_A_DIRECTORY = 1 / 3
"""Weight of a name from a directory; a name on the operator's watch-list has 1."""
_CACHED_DOMAINS = 4_096


def matcher(organisations: Organisations, suffixes: Suffixes) -> Callable[[str], Match]:
    """The function from a typed domain (A-labels) to its Match; the latest results are cached."""
    popularity = Popularity(suffixes.registrable)
    watched = organisations.watched or organisations.names
    protected = {
        name: popularity.weight(name) * (1.0 if name in watched else OUT_OF_A_DIRECTORY) for name in organisations.names
    }
    letters = Letters(popularity.labels)
    return lru_cache(_CACHED_DOMAINS)(Lookalikes(protected, suffixes.registrable, letters, lives=suffixes.is_tld).match)
