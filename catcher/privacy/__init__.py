"""Keys, tokens and retention: the means by which a stored observation is forgotten.

::

    keys/period-2026-11.key ─▶ KeyRing.tokens(now) ─▶ Tokens ─▶ mailbox token, signature token, retry tag
          │                                                       (HMAC; nothing leads back to a local-part)
          └── ended period: settle the store, then destroy_before(now) ─▶ its tokens can be tied to nobody

    keys/notices.key ─▶ notice_codes(folder) ─▶ NoticeCodes: the CODE in bounce+CODE@, got-it+CODE@ … (HMAC, long-lived)

    field dictionary ─▶ retention.cutoffs(now, keep_days) ─▶ moments before which to delete, coarsen, empty

A period's key lives for a calendar month in UTC. Nothing here reads the clock.
"""

from catcher.privacy.codes import NoticeCodes, notice_codes
from catcher.privacy.keys import KeyRing
from catcher.privacy.tokens import Tokens, period_of

__all__ = ["KeyRing", "NoticeCodes", "Tokens", "notice_codes", "period_of"]
