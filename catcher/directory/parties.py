"""Finds the party that gets notices: domain → the affected party's domain, or None."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from catcher.directory.providers import FREEMAIL, PLATFORMS
from catcher.directory.suffixes import Suffixes


class Parties:
    """``party_of`` by one public suffix list."""

    def __init__(self, suffixes: Suffixes) -> None:
        self._suffixes = suffixes

    def party_of(self, domain: str) -> str | None:
        """The organizational domain of ``domain`` (A-labels). None for a domain of many parties: a freemail provider's,
        a sending platform's, or a public suffix."""
        own = self._suffixes.organizational_domain(domain)
        if own in FREEMAIL or own in PLATFORMS or self._suffixes.registrable(own) is None:
            return None
        return own


@cache
def _installed() -> Callable[[str], str | None]:
    return Parties(Suffixes()).party_of


def party_of(domain: str) -> str | None:
    """``Parties.party_of`` by the installed public suffix list, which is read at the first call."""
    return _installed()(domain)
