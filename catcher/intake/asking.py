"""Asks the resolver the questions of a pure function, and calls the function again until it returns a result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from catcher.fingerprint import MAX_ROUNDS, failing_the_rest
from catcher.model.mail.lookup import LookupResult, LookupResults, Question, Unanswered
from catcher.model.ports import Resolver

_T = TypeVar("_T")

LOOKUP_SECONDS = 20.0
"""Seconds for all look-ups of one transaction; a look-up without an answer by then is ``temperror``."""


async def ask_until_answered(
    judge: Callable[[LookupResults], _T | Unanswered],
    resolver: Resolver | None,
    *,
    on_behalf_of: str,
    seconds: float = LOOKUP_SECONDS,
) -> _T:
    """The result of ``judge`` with the answers to its questions. After ``seconds`` or MAX_ROUNDS, every question
    without an answer counts as failed.

    ``resolver`` None: ``judge`` asks nothing.
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
    result = judge(failing_the_rest(answers))
    assert not isinstance(result, Unanswered), "with an answer to every question nothing is asked"
    return result
