"""Reads master files (RFC 1035 §5): octets become records with file and line, or a fault.

::

    path ─▶ octets: a regular file, bounded ─▶ entries: words of one entry ─▶ masterfile: owner, TTL, class, type
                                                                                 ├─▶ nametext, rdatatext ─▶ records
                                                                                 └─▶ generate: $GENERATE
"""
