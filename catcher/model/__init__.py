"""The values that travel between rooms, and the ports that adapters fill.

::

    Transaction ─▶ Fingerprint ─▶ Observation ─▶ Incident ─▶ Report ─▶ Notice ─▶ PartyAnswer
        (dies at once)              (stored)     (stored)             (stored)    (stored)

    mail/: what came, and who sent it ─▶ leak/: what it adds up to ─▶ telling/: whom to tell, and what they answered
    ports/: a Protocol for each thing outside (store, resolver), by chapter

A value never changes once it is made. Python itself holds those values to it that are few (``dataclass(frozen=True)``);
those of which each mail makes many are made by ``value``, and there mypy alone refuses an assignment to a field.

Nothing here does I/O or reads a clock: every datetime is passed in, and is aware and in UTC.
"""
