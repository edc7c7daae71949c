"""Way (b): the author's organisation signed the mail without its recipients, and its provider delivered it here."""

from __future__ import annotations

from catcher.fingerprint.ways.hosts import is_trusted_host
from catcher.fingerprint.ways.proofs import Proofs, time_obstacle
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import Freshness


def by_own_provider(proofs: Proofs) -> Freshness | None:
    """Counts when an aligned DKIM signature passes, covers the whole body and neither To nor Cc, and is as fresh as in
    (a); SPF passes for MAIL FROM, aligned; the client is an outbound host of the provider that the author's MX and SPF
    name; To and Cc, unsigned as they are, name every typed domain; and nothing says
    that the mail was passed on. The store looks for its ``b=`` in other mails.
    """
    if not any(
        not verdict.covers_recipients and time_obstacle(verdict, signature, proofs.context.now) is None
        for verdict, signature in proofs.aligned()
    ):
        return Freshness(False, CountReason.UNPROVEN)
    obstacle = delivery_obstacle(proofs)
    if obstacle is not None:
        return Freshness(False, obstacle)
    trusted = is_trusted_host(proofs, proofs.author)
    if trusted is None:
        return None
    if not trusted:
        return Freshness(False, CountReason.SHARED_ADDRESS)
    return Freshness(True, CountReason.PROVIDER, proofs.seals)


def delivery_obstacle(proofs: Proofs) -> CountReason | None:
    """The reason why an SPF pass doesn't show that the author wrote to the typed domain; None without one.

    The host isn't judged here.
    """
    if proofs.route.passed_on or proofs.route.by_forwarder:
        return CountReason.PASSED_ON
    if not proofs.spf_aligned or not proofs.route.names_typed:
        return CountReason.UNSIGNED_RECIPIENT
    return None
