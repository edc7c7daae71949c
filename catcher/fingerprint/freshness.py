"""Judges whether a mail is fresh and written to the typed domain, so that it may count (DESIGN §3 "Notices").

Either of two proofs makes it fresh. By DKIM: an aligned signature passes, covers a To or Cc that names every typed
domain, and was made within three days and within the present key period, whose key recognises a replay. The store gets
the signature's ``b=`` and checks whether it came before. By SPF: an aligned pass from an address whose confirmed
reverse DNS belongs to the sender. Nobody else can make the sender's own host send an old mail again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from catcher.fingerprint.authentication.authenticate import Authenticated
from catcher.fingerprint.authentication.dkim.signature import DkimSignature
from catcher.fingerprint.context import Context
from catcher.fingerprint.network import ClientNetwork
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import AuthResult, Freshness

MAX_AGE = timedelta(days=3)
"""Greatest age of a fresh signature."""
CLOCK_SKEW = timedelta(minutes=10)
"""Most time that a signer's clock may be ahead of ours."""


_UNJUDGED = Freshness(False, CountReason.UNPROVEN)


def judge_freshness(
    authenticated: Authenticated, network: ClientNetwork, context: Context, *, has_message: bool
) -> Freshness:
    """Whether the mail is fresh, with the reason."""
    if not has_message:
        return Freshness(False, CountReason.NO_MESSAGE)
    if not context.lookups:
        return _UNJUDGED
    own = context.organizational_domain
    reasons: dict[CountReason, list[bytes]] = {}
    for verdict, result in zip(authenticated.verdicts, authenticated.results.dkim, strict=True):
        signature = verdict.signature
        if signature is None or result.result is not AuthResult.PASS or not result.aligned:
            continue
        if own(signature.domain) != own(authenticated.authors[0]):
            continue
        reason = _signature(signature, context.now, names_typed=verdict.names_typed)
        reasons.setdefault(reason, []).append(signature.value)
    if CountReason.DKIM in reasons:
        return Freshness(True, CountReason.DKIM, tuple(reasons[CountReason.DKIM]))
    spf = _spf(authenticated, network, own)
    if spf is CountReason.SPF:
        return Freshness(True, spf)
    return Freshness(False, next(iter(reasons), spf))


def _signature(signature: DkimSignature, now: datetime, *, names_typed: bool) -> CountReason:
    if signature.body.length is not None:
        return CountReason.PARTIAL_BODY
    if not names_typed:
        return CountReason.UNSIGNED_RECIPIENT
    if signature.signed_at is None:
        return CountReason.NO_TIME
    signed_at = signature.signed_at
    if signed_at > (now + CLOCK_SKEW).timestamp():
        return CountReason.FUTURE
    if signed_at < (now - MAX_AGE).timestamp():
        return CountReason.OLD
    if signed_at < now.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp():
        return CountReason.BEFORE_PERIOD
    return CountReason.DKIM


def _spf(authenticated: Authenticated, network: ClientNetwork, own: Callable[[str], str]) -> CountReason:
    spf = authenticated.results.spf
    if spf.result is not AuthResult.PASS or not authenticated.spf_aligned or spf.domain is None:
        return CountReason.UNPROVEN
    sender = own(authenticated.authors[0])
    if spf.scope == "mfrom" and own(spf.domain) == sender and sender in network.reverse:
        return CountReason.SPF
    return CountReason.SHARED_ADDRESS
