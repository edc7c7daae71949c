"""Makes ``catcher/directory/mailboxproviders.txt`` from two lists of npm, and checks it against two of MISP.

    python -m tests.training.mailboxproviders EMAIL_PROVIDERS FREE_EMAIL_DOMAINS WARNINGLISTS

The arguments are the unpacked packages ``email-providers`` and ``free-email-domains`` of npm and
``pymispwarninglists`` of PyPI (``make mailbox-providers`` fetches them). Taken are the names of email-providers, and
those of free-email-domains that have the first label of one of them (``fastmail.in`` beside ``fastmail.com``), if they
are organizational domains and nothing shows that they are one organisation's own: no university or bank by MISP's
lists, not below a suffix of schools, governments or forces, not among ORGANISATIONS.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from pathlib import Path

from catcher.directory import Suffixes
from catcher.model.domain import DomainError, to_alabel

FILE = Path(__file__).parents[2] / "catcher" / "directory" / "mailboxproviders.txt"
ORGANISATIONS = frozenset(
    [
        "about.com",
        "alibaba.com",
        "ancestry.com",
        "berlin.de",
        "bt.com",
        "discovery.com",
        "dmv.com",
        "dnsmadeeasy.com",
        "doityourself.com",
        "example.com",
        "facebook.com",
        "geek.com",
        "go.com",
        "kansascity.com",
        "law.com",
        "medscape.com",
        "name.com",
        "oath.com",
        "parrot.com",
        "poste.it",
        "singpost.com",
        "space.com",
        "swissinfo.org",
        "techspot.com",
        "telstra.com",
        "test.com",
        "test.de",
        "www.com",
        "yourdomain.com",
        "casablancaresort.com",
        "catholic.org",
        "aver.com",
        "dailypioneer.com",
        "hamptonroads.com",
        "onmilwaukee.com",
        "au.com",
        "cox.com",
        "zain.com.co",
        "uu.net",
        "ohioticketpayments.xyz",
        "adfarrow.com",
        "tdf-illustration.com",
        "brew-meister.com",
        "england.edu",
    ]
)
"""Names of the lists that are organisations with staff of their own, as seen among the names that are popular too."""
_COARSE = re.compile("porn|slut|bitch|fuck|nazi|sex|asspoo|kontol|nigg|cunt|shit|whore|xxx|rape")
"""Names that a ministry's package shouldn't hold; all are throwaway domains."""
_NOT_FOR_ANYBODY = re.compile(r"(?:^|\.)(?:edu|ac|gov|gob|gouv|go|mil|int)(?:\.[a-z]{2})?\Z")
HEADER = """\
# Mailbox providers: an address there says nothing about where its owner works. Beside freemail.txt, ispmail.txt.
# Made by `make mailbox-providers` from two lists of npm, as tests/training/mailboxproviders.py says. Organizational
# domains, sorted, one a line. The lists' licences:
#
# email-providers {providers}, {isc}
#
# free-email-domains {free}, {mit}
"""


def chosen(providers: set[str], free: set[str], others: set[str]) -> list[str]:
    """The names that are mailbox providers; ``others``: names of universities and banks."""
    listed = _organizational(providers)
    labels = {name.partition(".")[0] for name in listed}
    listed |= {name for name in _organizational(free) if name.partition(".")[0] in labels}
    return sorted(listed - others - ORGANISATIONS)


def _organizational(texts: set[str]) -> set[str]:
    suffixes = Suffixes()
    found = set()
    for text in texts:
        try:
            name = to_alabel(text)
        except DomainError:
            continue
        if suffixes.registrable(name) == name and not _NOT_FOR_ANYBODY.search(name) and not _COARSE.search(name):
            found.add(name)
    return found


def _commented(package: Path) -> str:
    """The text of a package's licence, as lines of a comment but for its first one."""
    (file,) = package.glob("[Ll][Ii][Cc][Ee][Nn][Ss][Ee]*")
    text = file.read_text(encoding="utf-8").strip()
    lines = [line for paragraph in text.split("\n") for line in textwrap.wrap(paragraph, 116) or [""]]
    return "\n".join([lines[0], *(f"# {line}".rstrip() for line in lines[1:])])


def main(providers: Path, free: Path, warninglists: Path) -> None:
    lists = warninglists / "data" / "misp-warninglists" / "lists"
    others = {
        name.lower().lstrip(".")
        for each in ("university_domains", "bank-website")
        for name in json.loads((lists / each / "list.json").read_text(encoding="utf-8"))["list"]
    }
    names = chosen(
        set(json.loads((providers / "all.json").read_text(encoding="utf-8"))),
        set(json.loads((free / "domains.json").read_text(encoding="utf-8"))),
        others,
    )
    packages = [json.loads((each / "package.json").read_text(encoding="utf-8")) for each in (providers, free)]
    versions = [package["version"] for package in packages]
    licences = [_commented(providers), _commented(free)]
    header = HEADER.format(providers=versions[0], isc=licences[0], free=versions[1], mit=licences[1])
    FILE.write_text(header.replace("©", "(c)") + "".join(f"{name}\n" for name in names), encoding="ascii")
    print(f"{len(names)} names in {FILE.name}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
