"""Admission: which connection may be opened, by number and by rate, for one address and its neighbourhood.

::

    connection ─▶ gate: room? evict the one idle longest ─▶ flood: too many new ones a second? ─▶ session | 421
"""
