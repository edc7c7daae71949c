"""Way (e): a rule of an organisation sends mail of its mailboxes here. The forwarder is the sender, not the author."""

from __future__ import annotations

from catcher.fingerprint.ways.hosts import has_mx_of, is_own_host, is_trusted_host
from catcher.fingerprint.ways.proofs import Proofs, time_obstacle
from catcher.fingerprint.ways.providers import providers_of
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import HELO_SCOPE, AuthResult, Freshness

_FORWARD = Freshness(True, CountReason.FORWARD)
_PASSED_ON = Freshness(False, CountReason.PASSED_ON)


def by_forward(proofs: Proofs) -> Freshness | None:
    """Counts when the reverse-path has a form that a forwarder's rule writes (Google's ``+caf_=`` with the very
    recipient, SRS), or the mail is a journal report of Exchange or Microsoft 365; and SPF passes for MAIL FROM from an
    outbound host of the provider that its domain's MX and SPF name, or from its own host as in (d).

    A journal report with the null reverse-path counts by either of two: SPF of HELO passes for From's organisation,
    from its own host as in (d); or a fresh aligned signature stands for From, and the host is a provider's that From's
    MX names. X-Forwarded-* fields have no effect.
    """
    domain = proofs.spf_domain
    if domain is not None and (proofs.route.by_forwarder or proofs.same(domain, proofs.author)):
        trusted = is_trusted_host(proofs, domain)
    elif proofs.route.journal and proofs.authenticated.results.spf.scope == HELO_SCOPE:
        trusted = _reported_by_itself(proofs)
    else:
        return _PASSED_ON
    if trusted is None:
        return None
    return _FORWARD if trusted else _PASSED_ON


def _reported_by_itself(proofs: Proofs) -> bool | None:
    """Whether the organisation in From sent a report with the null reverse-path; None while an answer is missing."""
    spf = proofs.authenticated.results.spf
    signed = any(time_obstacle(verdict, each, proofs.context.now) is None for verdict, each in proofs.aligned())
    if spf.result is AuthResult.PASS and proofs.same(spf.domain or "", proofs.author):
        return is_own_host(proofs, proofs.author)
    rows = list(providers_of(proofs.network.hosts))
    return has_mx_of(proofs, proofs.author, rows) if signed and rows else False
