"""DKIM (RFC 6376): signatures read from the header, keys read from the DNS, one verdict for each signature.

::

    header ─▶ signature (tags) ─▶ canonical: octets signed ─┐
    body ─▶ bodydigest, while it streams by ────────────────┼─▶ verdict
    TXT record ─▶ keyrecord (rsa) ──────────────────────────┘
"""
