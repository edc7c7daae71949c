"""The memory for all envelopes and headers of a worker: one client can't take what the others need. Pure."""

from __future__ import annotations

UNCOUNTED_OCTETS = 2_048
"""Octets of each envelope that aren't counted: a mail with one recipient is taken even when the pool is used up."""


class EnvelopePool:
    """Counts the octets of envelopes above ``UNCOUNTED_OCTETS`` each, and of headers above ``UNCOUNTED_HEADER_OCTETS``
    each, until they are recorded or dropped."""

    __slots__ = ("_most", "octets")

    def __init__(self, most: int) -> None:
        """``most``: most octets of all envelopes together."""
        self._most = most
        self.octets = 0
        """Octets that are counted now."""

    def take(self, octets: int) -> bool:
        """Counts ``octets`` more; False, and nothing is counted, when there is no room."""
        if self.octets + octets > self._most:
            return False
        self.octets += octets
        return True

    def give_back(self, octets: int) -> None:
        """Counts ``octets`` less, of those that were taken."""
        self.octets -= octets
