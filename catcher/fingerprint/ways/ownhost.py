"""Way (d): the author's own host sent the mail."""

from __future__ import annotations

from catcher.fingerprint.ways.hosts import is_own_host
from catcher.fingerprint.ways.ownprovider import delivery_obstacle
from catcher.fingerprint.ways.proofs import Proofs
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import Freshness


def by_own_host(proofs: Proofs) -> Freshness:
    """Counts when SPF passes for MAIL FROM, aligned, by a mechanism that names at most 16 addresses; the client's
    confirmed reverse name lies in the organizational domain of From and doesn't carry the address in its digits; To and
    Cc name every typed domain; and nothing says that the mail was passed on. No signature is needed; the store looks
    for those that there are in other mails, and whether the address has sent here for another organisation.
    """
    if not proofs.spf_aligned:
        return Freshness(False, CountReason.UNPROVEN)
    obstacle = delivery_obstacle(proofs)
    if obstacle is None and not is_own_host(proofs, proofs.author):
        obstacle = CountReason.SHARED_ADDRESS
    return Freshness(True, CountReason.SPF, proofs.seals) if obstacle is None else Freshness(False, obstacle)
