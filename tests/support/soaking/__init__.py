"""Load, changes, kills and transfers at a running server, each counted for the soaks of everything at once.

::

    questions ─▶ load: UDP and TCP queries, what was lost and when ─┐
    changes: rows, zones, faults, reloads, what was live and when  ─┼─▶ tests.soak_dns: the table
    disturb: kills, full disk, transfers, memory                   ─┘
    mailsession ─▶ mailload: mail of every habit, every reply      ─┬─▶ tests.soak_mail: the table
    mailserver: two million rows, kills, reloads, purges, sizes    ─┘
"""
