"""The ways by which a mail is fresh and meant for this sink (DESIGN §3 "Notices"): one file a way.

::

    signed recipient (a) ─┐
    own provider     (b) ─┤    proofs: signatures, SPF, route, network ◀─ hosts ◀─ providers, addressdigits
    bound tenant     (c) ─┼─▶ freshness
    own host         (d) ─┤
    forward          (e) ─┘

Each way returns its Freshness, or None while it waits for an answer of the DNS. docs/engineering/counting.md has the
threats against each way.
"""
