"""The frozen values that travel between rooms, and the ports that adapters fill.

::

    Transaction ─▶ Fingerprint ─▶ Observation ─▶ Incident ─▶ Report ─▶ Notice ─▶ PartyAnswer
        (dies at once)              (stored)     (stored)
    mail ────────────────────────────────────┘   leak ───┘   telling ──────────────────────┘
    ports: what rooms need of the outside

Nothing here does I/O or reads a clock: every datetime is passed in, and is aware and in UTC.
"""
