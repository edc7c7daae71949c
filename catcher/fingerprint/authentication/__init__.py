"""SPF, DKIM, DMARC and ARC of one transaction: their results, or the questions that the DNS must answer first.

::

    spf (pyspf) ─────────────┐
    dkim ────────────────────┼─▶ dmarc ─▶ authenticate ─▶ results, on which the judgement rests
      └─▶ arc ───────────────┘               ▲
           └─────────────────────────────────┘
"""
