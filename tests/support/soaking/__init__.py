"""Load, changes, kills and transfers at a running server, each counted for the soak of everything at once.

::

    questions ─▶ load: UDP and TCP queries, what was lost and when ─┐
    changes: rows, zones, faults, reloads, what was live and when  ─┼─▶ tests.soak_dns: the table
    disturb: kills, full disk, transfers, memory                   ─┘
"""
