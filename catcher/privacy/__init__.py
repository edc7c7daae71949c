"""Keys, tokens and retention: the means by which a stored observation is forgotten.

::

    keys/period-2026-11.key    ─┬─▶ KeyRing.tokens(now) ─▶ Tokens ─▶ mailbox token      (HMAC; nothing leads back to
    keys/epoch-2026-11-27.key  ─┘                                ─▶ signature token, retry tag             a local-part)
          │
          ├── ended period: destroy_before(now) ─▶ its tokens can be tied to nobody; its id is never used again
          └── an epoch that may not be read any more: destroy_epochs(now)

    keys/notices.key ─▶ notice_codes(folder) ─▶ NoticeCodes: the CODE in bounce+CODE@, got-it+CODE@ … (HMAC, long-lived)

    field dictionary ─▶ retention.cutoffs(now, keep_days) ─▶ moments before which to delete, coarsen, empty

A period's key lives for a calendar month in UTC, an epoch's for ten days. Nothing here reads the clock.
"""

from catcher.privacy.codes import NoticeCodes, notice_codes
from catcher.privacy.keys import KeyRing, period_of_key
from catcher.privacy.tokens import Rolling, RollingTokens, Tokens, period_of

__all__ = [
    "KeyRing",
    "NoticeCodes",
    "Rolling",
    "RollingTokens",
    "Tokens",
    "notice_codes",
    "period_of",
    "period_of_key",
]
