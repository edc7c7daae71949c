"""The nature of a mail: its class, its kind of typo, and the probability that an honest sender wrote it.

::

    headerview ─▶ findfacts ─▶ facts ─────────▶ classify ─▶ class, kind of typo, reasons
               │      └ mailprograms, programs, phrases (languages): the tables of signs
               ├─▶ findtraits ─▶ genuine (weights) ─┘         └─ probability
               └─▶ hints: for whom it was meant
    a mail that came back ─▶ deliveryreport: failure, delay or neither
"""
