"""Counts mail for postmaster@ and abuse@ of held domains by day, domain and mailbox; nothing of the client. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from catcher.model.leak.unstored import ANY_DOMAIN, UnstoredKey

MOST_CELLS = 10_000
"""Most counts in memory; mail beyond is counted for its day and mailbox, without the domain."""
MOST_NAMED = 20
"""Most addresses that a line of the log names."""


class OperatorMail:
    """One worker's counts since they were last taken."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: Counter[UnstoredKey] = Counter()

    def add(self, key: UnstoredKey, mails: int = 1) -> None:
        if len(self._counts) >= MOST_CELLS and key not in self._counts:
            key = key._replace(domain=ANY_DOMAIN)
        self._counts[key] += mails

    def take(self) -> dict[UnstoredKey, int]:
        """The counts since the last call."""
        counts, self._counts = self._counts, Counter()
        return dict(counts)


def operator_mail_lines(counts: Mapping[UnstoredKey, int]) -> Iterator[str]:
    """A line for each day, with the largest counts first: ``2026-11-30: abuse@army.ml 3, postmaster@navy.ml 1``."""
    for day in sorted({key.day for key in counts}):
        of_day = sorted((-number, f"{key.kind}@{key.domain}") for key, number in counts.items() if key.day == day)
        named = ", ".join(f"{address} {-number}" for number, address in of_day[:MOST_NAMED])
        rest = sum(-number for number, _ in of_day[MOST_NAMED:])
        yield f"{day}: {named}" + (f", to others {rest}" if rest else "")
