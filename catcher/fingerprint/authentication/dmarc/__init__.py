"""DMARC (RFC 9989): the policy record by the tree walk, alignment, and the result by RFC 7489 where it differs.

::

    author's domain ─▶ record: the tree walk ─▶ verdict ◀─ identifiers of DKIM and SPF
                                                   └─ rfc7489: the former result
"""
