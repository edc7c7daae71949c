"""Counts the mailboxes of a period: the numbers that remain when its tokens are deleted, and those of distinct ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

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


def count_mailboxes(mailboxes: Iterable[MailboxDay], period: str) -> Crowd:
    """The numbers of the distinct ``mailboxes`` of ``period``."""
    within = [seen for seen in mailboxes if seen.period == period]
    days: defaultdict[str, set[date]] = defaultdict(set)
    tenants: defaultdict[str, set[str]] = defaultdict(set)
    for seen in within:
        if Side.AUTHOR in FIGURES[seen.side] and seen.counted & COUNTED:
            days[seen.token].add(seen.day)
        if seen.side is Side.TENANT:
            tenants[seen.counterpart].add(seen.token)
    return Crowd(
        totals=frozenset(t for t in mailbox_totals(within) if t.side in SENDING and (t.counted or t.level)),
        whole=frozenset(
            t for t in _numbers(within, by_counterpart=False) if t.side in (*SENDING, Side.RECIPIENT) and t.counted
        ),
        steady_days=frozenset().union(*_steady(within).get((period, "", Side.REVERSE_PATH), {}).values()),
        authors_by_days=Counter(map(len, days.values())),
        tenants={counterpart: frozenset(names) for counterpart, names in tenants.items()},
        reflecting=_reflecting(within),
    )


def mailbox_totals(mailboxes: Iterable[MailboxDay]) -> frozenset[MailboxTotal]:
    """The totals of ``mailboxes``, for each period: all that remains when the tokens are deleted."""
    seen = list(mailboxes)
    return _numbers(seen, by_counterpart=True) | _marked(seen)


_Group = tuple[str, str, Side]
"""Period, counterpart and side of a total."""


def _numbers(mailboxes: list[MailboxDay], *, by_counterpart: bool) -> frozenset[MailboxTotal]:
    ways: defaultdict[_Group, defaultdict[str, Counted]] = defaultdict(lambda: defaultdict(lambda: Counted.NO))
    for seen in mailboxes:
        for side in FIGURES[seen.side]:
            ways[seen.period, seen.counterpart if by_counterpart else "", side][seen.token] |= seen.counted
    steady = _steady(mailboxes) if by_counterpart else {}
    totals = set()
    for group, of_tokens in ways.items():
        days = steady.get(group, {})
        for counted, number in Counter(of_tokens.values()).items():
            of_steady = [days[token] for token in days if of_tokens[token] == counted]
            own = len(set().union(*of_steady))
            totals.add(MailboxTotal(*group, "", counted, number, len(of_steady), own))
    return frozenset(totals)


def _steady(mailboxes: Iterable[MailboxDay]) -> dict[_Group, dict[str, set[date]]]:
    """Token → days with mail that counts and answers nothing, for the steady mailboxes of senders of no
    organisation."""
    days: defaultdict[_Group, defaultdict[str, set[date]]] = defaultdict(lambda: defaultdict(set))
    for seen in mailboxes:
        if not seen.counterpart and seen.counted & OWN_WORDS:
            for side in FIGURES[seen.side]:
                if side in SENDING:
                    days[seen.period, "", side][seen.token].add(seen.day)
    return {
        group: {token: own for token, own in of_tokens.items() if len(own) >= STEADY_DAYS}
        for group, of_tokens in days.items()
    }


def _marked(mailboxes: Iterable[MailboxDay]) -> frozenset[MailboxTotal]:
    tokens: defaultdict[tuple[str, str, Side, str], set[str]] = defaultdict(set)
    for seen in mailboxes:
        if seen.level:
            for side in FIGURES[seen.side]:
                tokens[seen.period, seen.counterpart, side, seen.level].add(seen.token)
    return frozenset(MailboxTotal(*group, Counted.NO, len(of_level)) for group, of_level in tokens.items())


def _reflecting(mailboxes: Iterable[MailboxDay]) -> int:
    written_to = {seen.token for seen in mailboxes if seen.side is Side.RECIPIENT}
    senders: defaultdict[str, set[str]] = defaultdict(set)
    days: defaultdict[str, set[date]] = defaultdict(set)
    for seen in mailboxes:
        if seen.side is Side.SUBSCRIBER and seen.token not in written_to:
            senders[seen.token].add(seen.counterpart)
            days[seen.token].add(seen.day)
    return sum(max(len(senders[token]), len(days[token])) >= REFLECTS for token in days)
