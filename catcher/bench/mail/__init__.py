"""Measures the sink as a mail server: speed beside peers, waits during upkeep, memory of connections, the body stream.

::

    sink: catcher serve, no look-ups ─┬─▶ smtp: 5 kB mails, beside Haraka, aiosmtpd, smtp-sink ──┬─▶ verdict
                                      ├─▶ connections: memory of the largest envelopes           │
                                      └─▶ upkeep: mail while a month's due is forgotten (prepare)│
    stream: the body stream in this process, beside aiosmtpd and hashlib ────────────────────────┘
"""
