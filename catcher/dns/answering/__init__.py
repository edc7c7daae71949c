"""The answer to one query: octets in, octets out. Pure.

::

    octets ─▶ query ─▶ authority: whose name? which policy? ─▶ lookup ─▶ answer ─▶ message ─▶ octets
                          ├─▶ tsig, secondaries ─▶ transfer                           ▲
                          └─▶ options, cookies ───────────────────────────────────────┘
"""
