"""Runs a pure function that returns its result or its questions until there is a result."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from catcher.fingerprint import MAX_ROUNDS, settled
from catcher.model.lookup import Answer, Answers, Question, Unanswered
from catcher.model.ports import Resolver

T = TypeVar("T")


async def resolved(judge: Callable[[Answers], T | Unanswered], resolver: Resolver | None, *, on_behalf_of: str) -> T:
    """What ``judge`` makes of the answers that it asks for; after MAX_ROUNDS the rest counts as failed.

    ``resolver`` None: ``judge`` mustn't ask.
    """
    answers: dict[Question, Answer] = {}
    for _ in range(MAX_ROUNDS if resolver is not None else 0):
        result = judge(answers)
        if not isinstance(result, Unanswered):
            return result
        assert resolver is not None
        answers |= await resolver.ask(result.questions, on_behalf_of=on_behalf_of)
    result = judge(settled(answers))
    assert not isinstance(result, Unanswered), "a settled judgement asks nothing"
    return result
