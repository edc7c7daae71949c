"""Folds observations into incidents; the sums don't depend on the order or the batches of the observations.

::

    observation ─▶ shares_of: what it adds to each incident ─┐
    its day and tokens ──────────────────────────────────────┴─▶ Sums (sums.py) ─▶ Incident
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import assert_never

from catcher.incident.sums import Sums
from catcher.model.leak.incident import MARKED, Counted, Incident, IncidentKey, MailboxTotal, Role, Side
from catcher.model.leak.shares import IncidentShare, MailShares
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import Authentication, AuthResult, Basis, MailClass, MailKind, Tier
from catcher.model.mail.marking import Marking, gravest_marking
from catcher.model.mail.observation import Observation
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


class MailFolder:
    """``ports.Folder``: the fold with a directory of organisations."""

    def __init__(self, party_of: PartyOf) -> None:
        self._party_of = party_of

    def __call__(self, observations: Sequence[Observation]) -> Mapping[str, Incident]:
        return fold(observations, party_of=self._party_of)

    def shares(self, observation: Observation) -> MailShares:
        return shares_of(observation, self._party_of)


def fold(observations: Iterable[Observation], *, party_of: PartyOf) -> dict[str, Incident]:
    """The increments that ``observations`` add to each incident, by incident id.

    ``merge`` adds up increments; the sum is the same for every order and partition.
    """
    sums = Sums()
    for seen in observations:
        day = seen.observed_at.date().isoformat()
        shares = shares_of(seen, party_of)
        sums.add(shares, day, (seen.reverse_path_token, seen.author_token, seen.recipients))
    return sums.incidents()


def shares_of(observation: Observation, party_of: PartyOf) -> MailShares:
    """What ``observation`` adds to each of its incidents, whatever its day and tokens.

    Retries add nothing. An observation adds to the incident of each intended party (declared in the catalogue), and to
    the incident of the sending organisation when that organisation is proven. A forward adds to the incident of the
    forwarding organisation instead; in the intended party's incident it is in the figures, but doesn't count.
    """
    if observation.retry_of is not None:
        return MailShares()
    sender = _sending_party(observation, party_of)
    intended = _intended_parties(observation, party_of)
    if sender is None and not intended:
        return MailShares()
    nature, authentication = observation.nature, observation.authentication
    counts, reason = observation.counting
    if reason is CountReason.UNBOUND_TENANT and observation.replayed:
        reason = CountReason.REPLAYED
    is_forward = observation.fresh_reason == CountReason.FORWARD.value
    with_mailboxes = nature.mail_class in _WITH_MAILBOXES or is_forward
    counted = Counted.NO
    if with_mailboxes and (counts or reason is CountReason.UNBOUND_TENANT):
        counted = _counted(reason, nature.kind)
    level = _level(observation.markings, counts=counts) if observation.markings else ""
    kind = (
        observation.sender.tier,
        nature.mail_class,
        observation.outcome,
        level,
        observation.tls,
        reason,
        nature.kind,
    )
    shares = []
    if sender is not None:
        if is_forward:
            author = _author(authentication)
            role, other = Role.FORWARDER, (party_of(author) or "") if author is not None else ""
        else:
            role, other = Role.SENDER, intended[0] if intended else ""
        shares.append(IncidentShare(IncidentKey(sender, role, observation.domain), other, kind, counts, counted))
    if is_forward:
        counts, counted = False, Counted.NO
    for party in intended:
        key = IncidentKey(party, Role.INTENDED, observation.domain)
        shares.append(IncidentShare(key, sender or "", kind, counts, counted))
    if with_mailboxes:
        recipients: Side | None = Side.RECIPIENT
    else:
        recipients = Side.SUBSCRIBER if nature.mail_class in _BY_PROGRAMS else None
    tenants = sorted(_tenants(authentication)) if counted is Counted.UNBOUND else ()
    return MailShares(tuple(shares), level, with_mailboxes, _is_signed(authentication), recipients, tuple(tenants))


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
