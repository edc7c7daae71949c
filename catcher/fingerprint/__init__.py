"""Transaction → fingerprint: the sender, the intended organisation, the kind of mail; pure (DESIGN §1, §3).

::

    header ─▶ wanted_digests ─▶ BodyDigest … ◀─ body chunks           (while the message streams by)

    transaction ┐                 ┌─ spf ──┐
    answers ────┼─▶ fingerprint ──┼─ dkim ─┼─▶ dmarc ─▶ sender ─┐
    context ────┘       │         ├─ arc   │            freshness ├─▶ Fingerprint
                        │         └─ iprev ┘    nature, markings ┘
                        └─▶ Unanswered(questions): ask the resolver, add the answers, call again

No sockets, files, environment or clock: the DNS comes in as ``answers``, the time as ``context.now``.
"""

from catcher.fingerprint.authentication.dkim.bodydigest import BodyDigest
from catcher.fingerprint.authentication.dkim.signature import wanted_digests
from catcher.fingerprint.context import Context
from catcher.fingerprint.header.ownmarkings import read_own_markings
from catcher.fingerprint.judge import TransactionFacts, fingerprint, fingerprint_from, read_transaction_facts
from catcher.fingerprint.lookups import MAX_ROUNDS, failing_the_rest

__all__ = [
    "MAX_ROUNDS",
    "BodyDigest",
    "Context",
    "TransactionFacts",
    "failing_the_rest",
    "fingerprint",
    "fingerprint_from",
    "read_own_markings",
    "read_transaction_facts",
    "wanted_digests",
]
