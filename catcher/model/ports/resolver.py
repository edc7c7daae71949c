"""The port to the DNS look-ups that a fingerprint needs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from catcher.model.mail.lookup import LookupResults, Question


class Resolver(Protocol):
    """Answers the questions of a fingerprint. A failed look-up raises nothing: its result is ``Status.FAILED``."""

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str, late: bool = False) -> LookupResults:
        """Answers to all ``questions``.

        ``on_behalf_of``: who is charged beside the organisation asked about. For a mail it is its client's network;
        else a name for our own purpose. ``late``: no reply waits for the answers.
        """
        ...
