"""Finds the party that gets notices: domain → the affected party's domain, or None."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache

from catcher.directory.providers import platform_of
from catcher.directory.suffixes import Suffixes
from catcher.model.mail.fingerprint import Platform


class Parties:
    """``party_of`` by one public suffix list, with the operator's own list of mailbox providers."""

    def __init__(self, suffixes: Suffixes, own: Collection[str] = ()) -> None:
        """``own``: domains of mailbox providers, in A-labels."""
        self._suffixes = suffixes
        self._own = frozenset(map(suffixes.organizational_domain, own))

    def platform_of(self, domain: str) -> Platform | None:
        """The kind of platform that the organizational domain ``domain`` belongs to; None: no known platform."""
        return Platform.FREEMAIL if domain in self._own else platform_of(domain)

    def party_of(self, domain: str) -> str | None:
        """The organizational domain of ``domain`` (A-labels). None for a domain of many parties: a public suffix, and
        what ``platform_of`` knows: a mailbox provider, a gateway, a sending platform."""
        own = self._suffixes.organizational_domain(domain)
        if self.platform_of(own) is not None or self._suffixes.registrable(own) is None:
            return None
        return own


@cache
def _installed() -> Callable[[str], str | None]:
    return Parties(Suffixes()).party_of


def party_of(domain: str) -> str | None:
    """``Parties.party_of`` by the installed public suffix list, which is read at the first call, without a list of the
    operator's own."""
    return _installed()(domain)
