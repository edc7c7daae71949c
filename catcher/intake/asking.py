"""Asks the resolver the questions of a pure function, and calls the function again until it returns a result."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from catcher.fingerprint import MAX_ROUNDS, failing_the_rest
from catcher.model.mail.lookup import LookupResult, LookupResults, Question, Unanswered
from catcher.model.ports import Resolver

log = logging.getLogger("catcher.intake")

_T = TypeVar("_T")

LOOKUP_SECONDS = 20.0
"""Seconds for all look-ups of one transaction (RFC 7208 §4.6.4); one without an answer by then is ``temperror``."""
REPLY_SECONDS = 2.0
"""Seconds for all look-ups that a reply waits for; the others are asked on after the commit (DESIGN §3)."""


async def ask_until_answered(
    judge: Callable[[LookupResults], _T | Unanswered],
    resolver: Resolver | None,
    *,
    on_behalf_of: str,
    seconds: float = LOOKUP_SECONDS,
    late: bool = False,
) -> _T:
    """The result of ``judge`` with the answers to its questions. After ``seconds`` or MAX_ROUNDS, every question
    without an answer counts as failed, whatever the resolver does.

    ``resolver`` None: ``judge`` asks nothing.
    """
    answers: dict[Question, LookupResult] = {}
    if resolver is not None:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        for _ in range(MAX_ROUNDS):
            result = judge(answers)
            if not isinstance(result, Unanswered):
                return result
            asked = resolver.ask(result.questions, on_behalf_of=on_behalf_of, late=late)
            found = await _within(until - loop.time(), asked)
            if found is None:
                break
            answers |= found
    result = judge(failing_the_rest(answers))
    assert not isinstance(result, Unanswered), "with an answer to every question nothing is asked"
    return result


async def _within(seconds: float, asked: Coroutine[Any, Any, LookupResults]) -> LookupResults | None:
    """The answers; None when they take longer than ``seconds`` or the resolver fails.

    The resolver has a task of its own, so that nothing waits for it that ignores its cancellation.
    """
    task = asyncio.get_running_loop().create_task(asked)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        if not task.done():
            task.cancel()
    if not task.done():
        task.add_done_callback(lambda late: late.cancelled() or late.exception())
        return None
    if task.cancelled():
        return None
    error = task.exception()
    if error is not None:  # the reply comes all the same; the error's text may hold a client's data
        log.error("look-ups could not be made: %s", type(error).__name__)
        return None
    return task.result()
