"""Answers what a fingerprint asks of the DNS: from the network within budgets, or hermetically from zone files.

::

    questions ─▶ LiveResolver ─▶ cache ─▶ budget of the sender domain ─▶ servers (UDP, then TCP) ─▶ answers
    questions ─▶ ZoneResolver ─▶ zone files, and nothing else ─────────────────────────────────────▶ answers

Neither ever raises for a look-up that fails: that is ``Status.FAILED``.
"""

from catcher.resolve.live import LiveResolver
from catcher.resolve.zones import ZoneResolver

__all__ = ["LiveResolver", "ZoneResolver"]
