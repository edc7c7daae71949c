"""Answers a fingerprint's DNS questions: over the network within budgets, or from zone files alone.

::

    questions ─▶ LiveResolver ─▶ cache ─▶ fair shares ─▶ budgets ─▶ servers (UDP, then TCP) ─▶ answers
    questions ─▶ ZoneResolver ─▶ zone files, and nothing else ───────────────────────────────▶ answers

A look-up that fails raises nothing: its answer is ``Status.FAILED``.
"""

from catcher.resolve.live import LiveResolver
from catcher.resolve.zones import ZoneResolver

__all__ = ["LiveResolver", "ZoneResolver"]
