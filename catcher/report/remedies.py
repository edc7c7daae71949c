"""Makes the remedy kit: rules to paste that make a mail system refuse mail to typo domains and to names below them.

``KIT_FILES`` lists the files of each rule; each file has a template in ``templates/kit``. The report's sentences
(``sentences.j2``) explain how to install a rule, so the rules themselves need no translation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from catcher.model.telling.remedy import Remedy, RemedyPart, System
from catcher.model.telling.report import PartyName
from catcher.report import pasted

KIT_FILES = {
    System.EXCHANGE_ONLINE: ("exchange-online.ps1",),
    # RecipientDomainIs would not match names below the domain; a rule's name has at most 64 characters, hence [:57].
    System.GOOGLE_WORKSPACE: ("google-workspace.txt",),
    System.POSTFIX: ("typo_domains", "postfix.sh"),
    # transport(5) with error(8) covers submitted, relayed and local mail; texthash needs no postmap.
    System.EXIM: ("exim_typo_domains", "exim_router"),
    # partial0-lsearch finds *.army.ml for army.ml as well.
    System.PROOFPOINT: ("proofpoint.csv",),
    System.MIMECAST: ("mimecast.csv",),
    System.RPZ: ("rpz.zone",),
}
"""System → the files of its rule."""


@dataclass(frozen=True, slots=True)
class _Typo:
    """The values of one typo domain for the templates; all their characters are safe to paste."""

    domain: str
    pattern: str
    words: str


def remedies(typos: Iterable[tuple[PartyName, PartyName | None]], *, made_on: date) -> tuple[Remedy, ...]:
    """Rules against all ``typos``: pairs of typo domain and intended domain (None: unknown).

    ``made_on`` becomes the serial of the RPZ zone, because the serial has to rise with every new kit. Raises
    Unpasteable when a typo domain is no domain name.
    """
    values = {"typos": [_typo(*pair) for pair in typos], "serial": f"{made_on:%Y%m%d}00"}
    return tuple(
        Remedy(system, tuple(RemedyPart(file, pasted.fill(f"kit/{file}", **values)) for file in files))
        for system, files in KIT_FILES.items()
    )


def _typo(domain: PartyName, intended: PartyName | None) -> _Typo:
    name = pasted.word(domain.domain)
    try:
        words = f"{name} is not {pasted.word(intended.domain)}" if intended else f"mail to {name} goes astray"
    except pasted.Unpasteable:
        words = f"mail to {name} goes astray"
    return _Typo(name, pasted.pattern(name), words)
