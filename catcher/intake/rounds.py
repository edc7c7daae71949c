"""Runs a pure function that returns its result or its questions until there is a result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from catcher.fingerprint import MAX_ROUNDS, settled
from catcher.model.lookup import LookupResult, LookupResults, Question, Unanswered
from catcher.model.ports import Resolver

T = TypeVar("T")

LOOKUP_SECONDS = 20.0
"""All look-ups for one transaction together; what is open then shows as ``temperror``."""


async def resolved(
    judge: Callable[[LookupResults], T | Unanswered],
    resolver: Resolver | None,
    *,
    on_behalf_of: str,
    seconds: float = LOOKUP_SECONDS,
) -> T:
    """What ``judge`` makes of the answers that it asks for; after ``seconds`` or MAX_ROUNDS the rest counts as failed.

    ``resolver`` None: ``judge`` mustn't ask.
    """
    answers: dict[Question, LookupResult] = {}
    if resolver is not None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for _ in range(MAX_ROUNDS):
                    result = judge(answers)
                    if not isinstance(result, Unanswered):
                        return result
                    answers |= await resolver.ask(result.questions, on_behalf_of=on_behalf_of)
    result = judge(settled(answers))
    assert not isinstance(result, Unanswered), "a settled judgement asks nothing"
    return result
