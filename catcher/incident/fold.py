"""Folds observations into incidents; the sums don't depend on the order or the batches of the observations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime

from catcher.model.leak.incident import Cell, Count, Incident, IncidentKey, MailboxDay, MailboxTotal, Role, Side
from catcher.model.mail.fingerprint import Basis, MailClass, Tier
from catcher.model.mail.observation import Observation
from catcher.model.mail.policy import Outcome

PartyOf = Callable[[str], str | None]
"""Domain → organizational domain; None for a domain of no organisation (freemail, shared platform)."""

_PROVEN = (Tier.VERIFIED, Tier.AUTHENTICATED)
_WITH_MAILBOXES = (MailClass.PERSON, MailClass.UNKNOWN)
"""Classes whose mailboxes are kept: PERSON, mail that a person wrote, and UNKNOWN, mail that a person may have written
(such as a refused envelope). A newsletter's reverse-path differs in every mail, so its tokens would mean nothing."""
_BY_PROGRAMS = (MailClass.AUTOMATIC, MailClass.BULK)
"""Classes of which only the addressees' mailboxes are kept: a mailbox to which only programs write, again and again,
was entered by somebody who mistyped their own address."""


def month_of(moment: datetime) -> str:
    """The key's period that ``moment`` lies in, ``2026-11``."""
    return f"{moment.year:04}-{moment.month:02}"


def fold(
    observations: Iterable[Observation], *, party_of: PartyOf, period_of: Callable[[datetime], str] = month_of
) -> dict[str, Incident]:
    """The increments that ``observations`` add to each incident, by incident id.

    Retries add nothing. An observation adds to the incident of each intended party (declared in the catalogue), and to
    the incident of the sending organisation when that organisation is proven. ``merge`` adds up increments; the sum is
    the same for every order and partition.
    """
    sums: defaultdict[tuple[str, Role, str], _Sum] = defaultdict(_Sum)
    for observation in observations:
        if observation.retry_of is not None:
            continue
        sender = _sending_party(observation, party_of)
        intended = _intended_parties(observation, party_of)
        if sender is None and not intended:
            continue
        seen = _Seen(observation, period_of)
        for party in intended:
            sums[party, Role.INTENDED, observation.domain].add(seen, sender or "")
        if sender is not None:
            sums[sender, Role.SENDER, observation.domain].add(seen, intended[0] if intended else "")
    incidents = (sum_.incident(IncidentKey(*key)) for key, sum_ in sums.items())
    return {incident.key.id: incident for incident in incidents}


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


class _Seen:
    """The increment of an observation, the same for each of its parties."""

    __slots__ = ("counts", "day", "kind", "mailboxes", "period")

    def __init__(self, observation: Observation, period_of: Callable[[datetime], str]) -> None:
        mail_class = observation.nature.mail_class
        self.day = observation.observed_at.date()
        self.counts = observation.counts
        self.kind = (
            observation.sender.tier,
            mail_class,
            observation.outcome,
            any(marking.scheme.protective for marking in observation.markings),
            observation.tls,
        )
        self.period = period_of(observation.observed_at)
        self.mailboxes: list[tuple[Side, str]] = []
        if mail_class in _WITH_MAILBOXES:
            self.mailboxes.extend((Side.RECIPIENT, token) for token in observation.recipients)
            if observation.reverse_path_token is not None:
                self.mailboxes.append((Side.SENDER, observation.reverse_path_token))
        elif mail_class in _BY_PROGRAMS:
            self.mailboxes.extend((Side.SUBSCRIBER, token) for token in observation.recipients)


class _Sum:
    """The sum of an incident so far, in plain tuples: they hash faster than the model's values."""

    __slots__ = ("_cells", "_mailboxes")

    def __init__(self) -> None:
        self._cells: dict[tuple[date, str, tuple[Tier, MailClass, Outcome, bool, bool]], list[int]] = {}
        self._mailboxes: set[tuple[str, date, str, Side, str, bool]] = set()

    def add(self, seen: _Seen, counterpart: str) -> None:
        count = self._cells.setdefault((seen.day, counterpart, seen.kind), [0, 0])
        count[0] += 1
        count[1] += seen.counts
        for side, token in seen.mailboxes:
            counted = seen.counts and side is not Side.SUBSCRIBER
            self._mailboxes.add((seen.period, seen.day, counterpart, side, token, counted))

    def incident(self, key: IncidentKey) -> Incident:
        cells = {Cell(day, other, *kind): Count(*count) for (day, other, kind), count in self._cells.items()}
        return Incident(key, cells, frozenset(MailboxDay(*mailbox) for mailbox in self._mailboxes))


def merge(a: Incident, b: Incident) -> Incident:
    """The sum of two incidents of one key; commutative and associative. Raises ValueError for two keys."""
    if a.key != b.key:
        raise ValueError("incidents of different keys can't be merged")
    cells = dict(a.cells)
    for cell, count in b.cells.items():
        cells[cell] = cells[cell] + count if cell in cells else count
    return Incident(a.key, cells, a.mailboxes | b.mailboxes, _merge_settled(a.settled, b.settled))


def _merge_settled(a: frozenset[MailboxTotal], b: frozenset[MailboxTotal]) -> frozenset[MailboxTotal]:
    """The totals of both sets, added up by period, counterpart and side. Tokens are gone, so a mailbox in both sets
    counts twice."""
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
