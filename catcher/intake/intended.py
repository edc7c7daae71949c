"""For whom a typed domain stands, as the catalogue declares it."""

from __future__ import annotations

from collections.abc import Callable

from catcher.catalogue import Catalogue
from catcher.model.fingerprint import Basis, Intended


def declared_by(catalogue: Catalogue, organisation: Callable[[str], str | None]) -> Callable[[str], Intended]:
    """The function from a typed domain (A-label) to its Intended; ``basis: none`` where the catalogue says nothing."""

    def intended(typed: str) -> Intended:
        entry = catalogue.find(typed)
        if entry is None or entry.intended is None:
            return Intended(typed, None, None, Basis.NONE, abstained=True)
        return Intended(typed, entry.intended, organisation(entry.intended), Basis.DECLARED)

    return intended
