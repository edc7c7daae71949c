"""SQL of the sums: observations folded into incidents, their summaries, and the mailboxes of each period.

::

    folding.py: rows ─▶ MailShares, once for rows alike ─▶ Sums ─┬─▶ incident.py   cells, added where they lie
        │                                                        ├─▶ summary.py    one row for each incident
        │                                                        └─▶ mailboxes.py  a table for each period ─▶ totals
        └─▶ correcting.py: what may change, what changed, what can't change any more
"""
