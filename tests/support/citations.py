"""What the code cites of the design's page, and what that page holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CITED = re.compile(r'DESIGN((?:,? (?:and )?§\d+(?:\.\d+)?)+)(?: "([^"]+)")?')
_PROMISES = re.compile(r"\b[Pp]romises? (\d+(?:(?:,| and) \d+)*)")
_HEADING = re.compile(r"^#+ §?(\d+)\.? ", re.MULTILINE)


def cited(text: str) -> Iterator[str]:
    """The places that a text cites: ``§3``, ``§3 "Notices"``, ``§2.6`` (also for "promise 6")."""
    joined = re.sub(r"\s*\n\s*(?:#:? ?)?", " ", text)
    for sections, part in _CITED.findall(joined):
        numbers = re.findall(r"§(\d+(?:\.\d+)?)", sections)
        yield from (f"§{number}" for number in numbers[: -1 if part else None])
        if part:
            yield f'§{numbers[-1]} "{part}"'
    for numbers in _PROMISES.findall(joined):
        yield from (f"§2.{number}" for number in re.findall(r"\d+", numbers))
    yield from ("DESIGN without a §" for _ in re.finditer(r"\bDESIGN\b(?!,? (?:and )?§|, promise)", joined))


def held(page: str) -> set[str]:
    """The places that the design's page has, written as ``cited`` writes them."""
    found = set()
    headings = list(_HEADING.finditer(page))
    for heading, after in zip(headings, [*headings[1:], None], strict=True):
        text = page[heading.end() : after.start() if after else None]
        found.add(f"§{heading[1]}")
        found |= {f"§{heading[1]}.{number}" for number in re.findall(r"^(\d+)\. ", text, re.MULTILINE)}
        found |= {f'§{heading[1]} "{part}"' for part in re.findall(r"^\*\*([^*]+?)\.?\*\*", text, re.MULTILINE)}
    return found
