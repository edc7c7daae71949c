"""Domains that identify the carrier of a mail and not its sender: three lists that come with the package."""

from __future__ import annotations

from importlib.resources import files

from catcher.model.mail.fingerprint import Platform


def _listed(name: str) -> frozenset[str]:
    lines = files("catcher.directory").joinpath(name).read_text(encoding="ascii").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


FREEMAIL = _listed("freemail.txt")
"""Organizational domains of freemail providers."""

PLATFORMS = _listed("platforms.txt")
"""Organizational domains that sending platforms use."""

CARRIERS = {domain: Platform(kind) for domain, kind in (line.split() for line in _listed("carriers.txt"))}
"""Organizational domains of mailbox providers and gateways."""


def platform_of(domain: str) -> Platform | None:
    """The kind of platform that the organizational domain ``domain`` belongs to; None: no known platform."""
    if domain in FREEMAIL:
        return Platform.FREEMAIL
    return Platform.BULK if domain in PLATFORMS else CARRIERS.get(domain)
