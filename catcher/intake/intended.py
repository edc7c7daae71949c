"""Finds the intended domain of a typed domain: the catalogue declares it, or it is guessed from the typed name."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from catcher.catalogue import Catalogue
from catcher.lookalike import Match
from catcher.model.mail.fingerprint import Basis, Intended

_CACHED_DOMAINS = 1_024


def unwound_by(match: Callable[[str], Match], organisation: Callable[[str], str | None]) -> Callable[[str], Intended]:
    """The function from a typed domain (A-labels) to its Intended, by the protected names alone.

    The Intended lists its candidates even when none of them is claimed.
    """

    def intended(typed: str) -> Intended:
        found = match(typed)
        if found.abstained:
            return Intended(typed, None, None, Basis.NONE, found.candidates, abstained=True)
        meant = found.candidates[0].domain
        return Intended(typed, meant, organisation(meant), Basis.LOOKALIKE, found.candidates)

    return intended


def declared_by(
    catalogue: Catalogue,
    organisation: Callable[[str], str | None],
    otherwise: Callable[[str], Intended] | None = None,
) -> Callable[[str], Intended]:
    """The function from a typed domain (A-labels) to its Intended; the latest results are cached.

    ``otherwise`` gives the Intended of a domain that the catalogue doesn't declare; without ``otherwise`` its basis is
    ``none``.
    """

    @lru_cache(_CACHED_DOMAINS)
    def intended(typed: str) -> Intended:
        entry = catalogue.find(typed)
        if entry is not None and entry.intended is not None:
            return Intended(typed, entry.intended, organisation(entry.intended), Basis.DECLARED)
        return otherwise(typed) if otherwise else Intended(typed, None, None, Basis.NONE, abstained=True)

    return intended
