"""Folds observations into incidents; the sums don't depend on the order or the batches of the observations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import assert_never

from catcher.model.leak.incident import (
    MARKED,
    Cell,
    Count,
    Counted,
    Incident,
    IncidentKey,
    MailboxDay,
    MailboxTotal,
    Role,
    Side,
)
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import Authentication, AuthResult, Basis, MailClass, MailKind, Tier
from catcher.model.mail.marking import Marking, gravest_marking
from catcher.model.mail.observation import Observation
from catcher.model.mail.policy import Outcome
from catcher.model.tenant import GOOGLE_PLATFORM, tenant_of

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
    the incident of the sending organisation when that organisation is proven. A forward adds to the incident of the
    forwarding organisation instead; in the intended party's incident it is in the figures, but doesn't count. ``merge``
    adds up increments; the sum is the same for every order and partition.
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
        if seen.is_forward:
            if sender is not None:
                author = _author(observation.authentication)
                other = (party_of(author) or "") if author is not None else ""
                sums[sender, Role.FORWARDER, observation.domain].add(seen, other)
            seen = seen.uncounted()
        elif sender is not None:
            sums[sender, Role.SENDER, observation.domain].add(seen, intended[0] if intended else "")
        for party in intended:
            sums[party, Role.INTENDED, observation.domain].add(seen, sender or "")
    incidents = (sum_.incident(IncidentKey(*key)) for key, sum_ in sums.items())
    return {incident.key.id: incident for incident in incidents}


def _sending_party(observation: Observation, party_of: PartyOf) -> str | None:
    sender = observation.sender
    if sender.domain is None or sender.tier not in _PROVEN:
        return None
    return party_of(sender.domain)


def _author(authentication: Authentication) -> str | None:
    """The domain in From, if DMARC or an aligned signature proves it."""
    if authentication.dmarc.result is AuthResult.PASS:
        return authentication.dmarc.domain
    return next((d.domain for d in authentication.dkim if d.aligned and d.result is AuthResult.PASS), None)


def _intended_parties(observation: Observation, party_of: PartyOf) -> list[str]:
    """Distinct parties, in the order of the recipients."""
    parties: dict[str, None] = {}
    for intended in observation.intended:
        if intended.domain is not None and intended.basis is Basis.DECLARED:
            party = party_of(intended.domain)
            if party is not None:
                parties[party] = None
    return list(parties)


_Kind = tuple[Tier, MailClass, Outcome, str, bool, CountReason, MailKind]
"""The part of a cell that is the same in each of the mail's incidents."""


class _Seen:
    """The increment of an observation, the same for each of its parties."""

    __slots__ = ("counts", "day", "is_forward", "kind", "mailboxes", "period")

    def __init__(self, observation: Observation, period_of: Callable[[datetime], str]) -> None:
        nature = observation.nature
        self.day = observation.observed_at.date()
        self.is_forward = observation.fresh_reason == CountReason.FORWARD.value
        self.counts, reason = observation.counting
        if reason is CountReason.UNBOUND_TENANT and observation.replayed:
            reason = CountReason.REPLAYED
        kind = nature.kind
        level = _level(observation.markings, counts=self.counts) if observation.markings else ""
        self.kind: _Kind = (
            observation.sender.tier,
            nature.mail_class,
            observation.outcome,
            level,
            observation.tls,
            reason,
            kind,
        )
        self.period = period_of(observation.observed_at)
        self.mailboxes: list[tuple[Side, str, Counted, str]] = []
        if nature.mail_class in _WITH_MAILBOXES or self.is_forward:
            counted = _counted(reason, kind) if self.counts or reason is CountReason.UNBOUND_TENANT else _NO
            self._add_sender(observation, counted, level)
            self.mailboxes.extend([(Side.RECIPIENT, token, counted, "") for token in observation.recipients])
        elif nature.mail_class in _BY_PROGRAMS:
            self.mailboxes.extend([(Side.SUBSCRIBER, token, _NO, "") for token in observation.recipients])

    def _add_sender(self, observation: Observation, counted: Counted, level: str) -> None:
        path = observation.reverse_path_token
        author = observation.author_token if _is_signed(observation.authentication) else None
        if path is not None and author in (None, path):
            self.mailboxes.append((Side.SENDER, path, counted, level))
        elif path is not None and author is not None:
            self.mailboxes.append((Side.AUTHOR, author, counted, level))
            self.mailboxes.append((Side.REVERSE_PATH, path, counted, level))
        if counted is Counted.UNBOUND:
            self.mailboxes.extend(
                [(Side.TENANT, tenant, counted, "") for tenant in _tenants(observation.authentication)]
            )

    def uncounted(self) -> _Seen:
        """The same, but in figures alone."""
        other = copy(self)
        other.counts = False
        other.mailboxes = [(side, token, _NO, level) for side, token, _, level in self.mailboxes]
        return other


