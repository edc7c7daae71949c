"""Admission: which connection may be opened, by number and by rate, for one address and for each network around it.

::

    connection ─▶ flood: too many new ones a second? ─▶ gate: a share left? room? ─▶ place ─▶ session
                            │                              │        │
                            └────────────── 421 ◀──────────┘        └▶ evictions: the slowest of the heaviest network

``networks`` names the networks of an address and their shares. A ``place`` keeps how long its client has paid for it by
the octets that it sent.
"""
