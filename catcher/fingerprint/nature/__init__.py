"""The nature of a mail: its class, its kind of typo, and the probability that an honest sender wrote it.

::

    headerview ─▶ facts ──────────────────────▶ classify ─▶ class, kind of typo, reasons
               ├─▶ findtraits ─▶ genuine (weights) ─┘         └─ probability
               └─▶ hints: for whom it was meant
    a mail that came back ─▶ deliveryreport: failure, delay or neither
"""
