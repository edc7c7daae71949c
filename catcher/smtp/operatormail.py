"""Counts mail for postmaster@ and abuse@ of held domains by day, domain and mailbox; nothing of the client. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from catcher.model.value import value

MOST_CELLS = 10_000
"""Most counts in memory; mail beyond is counted for its day and mailbox, without the domain."""
MOST_NAMED = 20
"""Most addresses that a line of the log names."""
OTHER_DOMAINS = ""
"""Stands for the domains that had no room."""


@value
class OperatorMailKey:
    """A day (UTC), a held domain and the local-part: ``postmaster`` or ``abuse``."""

    day: date
    domain: str
    mailbox: str


class OperatorMail:
    """One worker's counts since they were last taken."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: Counter[OperatorMailKey] = Counter()

    def add(self, key: OperatorMailKey) -> None:
        if len(self._counts) >= MOST_CELLS and key not in self._counts:
            key = OperatorMailKey(key.day, OTHER_DOMAINS, key.mailbox)
        self._counts[key] += 1

    def take(self) -> dict[OperatorMailKey, int]:
        """The counts since the last call."""
        counts, self._counts = self._counts, Counter()
        return dict(counts)


def operator_mail_lines(counts: Mapping[OperatorMailKey, int]) -> Iterator[str]:
    """A line for each day, with the largest counts first: ``2026-11-30: abuse@army.ml 3, postmaster@navy.ml 1``."""
    for day in sorted({key.day for key in counts}):
        of_day = sorted((-number, f"{key.mailbox}@{key.domain}") for key, number in counts.items() if key.day == day)
        named = ", ".join(f"{address} {-number}" for number, address in of_day[:MOST_NAMED])
        rest = sum(-number for number, _ in of_day[MOST_NAMED:])
        yield f"{day}: {named}" + (f", to others {rest}" if rest else "")
