"""The way from an SMTP worker to the process that stores: rows over a socket pair, one sync for all that came together.

::

    worker: client ─▶ messages ─▶ socket ─▶ server ─▶ groupwriter ─▶ Store
                ◀──────── durable ◀────────────┘
                                            rowcheck: what nobody could read later is refused alone
                                            forgetter: one step of forgetting at a time, between groups of commits
"""
