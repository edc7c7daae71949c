"""Asking until there is a result: bounded in rounds and in time, and always with a result."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress

from catcher.fingerprint import MAX_ROUNDS
from catcher.intake.asking import REPLY_SECONDS, ask_until_answered
from catcher.model.mail.lookup import LookupResult, LookupResults, LookupType, Question, Status, Unanswered
from tests.support.smtpwire import run

FOUND = LookupResult(Status.FOUND, (b"v=spf1 -all",))


def question(number: int) -> Question:
    return Question(f"q{number}.example", LookupType.TXT)


class Prompt:
    """A resolver that answers at once and counts the rounds."""

    def __init__(self) -> None:
        self.rounds = 0

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str, late: bool = False) -> LookupResults:
        self.rounds += 1
        return dict.fromkeys(questions, FOUND)


class Silent:
    """A resolver that never comes back."""

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str, late: bool = False) -> LookupResults:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


class Deaf:
    """A resolver that ignores its cancellation, and comes back when it likes."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str, late: bool = False) -> LookupResults:
        while not self.ended.is_set():
            with suppress(asyncio.CancelledError):
                await self.ended.wait()
        raise RuntimeError("canary")


class Broken:
    """A resolver with a fault of ours."""

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str, late: bool = False) -> LookupResults:
        raise ValueError("canary")


class Slow:
    """A resolver that takes a second for each round."""

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str, late: bool = False) -> LookupResults:
        await asyncio.sleep(1)
        return dict.fromkeys(questions, FOUND)


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


def test_all_rounds_together_have_the_time_that_one_has():
    async def main():
        result = await ask_until_answered(asking(4), Slow(), on_behalf_of="192.0.2.0/24", seconds=REPLY_SECONDS + 0.5)
        assert result == [Status.FOUND] * 2 + [Status.FAILED] * 2
        assert asyncio.get_running_loop().time() == REPLY_SECONDS + 0.5

    run(main())


def test_nothing_waits_for_a_resolver_that_ignores_its_cancellation():
    async def main():
        resolver = Deaf()
        result = await ask_until_answered(asking(2), resolver, on_behalf_of="192.0.2.0/24", seconds=REPLY_SECONDS)
        assert result == [Status.FAILED] * 2
        assert asyncio.get_running_loop().time() == REPLY_SECONDS
        resolver.ended.set()
        await asyncio.sleep(1)

    run(main())


def test_a_fault_of_the_resolver_is_a_failure_and_is_logged_without_its_text(caplog):
    assert asyncio.run(ask_until_answered(asking(2), Broken(), on_behalf_of="192.0.2.0/24")) == [Status.FAILED] * 2
    assert "look-ups could not be made: ValueError" in caplog.text
    assert "canary" not in caplog.text


def test_whoever_is_cancelled_while_he_waits_ends_at_once():
    async def main():
        task = asyncio.create_task(ask_until_answered(asking(1), Silent(), on_behalf_of="192.0.2.0/24"))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()
        assert asyncio.get_running_loop().time() == 1.0

    run(main())


def test_with_lookups_off_nobody_is_asked():
    assert asyncio.run(ask_until_answered(lambda answers: "none", None, on_behalf_of="sender.example")) == "none"
