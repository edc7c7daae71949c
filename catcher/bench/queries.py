"""Makes the queries of the DNS benchmark, like those of resolvers, with names that return or never return."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RETURN, NEVER = "names return", "names never return"
_RETURNING = 20_000
_FRESH = 3_000_000
DIGITS = 6
"""Number of digits in the first label of a name that never returns; two characters stand before the digits."""

EDNS = ((), ("-e",), ("-e", "-E", "10:0123456789abcdef"))
"""dnsperf's options, each for one third of the load: without EDNS, with EDNS, and with a client's cookie."""


@dataclass(frozen=True, slots=True)
class Mix:
    name: str
    files: tuple[Path, ...]
    """One file of queries for each of ``EDNS``; names that never return occur in one file only."""
    returning: bool = True
    """False: the first label of each name ends in ``DIGITS`` digits, which a load program may change for new names."""


def domain(number: int) -> str:
    """Catalogued domain number ``number``."""
    return f"d{number}.test"


def mixes(folder: Path, domains: int) -> list[Mix]:
    """Both mixes: queries for apex, wildcard, NODATA, NXDOMAIN and mixed case; one in ten is for another domain."""
    returning = folder / "returning.txt"
    draw = random.Random(1)
    labels = ("www", "mail", "a.b", "autodiscover")
    returning.write_text("".join(_line(draw, domains, draw.choice(labels)) for _ in range(_RETURNING)))
    fresh = []
    for number in range(len(EDNS)):
        fresh.append(folder / f"fresh-{number}.txt")
        with fresh[-1].open("w") as file:
            file.writelines(_fresh(number, domains))
    return [Mix(RETURN, (returning,) * len(EDNS)), Mix(NEVER, tuple(fresh), returning=False)]


def over_all(folder: Path, domains: int) -> Mix:
    """Queries for MX at the apex and below it, spread over all ``domains``."""
    path = folder / f"over-{domains}.txt"
    draw = random.Random(2)
    with path.open("w") as file:
        for _ in range(200_000):
            file.write(f"{draw.choice(('', 'www.'))}{domain(draw.randrange(domains))} MX\n")
    return Mix("over all domains", (path,) * len(EDNS))


def _fresh(number: int, domains: int) -> Iterator[str]:
    draw = random.Random(3 + number)
    return (_fresh_line(draw, domains, f"{number}{unique:0{DIGITS}x}") for unique in range(_FRESH // len(EDNS)))


def _fresh_line(draw: random.Random, domains: int, label: str) -> str:
    """A query for a name that is new, even where the mix for returning names has an apex or a name of the template."""
    held = domain(int(draw.random() * domains))
    kind = int(draw.random() * 10)
    if kind < 5:
        return f"r{label}.{held} MX\n"
    if kind < 7:
        return f"r{label}.{held} {('A', 'AAAA')[kind - 5]}\n"
    if kind < 9:
        return f"{(f'r{label}.x._dmarc.{held} TXT', f'R{label}.Ab.{held.upper()} MX')[kind - 7]}\n"
    return f"r{label}.outside.example A\n"


def _line(draw: random.Random, domains: int, label: str) -> str:
    held = domain(draw.randrange(domains))
    mixed = "".join(draw.choice((c, c.upper())) for c in f"{label}.{held}")
    outside = f"{label}.outside{draw.randrange(1000)}.example A"
    kinds = (
        *(f"{held} MX", f"{held} MX", f"{label}.{held} MX", f"{held} A", f"{label}.{held} AAAA"),
        *(f"_dmarc.{held} TXT", f"x._tcp._dmarc.{held} TXT", f"{mixed} MX", f"{held} SOA", outside),
    )
    return draw.choice(kinds) + "\n"
