"""Folds observations into incidents: sums that no order and no batching can change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from catcher.model.fingerprint import Basis, MailClass, Tier
from catcher.model.incident import Cell, Count, Incident, IncidentKey, MailboxDay, MailboxTotal, Role, Side
from catcher.model.observation import Observation

PartyOf = Callable[[str], str | None]
"""Domain → organizational domain, or None when it is no organisation (freemail, shared platform)."""

_PROVEN = (Tier.VERIFIED, Tier.AUTHENTICATED)
_WITH_MAILBOXES = (MailClass.PERSON, MailClass.UNKNOWN)
"""Mailboxes are kept of what people write or may have written (a refused envelope is unknown). A newsletter's
reverse-path differs with every mail: its tokens would be many and say nothing."""


def month_of(moment: datetime) -> str:
    """The key's period that ``moment`` lies in, ``2026-11``."""
    return f"{moment:%Y-%m}"


def fold(
    observations: Iterable[Observation], *, party_of: PartyOf, period_of: Callable[[datetime], str] = month_of
) -> dict[str, Incident]:
    """What ``observations`` add to each incident, by incident id.

    Retries add nothing. An observation adds to one incident for each party it was meant for (declared in the
    catalogue) and to one for the organisation that sent it, when that is proven. ``merge`` adds the result up with
    others; the sum is the same for every order and partition.
    """
    sums: dict[IncidentKey, _Sum] = {}
    for observation in observations:
        if observation.retry_of is not None:
            continue
        sender = _sending_party(observation, party_of)
        intended = _intended_parties(observation, party_of)
        for party in intended:
            key = IncidentKey(party, Role.INTENDED, observation.domain)
            sums.setdefault(key, _Sum()).add(observation, counterpart=sender or "", period_of=period_of)
        if sender is not None:
            key = IncidentKey(sender, Role.SENDER, observation.domain)
            counterpart = intended[0] if intended else ""
            sums.setdefault(key, _Sum()).add(observation, counterpart=counterpart, period_of=period_of)
    return {key.id: sum_.incident(key) for key, sum_ in sums.items()}


def _sending_party(observation: Observation, party_of: PartyOf) -> str | None:
    sender = observation.sender
    if sender.domain is None or sender.tier not in _PROVEN:
        return None
    return party_of(sender.domain)


def _intended_parties(observation: Observation, party_of: PartyOf) -> list[str]:
    """Distinct parties, in the order of the recipients."""
    parties: dict[str, None] = {}
    for intended in observation.intended:
        if intended.domain is not None and intended.basis is Basis.DECLARED:
            party = party_of(intended.domain)
            if party is not None:
                parties[party] = None
    return list(parties)


class _Sum:
    """An incident while it is being added up."""

    def __init__(self) -> None:
        self._cells: dict[Cell, tuple[int, int]] = {}
        self._mailboxes: set[MailboxDay] = set()

    def add(self, observation: Observation, *, counterpart: str, period_of: Callable[[datetime], str]) -> None:
        counts = observation.counts
        day = observation.observed_at.date()
        nature = observation.nature.mail_class
        cell = Cell(
            day=day,
            counterpart=counterpart,
            tier=observation.sender.tier,
            mail_class=nature,
            outcome=observation.outcome,
            marked=bool(observation.markings),
            tls=observation.tls,
        )
        mails, counted = self._cells.get(cell, (0, 0))
        self._cells[cell] = (mails + 1, counted + counts)
        if nature in _WITH_MAILBOXES:
            period = period_of(observation.observed_at)
            if observation.reverse_path_token is not None:
                token = observation.reverse_path_token
                self._mailboxes.add(MailboxDay(period, day, counterpart, Side.SENDER, token, counts))
            for token in observation.recipients:
                self._mailboxes.add(MailboxDay(period, day, counterpart, Side.RECIPIENT, token, counts))

    def incident(self, key: IncidentKey) -> Incident:
        cells = {cell: Count(mails, counted) for cell, (mails, counted) in self._cells.items()}
        return Incident(key, cells, frozenset(self._mailboxes))


def merge(a: Incident, b: Incident) -> Incident:
    """The sum of two incidents of one key; commutative and associative. Raises ValueError for two keys."""
    if a.key != b.key:
        raise ValueError("incidents of different keys can't be merged")
    cells = dict(a.cells)
    for cell, count in b.cells.items():
        cells[cell] = cells[cell] + count if cell in cells else count
    return Incident(a.key, cells, a.mailboxes | b.mailboxes, _merge_settled(a.settled, b.settled))


def _merge_settled(a: frozenset[MailboxTotal], b: frozenset[MailboxTotal]) -> frozenset[MailboxTotal]:
    """Totals of one period, counterpart and side are added up: their tokens are gone, so nothing can be told apart."""
    if not a or not b:
        return a or b
    sums: dict[tuple[str, str, Side], MailboxTotal] = {}
    for total in (*a, *b):
        key = (total.period, total.counterpart, total.side)
        seen = sums.get(key)
        sums[key] = total if seen is None else _plus(seen, total)
    return frozenset(sums.values())


def _plus(a: MailboxTotal, b: MailboxTotal) -> MailboxTotal:
    return MailboxTotal(
        a.period,
        a.counterpart,
        a.side,
        a.mailboxes + b.mailboxes,
        a.days + b.days,
        a.counted_mailboxes + b.counted_mailboxes,
        a.counted_days + b.counted_days,
    )
