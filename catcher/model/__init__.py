"""The frozen values that travel between rooms, and the ports that adapters fill.

::

    Transaction ─▶ Fingerprint ─▶ Observation ─▶ Incident ─▶ Report
        (dies at once)              (stored)     (stored)

Nothing here does I/O or reads a clock: every datetime is passed in, and is aware and in UTC.
"""
