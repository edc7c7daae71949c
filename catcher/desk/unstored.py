"""The mails that were only counted, read once for a command: they make the numbers of a domain "at least"."""

from __future__ import annotations

from collections import Counter
from datetime import date

from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.measures import Period
from catcher.model.leak.unstored import BEYOND_SHARES, UnstoredKey, UnstoredKind, unstored_mails
from catcher.model.ports import Store

_KINDS = {
    Role.INTENDED: BEYOND_SHARES,
    Role.SENDER: frozenset({UnstoredKind.PROVEN}),
    Role.FORWARDER: frozenset({UnstoredKind.PROVEN}),
}
"""Role of a party → the mails that may have been in its incident: a sender's incident has proven mail alone."""


class UnstoredMails:
    """The numbers of mails that weren't stored, by domain and month."""

    def __init__(self, store: Store) -> None:
        self._months: dict[str, Counter[UnstoredKey]] = {}
        for key, mails in store.unstored().items():
            self._months.setdefault(Period.of(key.day).name, Counter())[key._replace(day=date.min)] += mails

    def of(self, key: IncidentKey, period: Period | None = None) -> int:
        """The mails of ``period`` (None: of all time) that may have been in the incident ``key``: who sent them, or for
        whom they were, isn't known."""
        kinds = _KINDS[key.role]
        months = self._months.values() if period is None else [self._months.get(period.name, Counter())]
        return sum(unstored_mails(counts, key.domain, kinds=kinds) for counts in months)


def unstored_between(
    store: Store,
    domain: str | None,
    first: date | None,
    last: date | None,
    *,
    kinds: frozenset[UnstoredKind] = BEYOND_SHARES,
) -> int:
    """The mails of ``kinds`` to ``domain`` (None: to any) that weren't stored on the days from ``first`` to
    ``last``."""
    return unstored_mails(store.unstored(first=first, last=last), domain, kinds=kinds)