_NO = Counted.NO


def _level(markings: Iterable[Marking], *, counts: bool) -> str:
    """``Cell.level`` of a mail."""
    named = gravest_marking(marking for marking in markings if counts or marking.signed)
    if named is not None:
        return named.level
    return "" if gravest_marking(markings) is None else MARKED


@cache
def _counted(reason: CountReason, kind: MailKind) -> Counted:
    """How a mail counts whose ``reason`` is a way or ``unbound-tenant``."""
    match kind:
        case MailKind.ANSWER:
            if reason is CountReason.UNBOUND_TENANT:
                return Counted.NO
            return Counted.RESIDUAL_ANSWER if reason.residuals else Counted.ANSWER
        case MailKind.ORDINARY | MailKind.SCAN | MailKind.JOURNAL:
            pass
        case MailKind.DMARC_REPORT | MailKind.FAILURE_REPORT | MailKind.TLS_REPORT:
            pass
        case _:
            assert_never(kind)
    if reason is CountReason.UNBOUND_TENANT:
        return Counted.UNBOUND
    return Counted.RESIDUAL if reason.residuals else Counted.YES


def _is_signed(authentication: Authentication) -> bool:
    return any(d.aligned and d.result is AuthResult.PASS for d in authentication.dkim)


def _tenants(authentication: Authentication) -> set[str]:
    """The tenants of mail platforms whose signatures passed without being aligned with From. The date of a key is no
    part of a name of Google's (``contractor-example.20230601.gappssmtp.com``)."""
    tenants = set()
    for signed in authentication.dkim:
        if signed.result is AuthResult.PASS and not signed.aligned and signed.domain:
            tenant = tenant_of(signed.domain)
            if tenant is not None:
                label, _, rest = tenant.partition(".")
                tenants.add(f"{label}.{GOOGLE_PLATFORM}" if rest.endswith(GOOGLE_PLATFORM) else tenant)
    return tenants


class _Sum:
    """The sum of an incident so far, in plain tuples: they hash faster than the model's values."""

    __slots__ = ("_cells", "_mailboxes")

    def __init__(self) -> None:
        self._cells: dict[tuple[date, str, _Kind], list[int]] = {}
        self._mailboxes: set[tuple[str, date, str, Side, str, Counted, str]] = set()

    def add(self, seen: _Seen, counterpart: str) -> None:
        count = self._cells.setdefault((seen.day, counterpart, seen.kind), [0, 0])
        count[0] += 1
        count[1] += seen.counts
        for side, token, counted, level in seen.mailboxes:
            self._mailboxes.add((seen.period, seen.day, counterpart, side, token, counted, level))

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
    """The totals of both sets, added up. Tokens are gone, so a mailbox in both sets counts twice."""
    if not a or not b:
        return a or b
    sums: dict[tuple[object, ...], MailboxTotal] = {}
    for total in (*a, *b):
        key = (total.period, total.counterpart, total.side, total.level, total.counted)
        seen = sums.get(key)
        sums[key] = total if seen is None else _plus(seen, total)
    return frozenset(sums.values())


def _plus(a: MailboxTotal, b: MailboxTotal) -> MailboxTotal:
    """Days aren't added: most days of a late mail are in the other total, too, so the larger number is a sure one."""
    return replace(
        a,
        mailboxes=a.mailboxes + b.mailboxes,
        steady=a.steady + b.steady,
        steady_days=max(a.steady_days, b.steady_days),
    )
