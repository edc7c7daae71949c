"""Way (a): the author's organisation signed this recipient, a moment ago."""

from __future__ import annotations

from catcher.fingerprint.authentication.dkim.signature import DkimSignature
from catcher.fingerprint.authentication.dkim.verdict import DkimVerdict
from catcher.fingerprint.ways.proofs import Proofs, time_obstacle
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import Freshness


def by_signed_recipient(proofs: Proofs) -> Freshness:
    """Counts when an aligned DKIM signature passes, covers the whole body and a To or Cc that names every typed domain,
    and was made within three days: by ``t=``, else by the signed Date. The reason is ``subdomain`` when only a name
    below the organizational domain signed: such a name may be in somebody else's hands. The store looks for the ``b=``
    in other mails.
    """
    reasons = [_reason(proofs, verdict, signature) for verdict, signature in proofs.aligned()]
    for way in (CountReason.DKIM, CountReason.SUBDOMAIN):
        if way in reasons:
            return Freshness(True, way, proofs.seals)
    return Freshness(False, next(iter(reasons), CountReason.UNPROVEN))


def _reason(proofs: Proofs, verdict: DkimVerdict, signature: DkimSignature) -> CountReason:
    obstacle = time_obstacle(verdict, signature, proofs.context.now)
    if obstacle is not None:
        return obstacle
    if not verdict.names_typed:
        return CountReason.UNSIGNED_RECIPIENT
    own = proofs.context.organizational_domain(signature.domain)
    return CountReason.DKIM if signature.domain == own else CountReason.SUBDOMAIN
