"""The packet cache: replies that were made once and serve every query that must get the same octets.

::

    message ─▶ cache: the same message again? ─▶ learned: a name whose answer class is known? ─▶ classify: which class?
                  └────────────── a reply's octets ◀─────────────────────────────────────────────┘
"""
