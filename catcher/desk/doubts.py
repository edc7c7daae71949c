"""Finds rows of the catalogue and of the watch-list that are valid but probably a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from catcher.catalogue import Catalogue
from catcher.directory import Suffixes, listed
from catcher.model.errors import Fault

_listed = cache(listed)
_suffixes = cache(Suffixes)


def doubtful(catalogue: Catalogue) -> Iterator[Fault]:
    """Rows for a public suffix, sorted by name; then, in the files' order, rows whose intended domain is catalogued."""
    yield from _public_suffixes(catalogue)
    yield from _strays(catalogue, catalogue)


def doubtful_with(added: Catalogue, catalogue: Catalogue) -> Iterator[Fault]:
    """The same faults, limited to the rows ``added`` to ``catalogue`` and to rows whose intended domain they hold."""
    yield from _public_suffixes(added)
    yield from _strays(added, catalogue)
    yield from _strays(added, added)
    yield from _strays(catalogue, added)


def public_suffix(domain: str) -> bool:
    """Whether ``domain`` (A-labels) is a public suffix of the installed list."""
    named, whole = _listed()
    return (domain in named or domain.partition(".")[2] in whole) and _suffixes().is_public(domain)


def _public_suffixes(catalogue: Catalogue) -> Iterator[Fault]:
    named, whole = listed()
    found = {name for name in named if name in catalogue}
    if below := whole & catalogue.parents:
        found |= {domain for domain in catalogue.domains() if domain.partition(".")[2] in below}
    for entry in filter(None, map(catalogue.get, sorted(filter(Suffixes().is_public, found)))):
        what = f"{entry.domain} is a public suffix: the row takes in all names below it, other people's, too"
        yield Fault(entry.where, what, "write the names below it that are yours")


def doubtful_watch(watched: Iterable[str], where: str) -> Iterator[Fault]:
    """The names in the watch-list, the file ``where``, that are public suffixes."""
    for domain in filter(Suffixes().is_public, watched):
        what = f"{domain} is a public suffix: the names below it belong to many organisations"
        yield Fault(where, what, "write the domain of one organisation")


def _strays(rows: Catalogue, held: Catalogue) -> Iterator[Fault]:
    for entry, holder in rows.strays_to(held):
        place = "which is" if entry.intended == holder.domain else f"which lies in {holder.domain}, and that is"
        what = (
            f"{entry.domain} is meant for {entry.intended}, {place} catalogued itself ({holder.where}): "
            "mail would be reported to a domain that strays"
        )
        yield Fault(entry.where, what, "write the domain that senders mean in the end, or leave intended empty")
