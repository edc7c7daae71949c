"""Counts: demand by domain and network, and the replies that one network got in a second.

::

    replies ─▶ tally ─▶ handover ─▶ the process that stores demand
       └─────▶ ratelimit: send, send truncated, or drop
"""
