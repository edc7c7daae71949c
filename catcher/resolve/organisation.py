"""A name that is looked up → the organisation asked about, to which its look-ups are charged."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

import dns.name

from catcher.directory.suffixes import Suffixes

_REVERSE: dict[tuple[str, ...], int] = {("in-addr", "arpa"): 3 + 2, ("ip6", "arpa"): 12 + 2}
"""Zones of reverse names → labels of the network that stands for an organisation: a /24, a /48."""


@cache
def _organizational_domain() -> Callable[[str], str]:
    """Reads the public suffix list at the first look-up: a command that asks nothing doesn't wait for it."""
    return Suffixes().organizational_domain


@lru_cache(4096)
def organisation_asked(name: dns.name.Name) -> str:
    """The registrable domain of ``name``, a tenant's own name, or the network of a reverse name; lower case.

    A dot inside a label is written ``\\056``: no label passes for several.
    """
    labels = [label.decode("latin-1").lower().replace(".", "\\056") for label in name.labels if label]
    kept = _REVERSE.get(tuple(labels[-2:]))
    if kept is not None:
        return ".".join(labels[-kept:])
    return _organizational_domain()(".".join(labels))


def is_fixed(name: dns.name.Name, organisation: str) -> bool:
    """Whether nobody's mail can vary ``name``: it is the organisation's own, or that of its DMARC record.

    An organisation's SPF, MX and DMARC lie there: a few questions, each of which the cache answers for 30 seconds.
    """
    text = name.to_text(omit_final_dot=True).lower()
    return text == organisation or text == f"_dmarc.{organisation}"
