"""The party to tell: domain → the affected party's domain, or nobody."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from catcher.directory.providers import FREEMAIL, PLATFORMS
from catcher.directory.suffixes import Suffixes


class Parties:
    """party_of bound to a public suffix list."""

    def __init__(self, suffixes: Suffixes) -> None:
        self._suffixes = suffixes

    def party_of(self, domain: str) -> str | None:
        """The organizational domain of ``domain`` (A-labels), or None: a freemail provider's, a sending platform's,
        or a public suffix (behind which are many)."""
        own = self._suffixes.organizational_domain(domain)
        if own in FREEMAIL or own in PLATFORMS or self._suffixes.registrable(own) is None:
            return None
        return own


@cache
def _installed() -> Callable[[str], str | None]:
    return Parties(Suffixes()).party_of


def party_of(domain: str) -> str | None:
    """Parties.party_of by the installed list, which is read at the first call."""
    return _installed()(domain)
