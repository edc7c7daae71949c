"""Measures the sink as a mail server: speed beside peers, waits during upkeep, memory of connections, the body stream.

::

    sink: catcher serve, no look-ups ─┬─▶ smtp: 5 kB mails, beside Haraka, aiosmtpd, smtp-sink ──┬─▶ verdict
                                      ├─▶ upkeep: mail beside a server that forgets a month's due│
                                      └─▶ connections: memory of the largest envelopes           │
    stream: the body stream in this process, beside aiosmtpd and hashlib ────────────────────────┘
"""
