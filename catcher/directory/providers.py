"""Domains behind which stands no organisation that could be told: two lists that travel with the package."""

from __future__ import annotations

from importlib.resources import files


def _listed(name: str) -> frozenset[str]:
    lines = files("catcher.directory").joinpath(name).read_text(encoding="ascii").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


FREEMAIL = _listed("freemail.txt")
"""Organizational domains of freemail providers."""

PLATFORMS = _listed("platforms.txt")
"""Organizational domains that sending platforms use."""
