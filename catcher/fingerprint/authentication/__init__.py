"""SPF, DKIM, DMARC and ARC of one transaction: their results, or the DNS questions that are still open.

::

    spf (pyspf) ─────────────┐
    dkim ────────────────────┼─▶ dmarc ─▶ authenticate ─▶ results, on which the judgement rests
      └─▶ arc ───────────────┘               ▲
           └─────────────────────────────────┘
"""
