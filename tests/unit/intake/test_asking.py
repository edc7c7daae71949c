"""Asking until there is a result: bounded in rounds and in time, and always with a result."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from catcher.fingerprint import MAX_ROUNDS
from catcher.intake.asking import ask_until_answered
from catcher.model.mail.lookup import LookupResult, LookupResults, LookupType, Question, Status, Unanswered

FOUND = LookupResult(Status.FOUND, (b"v=spf1 -all",))


def question(number: int) -> Question:
    return Question(f"q{number}.example", LookupType.TXT)


class Prompt:
    """A resolver that answers at once and counts the rounds."""

    def __init__(self) -> None:
        self.rounds = 0

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str) -> LookupResults:
        self.rounds += 1
        return dict.fromkeys(questions, FOUND)


class Silent:
    """A resolver that never comes back."""

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str) -> LookupResults:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


def asking(how_many: int):
    """A judgement that needs ``how_many`` answers, one after the other, and tells what became of each."""

    def judge(answers: LookupResults) -> list[Status] | Unanswered:
        statuses = []
        for number in range(how_many):
            if question(number) not in answers:
                return Unanswered(frozenset({question(number)}))
            statuses.append(answers[question(number)].status)
        return statuses

    return judge


def test_asks_again_until_every_answer_is_there():
    resolver = Prompt()
    assert asyncio.run(ask_until_answered(asking(3), resolver, on_behalf_of="sender.example")) == [Status.FOUND] * 3
    assert resolver.rounds == 3


def test_after_the_last_round_the_rest_counts_as_failed():
    result = asyncio.run(ask_until_answered(asking(MAX_ROUNDS + 2), Prompt(), on_behalf_of="sender.example"))
    assert result == [Status.FOUND] * MAX_ROUNDS + [Status.FAILED] * 2


def test_when_the_time_is_spent_the_rest_counts_as_failed():
    result = asyncio.run(ask_until_answered(asking(2), Silent(), on_behalf_of="sender.example", seconds=0.0))
    assert result == [Status.FAILED] * 2


def test_with_lookups_off_nobody_is_asked():
    assert asyncio.run(ask_until_answered(lambda answers: "none", None, on_behalf_of="sender.example")) == "none"
