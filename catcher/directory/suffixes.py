"""Wraps the public suffix list: name → organizational domain. Tenants of shared platforms have separate domains."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from publicsuffixlist import PSLFILE, PublicSuffixList

from catcher.model.domain import to_alabel
from catcher.model.tenant import tenant_of

_REMEMBERED = 65_536


@cache
def _installed_list() -> PublicSuffixList:
    """The list, read once in each process (this takes 30 ms and 1.4 MB) and never changed."""
    return PublicSuffixList()


@cache
def _tlds() -> frozenset[str]:
    """Every rule of the list without a dot, and the last label of every other one, as A-labels."""
    rules = Path(PSLFILE).read_text(encoding="utf-8").splitlines()
    found = {rule.partition(" ")[0].rpartition(".")[2] for rule in rules if rule and not rule.startswith("//")}
    return frozenset(to_alabel(name) for name in found if name)


class Suffixes:
    """The installed list. The latest results are cached. Thread-safe after construction."""

    def __init__(self) -> None:
        # Rules of the list's private section also count: hosts of one provider are different organisations (RFC 9989
        # uses the tree walk, RFC 7489 the whole list).
        self._list = _installed_list()
        self.organizational_domain = lru_cache(_REMEMBERED)(self._organizational_domain)
        """A-label name → its organizational domain. The organizational domain of a public suffix is itself."""

    def registrable(self, name: str) -> str | None:
        """The public suffix of ``name`` with one more label; None when ``name`` is a public suffix or no name.

        Tenants have no effect here: this is the list as it is published.
        """
        return self._list.privatesuffix(name.lower()) if name and not name.startswith(".") else None

    def is_public(self, name: str) -> bool:
        """Whether ``name`` (A-labels) is a public suffix: the names below it belong to many organisations."""
        return self._list.is_public(name)

    def is_tld(self, label: str) -> bool:
        """Whether ``label`` (an A-label) is a top-level domain that the list names."""
        return label in _tlds()

    def _organizational_domain(self, name: str) -> str:
        return tenant_of(name) or self.registrable(name) or name


def listed() -> tuple[set[str], set[str]]:
    """(the names that the installed list contains literally, the names with a wildcard below them); A-labels.

    Only these names, and names one label below a name of the second set, can be public suffixes (``is_public``).
    """
    named, whole = set(), set()
    for line in Path(PSLFILE).read_text(encoding="utf-8").splitlines():
        rule = line.partition(" ")[0]
        if rule and not rule.startswith("//"):
            name = to_alabel(rule.removeprefix("!").removeprefix("*."))
            named.add(name)
            if rule.startswith("*."):
                whole.add(name)
    return named, whole
