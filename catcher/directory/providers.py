"""Domains that identify the carrier of a mail and not its sender: lists that come with the package, and a rule for the
brands that give mailboxes under many suffixes.

``mailboxproviders.txt`` is made from two lists of npm (its header names their licences); ``freemail.txt`` has the best
known providers, ``ispmail.txt`` those that the lists lack, ``carriers.txt`` and ``platforms.txt`` who carries mail. An
operator's own list of providers, imported as kind ``mailboxes``, has one domain a row.
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from catcher.directory.csvfiles import read_csv_text
from catcher.model.csvrows import csv_rows
from catcher.model.domain import DomainError, to_alabel
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.mail.fingerprint import Platform


def _listed(name: str) -> frozenset[str]:
    lines = files("catcher.directory").joinpath(name).read_text(encoding="ascii").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


FREEMAIL = _listed("freemail.txt")
"""Organizational domains of the best known freemail providers."""

MAILBOX_PROVIDERS = FREEMAIL | _listed("mailboxproviders.txt") | _listed("ispmail.txt")
"""Organizational domains of all known providers of mailboxes for anybody."""

PLATFORMS = _listed("platforms.txt")
"""Organizational domains that sending platforms use."""

CARRIERS = {domain: Platform(kind) for domain, kind in (line.split() for line in _listed("carriers.txt"))}
"""Organizational domains of mailbox providers and gateways."""

_BRAND = re.compile(
    r"(?:yahoo|ymail|rocketmail|hotmail|windowslive|gmail|googlemail|protonmail|gmx|yandex|icloud|tutanota|rediffmail)"
    r"\.(?!(?:edu|ac|gov|gob|gouv|mil|int)(?:\.|\Z))[a-z0-9.-]+\Z"
    r"|(?:live|outlook|msn|aol)\.(?:(?:com?|net?|or)\.[a-z]{2}|[a-z]{2}|com|net)\Z"
)
"""Brands and the suffixes under which they give mailboxes. ``live``, ``outlook``, ``msn`` and ``aol`` are also words or
short: they count under a country's suffix, com and net alone, and are somebody else's under other suffixes."""


def platform_of(domain: str) -> Platform | None:
    """The kind of platform that the organizational domain ``domain`` belongs to; None: no known platform.

    A domain with a platform is nobody's organisation.
    """
    if domain in MAILBOX_PROVIDERS or _BRAND.match(domain):
        return Platform.FREEMAIL
    return Platform.BULK if domain in PLATFORMS else CARRIERS.get(domain)


MAILBOXES_FILE = "mailboxes.csv"
"""File name of the operator's list in the state folder."""
MAILBOXES_HEADER = "domain"


def own_mailbox_providers(file: Path | None) -> frozenset[str]:
    """The operator's list in ``file``; empty for None. Raises ConfigurationError with every fault."""
    if file is None:
        return frozenset()
    names, faults = read_mailbox_providers(read_csv_text(file), file.name)
    if faults:
        raise ConfigurationError(faults)
    return frozenset(names)


def read_mailbox_providers(text: str, where: str) -> tuple[list[str], list[Fault]]:
    """(the domains in the first column, in A-labels; a fault for each row without one). A header row ``domain`` may
    stand first. Raises ConfigurationError for a text that is no CSV."""
    found: dict[str, None] = {}
    faults: list[Fault] = []
    for line, cells in csv_rows(text, where):
        if not any(cells) or cells[0].startswith("#") or (line == 1 and cells[0].lower() == MAILBOXES_HEADER):
            continue
        try:
            name = to_alabel(cells[0])
        except DomainError as error:
            faults.append(Fault(f"{where}:{line}", str(error), "a domain name in the first column"))
            continue
        if "." not in name:
            faults.append(Fault(f"{where}:{line}", f"{name} is a whole top-level domain", "a provider's domain"))
        else:
            found[name] = None
    return list(found), faults


def rendered_mailbox_providers(names: list[str]) -> str:
    """The text of the operator's list."""
    return "".join(f"{name}\n" for name in [MAILBOXES_HEADER, *names])
