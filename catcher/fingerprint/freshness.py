"""Is a mail fresh and meant for here, so that it may count towards a notice? (DESIGN §3 "Notices")

Two ways lead there. An aligned DKIM signature that passes, covers a To or Cc naming every typed domain, and was made
within three days and within the key period that can still tell a replay; its ``b=`` is handed on, for the store to say
whether it was seen before. Or SPF, aligned, from an address whose confirmed reverse DNS is the sender's own: a host
that the sender shares with nobody can't be made to send again what it once sent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from catcher.fingerprint.authentication import Authenticated
from catcher.fingerprint.context import Context
from catcher.fingerprint.network import ClientNetwork
from catcher.fingerprint.signature import DkimSignature
from catcher.model.fingerprint import AuthResult, Freshness

MAX_AGE = timedelta(days=3)
CLOCK_SKEW = timedelta(minutes=10)


class FreshnessReason(StrEnum):
    """The closed list of ``Freshness.reason``, from nothing proven to fresh."""

    NO_MESSAGE = "no-message"
    """Refused at RCPT: there is only an envelope."""
    UNPROVEN = "unproven"
    """No DKIM or SPF pass for the domain in From."""
    SHARED_ADDRESS = "shared-address"
    """SPF alone, from an address whose reverse DNS isn't the sender's: anybody's host may sit there."""
    PARTIAL_BODY = "partial-body"
    """The signature leaves the end of the body open (``l=``)."""
    UNSIGNED_RECIPIENT = "unsigned-recipient"
    """No signed To or Cc names the typed domain: the mail may have been made for somebody else."""
    NO_TIME = "no-time"
    """The signature has no ``t=``."""
    FUTURE = "future"
    OLD = "old"
    """Signed more than three days ago."""
    BEFORE_PERIOD = "before-period"
    """Signed before this month: the key that would tell a replay is gone."""
    DKIM = "dkim"
    """Fresh by an aligned signature."""
    SPF = "spf"
    """Fresh by SPF from the sender's own host."""


_UNJUDGED = Freshness(False, FreshnessReason.UNPROVEN)


def judge_freshness(
    authenticated: Authenticated, network: ClientNetwork, context: Context, *, has_message: bool
) -> Freshness:
    """Fresh or not, and why."""
    if not has_message:
        return Freshness(False, FreshnessReason.NO_MESSAGE)
    if not context.lookups:
        return _UNJUDGED
    own = context.organizational_domain
    reasons: dict[FreshnessReason, list[bytes]] = {}
    for verdict, result in zip(authenticated.verdicts, authenticated.results.dkim, strict=True):
        signature = verdict.signature
        if signature is None or result.result is not AuthResult.PASS or not result.aligned:
            continue
        if own(signature.domain) != own(authenticated.authors[0]):
            continue
        reason = _signature(signature, context.now, names_typed=verdict.names_typed)
        reasons.setdefault(reason, []).append(signature.value)
    if FreshnessReason.DKIM in reasons:
        return Freshness(True, FreshnessReason.DKIM, tuple(reasons[FreshnessReason.DKIM]))
    spf = _spf(authenticated, network, own)
    if spf is FreshnessReason.SPF:
        return Freshness(True, spf)
    return Freshness(False, next(iter(reasons), spf))


def _signature(signature: DkimSignature, now: datetime, *, names_typed: bool) -> FreshnessReason:
    if signature.body.length is not None:
        return FreshnessReason.PARTIAL_BODY
    if not names_typed:
        return FreshnessReason.UNSIGNED_RECIPIENT
    if signature.signed_at is None:
        return FreshnessReason.NO_TIME
    signed_at = signature.signed_at
    if signed_at > (now + CLOCK_SKEW).timestamp():
        return FreshnessReason.FUTURE
    if signed_at < (now - MAX_AGE).timestamp():
        return FreshnessReason.OLD
    if signed_at < now.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp():
        return FreshnessReason.BEFORE_PERIOD
    return FreshnessReason.DKIM


def _spf(authenticated: Authenticated, network: ClientNetwork, own: Callable[[str], str]) -> FreshnessReason:
    spf = authenticated.results.spf
    if spf.result is not AuthResult.PASS or not authenticated.spf_aligned or spf.domain is None:
        return FreshnessReason.UNPROVEN
    sender = own(authenticated.authors[0])
    if spf.scope == "mfrom" and own(spf.domain) == sender and sender in network.reverse:
        return FreshnessReason.SPF
    return FreshnessReason.SHARED_ADDRESS
