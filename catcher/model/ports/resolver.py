"""Look-ups in the DNS, as a fingerprint needs them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from catcher.model.mail.lookup import LookupResults, Question


class Resolver(Protocol):
    """Answers what a fingerprint asks. Never raises for a failed look-up: that is ``Status.FAILED``."""

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str) -> LookupResults:
        """Answers to all ``questions``; questions over the budget of ``on_behalf_of`` (a sender domain) are FAILED."""
        ...
