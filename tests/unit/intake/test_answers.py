"""Answers to notices: each once, those that can't follow change nothing, and a flood is put off."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from catcher.intake.answers import ACTS, AT_ONCE, AnswerRecorder, TooManyAnswers, note_answers
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.telling.answer import PartyAnswer, Verb
from catcher.model.telling.noticelife import Act, NoticeState
from catcher.store import MemoryStore
from tests.support.notices import MORNING, notice

LATER = MORNING + timedelta(days=1)
ARMY = IncidentKey("army.mil", Role.INTENDED, "army.ml")
SENT = notice(Act.APPROVED, Act.SENDING, Act.SENT, key=ARMY)


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore()
    made.add_notice(SENT, b"text")
    return made


@pytest.mark.parametrize("verb", Verb)
def test_every_verb_is_a_step_of_the_ledger_once(store: MemoryStore, verb: Verb) -> None:
    answer = PartyAnswer(verb, SENT.id)
    assert note_answers(store, [answer, answer], LATER) == 1
    assert note_answers(store, [answer], LATER + timedelta(days=1)) == 0
    noted = store.notice(SENT.id)
    assert noted is not None
    step = noted.steps[-1]
    assert (step.act, step.at, step.who, step.note) == (ACTS[verb], LATER, "answer", "")


def test_what_the_notice_is_then(store: MemoryStore) -> None:
    for verb, state in (
        (Verb.BOUNCE, NoticeState.BOUNCED),
        (Verb.GOT_IT, NoticeState.ANSWERED),
        (Verb.WRONG, NoticeState.WRONG),
    ):
        note_answers(store, [PartyAnswer(verb, SENT.id)], LATER)
        noted = store.notice(SENT.id)
        assert noted is not None
        assert noted.state is state


@pytest.mark.parametrize("verb", Verb)
def test_a_sender_can_ask_for_nothing_about_the_name(verb: Verb) -> None:
    """Its notice has no ``stop+`` and no ``transfer+``; who makes them of the code it has is not heard."""
    store = MemoryStore()
    told = notice(Act.APPROVED, Act.SENDING, Act.SENT, id="ntc-00000000000a")
    assert told.key.role is Role.SENDER
    store.add_notice(told, b"text")
    noted = note_answers(store, [PartyAnswer(verb, told.id)], LATER)
    assert noted == (0 if verb in (Verb.STOP, Verb.TRANSFER) else 1)


def test_an_unknown_notice_changes_nothing(store: MemoryStore) -> None:
    assert note_answers(store, [PartyAnswer(Verb.STOP, "ntc-ffffffffffff")], LATER) == 0


def test_a_notice_that_was_not_sent_yet_is_not_answered() -> None:
    store = MemoryStore()
    store.add_notice(notice(Act.APPROVED), b"text")
    assert note_answers(store, [PartyAnswer(Verb.GOT_IT, SENT.id)], LATER) == 0


class TestFloods:
    def answers(self) -> tuple[AnswerRecorder, list[PartyAnswer]]:
        noted: list[PartyAnswer] = []

        def note(answers: Sequence[PartyAnswer], at: datetime) -> None:
            noted.extend(answers)

        return AnswerRecorder(note), noted

    def test_more_than_people_send_are_put_off_and_taken_later(self) -> None:
        answers, noted = self.answers()
        one = [PartyAnswer(Verb.GOT_IT, SENT.id)]

        async def flood() -> None:
            for _ in range(AT_ONCE):
                await answers.note(one, LATER)
            with pytest.raises(TooManyAnswers):
                await answers.note(one, LATER)
            await answers.note(one, LATER + timedelta(seconds=2))

        asyncio.run(flood())
        assert len(noted) == AT_ONCE + 1

    def test_what_says_nothing_costs_nothing(self) -> None:
        answers, noted = self.answers()

        async def flood() -> None:
            for _ in range(2 * AT_ONCE):
                await answers.note([], LATER)

        asyncio.run(flood())
        assert noted == []
