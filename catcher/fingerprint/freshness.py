"""Judges whether a mail is fresh and written to the typed domain, so that it may count (DESIGN §3 "Notices").

The ways are tried in order of proof; the first that holds gives the reason. When none holds, the reason is the obstacle
of the way that came nearest.
"""

from __future__ import annotations

from catcher.fingerprint.ways.boundtenant import by_bound_tenant
from catcher.fingerprint.ways.forward import by_forward
from catcher.fingerprint.ways.ownhost import by_own_host
from catcher.fingerprint.ways.ownprovider import by_own_provider
from catcher.fingerprint.ways.proofs import Proofs
from catcher.fingerprint.ways.signedrecipient import by_signed_recipient
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import Freshness

_UNJUDGED = Freshness(False, CountReason.UNPROVEN)
_NO_MESSAGE = Freshness(False, CountReason.NO_MESSAGE)


def judge_freshness(proofs: Proofs, *, has_message: bool) -> Freshness | None:
    """Whether the mail is fresh, with the reason; None when questions are open."""
    if not has_message:
        return _NO_MESSAGE
    if not proofs.context.lookups:
        return _UNJUDGED
    if proofs.route.journal:
        return by_forward(proofs)
    signed = by_signed_recipient(proofs)
    if signed.fresh:
        return signed
    if proofs.route.by_forwarder:
        return by_forward(proofs)
    own = by_own_host(proofs)
    if own.fresh:
        return own
    carried = by_own_provider(proofs)
    tenant = by_bound_tenant(proofs) if carried is not None and not carried.fresh else None
    if carried is None or (tenant is None and not carried.fresh):
        return None
    if carried.fresh:
        return carried
    assert tenant is not None
    return tenant if tenant.fresh else _nearest(signed, carried, tenant, own)


def _nearest(signed: Freshness, carried: Freshness, tenant: Freshness, own: Freshness) -> Freshness:
    """The obstacle to tell. An aligned signature comes nearer than a tenant's, and a tenant's nearer than SPF alone;
    the sign that the mail was passed on explains most."""
    found = [each for each in (carried, signed, tenant, own) if each.reason != CountReason.UNPROVEN]
    if any(each.reason == CountReason.PASSED_ON for each in found):
        return Freshness(False, CountReason.PASSED_ON)
    return found[0] if found else _UNJUDGED
