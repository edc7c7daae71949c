"""Counts the mailboxes of a period: the numbers that remain when its tokens are deleted, and those of distinct ones.

The stores give one pass over an incident's lines; memory grows with the number of distinct mailboxes, not with that of
lines.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import reduce
from operator import or_

from catcher.model.leak.incident import (
    COUNTED,
    OWN_WORDS,
    REFLECTS,
    STEADY_DAYS,
    Counted,
    Crowd,
    MailboxDay,
    MailboxTotal,
    Side,
)

FIGURES: Mapping[Side, tuple[Side, ...]] = {
    Side.SENDER: (Side.AUTHOR, Side.REVERSE_PATH),
    Side.AUTHOR: (Side.AUTHOR,),
    Side.REVERSE_PATH: (Side.REVERSE_PATH,),
    Side.RECIPIENT: (Side.RECIPIENT,),
    Side.SUBSCRIBER: (Side.SUBSCRIBER,),
    Side.TENANT: (Side.TENANT,),
}
"""Side of a mailbox → the sides of the totals that include it."""
SENDING = frozenset({Side.AUTHOR, Side.REVERSE_PATH})
"""The sides of totals that count senders."""

Line = tuple[str, str, str, str, int, str]
"""A MailboxDay without its period, in plain values: counterpart, side, day, token, counted, level."""


def count_mailboxes(mailboxes: Iterable[MailboxDay], period: str) -> Crowd:
    """The numbers of the distinct ``mailboxes`` of ``period``."""
    return MailboxNumbers(period, [_line(seen) for seen in mailboxes if seen.period == period]).crowd()


def mailbox_totals(mailboxes: Iterable[MailboxDay]) -> frozenset[MailboxTotal]:
    """The totals of ``mailboxes``, for each period: all that remains when the tokens are deleted."""
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    for seen in mailboxes:
        lines[seen.period].append(_line(seen))
    return frozenset().union(*(MailboxNumbers(period, each).totals() for period, each in lines.items()))


def _line(seen: MailboxDay) -> Line:
    return (seen.counterpart, seen.side.value, seen.day.isoformat(), seen.token, int(seen.counted), seen.level)


_AUTHORS = {side.value for side, figures in FIGURES.items() if Side.AUTHOR in figures}
_SENDERS = {side.value for side, figures in FIGURES.items() if SENDING & {*figures}}
_SUBSCRIBER, _RECIPIENT, _TENANT = Side.SUBSCRIBER.value, Side.RECIPIENT.value, Side.TENANT.value
_COUNTED, _OWN_WORDS = int(COUNTED), int(OWN_WORDS)

_Bits = dict[str, int]
"""Token → a union in bits: of the ways (``Counted``) in which a mailbox's mails count, or of days."""
_BySide = dict[tuple[str, str], _Bits]
"""(counterpart, side) → the unions of its mailboxes."""


