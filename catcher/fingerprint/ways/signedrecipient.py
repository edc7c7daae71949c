"""Way (a): the author's organisation signed this recipient, a moment ago."""

from __future__ import annotations

from catcher.fingerprint.ways.proofs import Proofs, time_obstacle
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import Freshness


def by_signed_recipient(proofs: Proofs) -> Freshness:
    """Counts when an aligned DKIM signature passes, covers the whole body and a To or Cc that names every typed domain,
    and was made within three days: by ``t=``, else by the signed Date. The store looks for its ``b=`` in other mails.
    """
    reasons: dict[CountReason, list[bytes]] = {}
    for verdict, signature in proofs.aligned():
        reason = time_obstacle(verdict, signature, proofs.context.now)
        if reason is None:
            reason = CountReason.DKIM if verdict.names_typed else CountReason.UNSIGNED_RECIPIENT
        reasons.setdefault(reason, []).append(signature.value)
    if CountReason.DKIM in reasons:
        return Freshness(True, CountReason.DKIM, tuple(reasons[CountReason.DKIM]))
    return Freshness(False, next(iter(reasons), CountReason.UNPROVEN))
