"""Judges whether a mail is fresh and written to the typed domain, so that it may count (DESIGN §3 "Notices").

Either of two proofs makes it fresh. By DKIM: an aligned signature passes, covers a To or Cc that names every typed
domain, and was made within three days and within the present key period, whose key recognises a replay. The store gets
the signature's ``b=`` and checks whether it came before. By SPF: an aligned pass from an address whose confirmed
reverse DNS belongs to the sender. Nobody else can make the sender's own host send an old mail again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from catcher.fingerprint.authentication.authenticate import Authenticated
from catcher.fingerprint.authentication.dkim.signature import DkimSignature
from catcher.fingerprint.context import Context
from catcher.fingerprint.network import ClientNetwork
from catcher.model.mail.fingerprint import AuthResult, Freshness

MAX_AGE = timedelta(days=3)
"""Greatest age of a fresh signature."""
CLOCK_SKEW = timedelta(minutes=10)
"""Most time that a signer's clock may be ahead of ours."""


class FreshnessReason(StrEnum):
    """The closed list of ``Freshness.reason``, from the least proof to fresh."""

    NO_MESSAGE = "no-message"
    """The recipient was refused at RCPT: there is only an envelope."""
    UNPROVEN = "unproven"
    """There is no DKIM or SPF pass for the domain in From."""
    SHARED_ADDRESS = "shared-address"
    """Only SPF passes, from an address whose reverse DNS isn't the sender's: it may be anybody's host."""
    PARTIAL_BODY = "partial-body"
    """The signature leaves the end of the body open (``l=``)."""
    UNSIGNED_RECIPIENT = "unsigned-recipient"
    """No signed To or Cc names the typed domain: the mail may have been written to somebody else."""
    NO_TIME = "no-time"
    """The signature has no ``t=``."""
    FUTURE = "future"
    OLD = "old"
    """The mail was signed more than three days ago."""
    BEFORE_PERIOD = "before-period"
    """The mail was signed before this month: the key that would recognise a replay is gone."""
    DKIM = "dkim"
    """The mail is fresh by an aligned signature."""
    SPF = "spf"
    """The mail is fresh by SPF from the sender's own host."""


_UNJUDGED = Freshness(False, FreshnessReason.UNPROVEN)


def judge_freshness(
    authenticated: Authenticated, network: ClientNetwork, context: Context, *, has_message: bool
) -> Freshness:
    """Whether the mail is fresh, with the reason."""
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
