"""The demo: simulates a month of stray mail on loopback, with made-up organisations and real SMTP and DNS servers.

::

    organisations ─▶ zones ──────────────▶ layout, stage: folder, catcher.toml, free ports, two real servers
          │            (SPF, DKIM, DMARC, PTR)      │   1. DNS of the made-up world   (what the sink's resolver asks)
          ▼                                         │   2. the sink: DNS and SMTP     (what the demo is about)
        keys ─▶ letters ─▶ stories ─▶ month         │
                (genuinely signed)      │           │
                                        ▼           ▼
                     clock ◀── play: MX query, connection from the sender's own address, transaction, reply
                  (the servers' time,                  │
                   in shared memory)                   ▼
                                    show: observations, incidents, reports, and whether each is as scripted
                                              │
                                    mailhost: where the notices arrive that a person approves and sends (--keep)

Every organisation sends from its own network in 127.0.0.0/8, so that SPF and reverse DNS pass. No packet leaves the
machine. The names are example domains (RFC 2606), army.ml and navy.ml, for whose stray mail catcher was written, and
protection.outlook.com: the rules know a platform by the names of its hosts.
"""
