"""NOTIFY (RFC 1996): secondaries are told which zones have changed.

::

    Authority before, Authority now ─▶ announcements: whose serial changed? ─▶ notify ─▶ secondaries
"""