class MailboxNumbers:
    """The numbers of the distinct mailboxes of one incident in one period."""

    def __init__(self, period: str, lines: Iterable[Line]) -> None:
        """Reads each line once; a long run of lines of one counterpart, side and day costs least."""
        self._period = period
        self._days: dict[str, int] = {}
        """Day → its bit."""
        self._ways: _BySide = {}
        self._author_days: _Bits = {}
        """The days of mail that counts."""
        self._own_days: _BySide = {}
        """The days of mail that counts and answers nothing, of senders of no organisation."""
        self._program_days: _Bits = {}
        """The days of subscribers."""
        self._levels: set[tuple[str, str, str, str]] = set()
        """Counterpart, side, level and token."""
        self._read(lines)

    def _read(self, lines: Iterable[Line]) -> None:
        group, last, bit = ("", ""), "", 0
        ways, own_days = _Bits(), _Bits()
        is_author = is_own = is_subscriber = False
        for counterpart, side, day, token, counted, level in lines:
            if side != group[1] or counterpart != group[0]:
                group = (counterpart, side)
                ways = self._ways.setdefault(group, {})
                is_author, is_own, is_subscriber = (
                    side in _AUTHORS,
                    not counterpart and side in _SENDERS,
                    side == _SUBSCRIBER,
                )
                own_days = self._own_days.setdefault(group, {}) if is_own else {}
            if day != last:
                last, bit = day, self._days.setdefault(day, 1 << len(self._days))
            ways[token] = ways.get(token, 0) | counted
            if is_author and counted & _COUNTED:
                self._author_days[token] = self._author_days.get(token, 0) | bit
            elif is_subscriber:
                self._program_days[token] = self._program_days.get(token, 0) | bit
            if is_own and counted & _OWN_WORDS:
                own_days[token] = own_days.get(token, 0) | bit
            if level:
                self._levels.add((counterpart, side, level, token))

    def totals(self) -> frozenset[MailboxTotal]:
        """The totals of each counterpart: all that remains when the tokens are deleted."""
        steady = self._steady()
        totals = set()
        for (counterpart, figure), of_tokens in _by_figure(self._ways).items():
            days = {} if counterpart else steady.get(figure, {})
            for ways, number in Counter(of_tokens.values()).items():
                of_steady = [days[token] for token in days if of_tokens[token] == ways]
                own = reduce(or_, of_steady, 0).bit_count()
                totals.add(self._total(counterpart, figure, "", ways, number, len(of_steady), own))
        of_level: defaultdict[tuple[str, Side, str], set[str]] = defaultdict(set)
        for counterpart, side, level, token in self._levels:
            for figure in FIGURES[Side(side)]:
                of_level[counterpart, figure, level].add(token)
        return frozenset(totals.union(self._total(*group, 0, len(tokens)) for group, tokens in of_level.items()))

    def crowd(self) -> Crowd:
        """The numbers of the senders whose mail counts or has a level, and of what was written to."""
        steady = reduce(or_, self._steady().get(Side.REVERSE_PATH, {}).values(), 0)
        return Crowd(
            totals=frozenset(t for t in self.totals() if t.side in SENDING and (t.counted or t.level)),
            whole=frozenset(self._whole()),
            steady_days=frozenset(date.fromisoformat(day) for day, bit in self._days.items() if bit & steady),
            authors_by_days=Counter(map(int.bit_count, self._author_days.values())),
            tenants={
                counterpart: frozenset(tokens) for (counterpart, side), tokens in self._ways.items() if side == _TENANT
            },
            reflecting=self._reflecting(),
        )

    def _whole(self) -> Iterator[MailboxTotal]:
        """The totals over all counterparts."""
        whole: _BySide = {}
        for (_, side), ways in self._ways.items():
            if side in _SENDERS or side == _RECIPIENT:
                _unite(whole.setdefault(("", side), {}), ways)
        for (_, figure), of_tokens in _by_figure(whole).items():
            for united, number in Counter(of_tokens.values()).items():
                if united:
                    yield self._total("", figure, "", united, number)

    def _steady(self) -> dict[Side, _Bits]:
        """Figure → the days of mail that counts and answers nothing, of the steady mailboxes of senders of no
        organisation."""
        return {
            figure: {token: days for token, days in of_tokens.items() if days.bit_count() >= STEADY_DAYS}
            for (_, figure), of_tokens in _by_figure(self._own_days).items()
        }

    def _reflecting(self) -> int:
        senders: Counter[str] = Counter()
        written_to: set[str] = set()
        for (_, side), tokens in self._ways.items():
            if side == _SUBSCRIBER:
                senders.update(tokens.keys())
            elif side == _RECIPIENT:
                written_to.update(tokens)
        again = {token for token, days in self._program_days.items() if days.bit_count() >= REFLECTS}
        again.update([token for token, number in senders.items() if number >= REFLECTS])
        return len(again - written_to)

    def _total(
        self, counterpart: str, figure: Side, level: str, ways: int, mailboxes: int, steady: int = 0, days: int = 0
    ) -> MailboxTotal:
        return MailboxTotal(self._period, counterpart, figure, level, Counted(ways), mailboxes, steady, days)


def _by_figure(by_side: _BySide) -> dict[tuple[str, Side], _Bits]:
    """(counterpart, figure) → the unions of the mailboxes of each side that the figure includes."""
    found: dict[tuple[str, Side], _Bits] = {}
    for (counterpart, side), bits in by_side.items():
        for figure in FIGURES[Side(side)]:
            known = found.get((counterpart, figure))
            found[counterpart, figure] = bits if known is None else _unite(dict(known), bits)
    return found


def _unite(sums: _Bits, bits: _Bits) -> _Bits:
    """Adds ``bits`` to ``sums``."""
    if sums:
        for token, more in bits.items():
            sums[token] = sums.get(token, 0) | more
    else:
        sums.update(bits)
    return sums
