"""The values that travel between rooms, and the ports that adapters fill.

::

    Transaction ─▶ Fingerprint ─▶ Observation ─▶ Incident ─▶ Report ─▶ Notice ─▶ PartyAnswer
        (dies at once)              (stored)     (stored)
    mail ────────────────────────────────────┘   leak ───┘   telling ──────────────────────┘
    ports: what rooms need of the outside

Nothing here does I/O or reads a clock: every datetime is passed in, and is aware and in UTC.

A value never changes once it is made. Python itself holds those values to it that are few (``dataclass(frozen=True)``);
those of which each mail makes many are made by ``value``, and there mypy alone refuses an assignment to a field.
"""
