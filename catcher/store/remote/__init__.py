"""The way from an SMTP worker to the process that stores: rows over a socket pair, one sync for all that came together.

::

    worker: client ─▶ messages ─▶ socket ─▶ server ─▶ groupwriter ─▶ Store
                ◀──────── durable ◀────────────┘
"""
