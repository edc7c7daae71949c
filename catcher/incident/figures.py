"""The numbers of an incident's mailboxes in a period, from live mailboxes and from totals of destroyed keys."""

from __future__ import annotations

from collections.abc import Iterable

from catcher.incident.crowd import SENDING
from catcher.model.leak.incident import Counted, Crowd, MailboxTotal, Side
from catcher.model.leak.measures import Mailboxes


class MailboxFigures:
    """Figures of distinct mailboxes, each for the mails that count in one of the ways ``counted``."""

    def __init__(self, live: Crowd, settled: Iterable[MailboxTotal]) -> None:
        """``settled``: the totals of the period whose tokens are deleted."""
        self._live = live
        self._settled = tuple(settled)

    def number(self, side: Side, counted: Counted, *, counterpart: str | None = None) -> Mailboxes:
        """The number on one side of ``Side``'s figures; with ``counterpart`` only its mailboxes."""
        live = self._live.whole if counterpart is None else _of(self._live.totals, counterpart)
        settled = self._settled if counterpart is None else _of(self._settled, counterpart)
        alive = sum(t.mailboxes for t in live if t.side is side and t.counted & counted)
        gone: dict[tuple[str, str], int] = {}
        for total in settled:
            if total.side is side and total.counted & counted:
                key = (total.period, total.counterpart)
                gone[key] = gone.get(key, 0) + total.mailboxes
        return Mailboxes(alive + sum(gone.values()), about=len(gone) > 1 or bool(gone and alive))

    def senders(self, counted: Counted, *, counterpart: str | None = None) -> Mailboxes:
        """The smaller number of authors and reverse-paths."""
        numbers = [self.number(side, counted, counterpart=counterpart) for side in SENDING]
        return min(numbers, key=lambda mailboxes: (mailboxes.number, mailboxes.about))

    def steady(self, *, without: Counted = Counted.NO) -> int:
        """The number of steady senders' mailboxes of no organisation (``MailboxTotal.steady``), the smaller one of
        authors and reverse-paths; ``without`` those with mail that counts in one of these ways."""
        totals = [t for t in (*self._live.totals, *self._settled) if t.steady and not t.counted & without]
        return min(sum(t.steady for t in totals if t.side is side) for side in SENDING)

    def with_level(self, level: str) -> int:
        """The number of senders' mailboxes with mail of this level, the smaller one of authors and reverse-paths."""
        totals = [t for t in (*self._live.totals, *self._settled) if t.level == level]
        return min(sum(t.mailboxes for t in totals if t.side is side) for side in SENDING)

    def tenants(self, counterpart: str | None) -> int:
        """The number of unbound tenants; over all counterparts for None. A tenant is at several counterparts, so of
        settled totals the largest one is taken."""
        named = self._live.tenants
        live = frozenset().union(*named.values()) if counterpart is None else named.get(counterpart, frozenset())
        settled = self._settled if counterpart is None else _of(self._settled, counterpart)
        return max([len(live), *(t.mailboxes for t in settled if t.side is Side.TENANT)])


def _of(totals: Iterable[MailboxTotal], counterpart: str) -> tuple[MailboxTotal, ...]:
    return tuple(total for total in totals if total.counterpart == counterpart)
