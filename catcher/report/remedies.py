"""The remedy kit: rules to paste that make a mail system refuse mail to typo domains, below them too.

Each is a table of files here, and a template a file in ``templates/kit``. How a rule is put in is a sentence of the
report (``sentences.j2``), so the rules themselves need no translation.
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
    # RecipientDomainIs would leave out names below; a rule's name has at most 64 characters, hence [:57].
    System.GOOGLE_WORKSPACE: ("google-workspace.txt",),
    System.POSTFIX: ("typo_domains", "postfix.sh"),
    # transport(5) with error(8) holds for submitted, relayed and local mail alike; texthash needs no postmap.
    System.EXIM: ("exim_typo_domains", "exim_router"),
    # partial0-lsearch finds *.army.ml for army.ml itself, too.
    System.PROOFPOINT: ("proofpoint.csv",),
    System.MIMECAST: ("mimecast.csv",),
    System.RPZ: ("rpz.zone",),
}
"""System → the files of its rule."""


@dataclass(frozen=True, slots=True)
class _Typo:
    """The templates' view of one typo domain; every character is harmless where it is pasted."""

    domain: str
    pattern: str
    words: str


def remedies(typos: Iterable[tuple[PartyName, PartyName | None]], *, made_on: date) -> tuple[Remedy, ...]:
    """Rules against every typo domain, each with what it was meant to be, if that is known.

    ``made_on`` becomes the serial of the zone, which has to rise when a kit is made anew. Raises Unpasteable when a
    typo domain is none.
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
