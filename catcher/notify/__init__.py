"""Notices to both sides of a leak: whom they go to.

::

    party ─▶ find: entered ─▶ imported ─▶ security.txt ─▶ rdap ─▶ soa ─▶ rfc2142 ─▶ csirt ─▶ contacts
"""
