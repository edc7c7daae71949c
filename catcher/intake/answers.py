"""Writes each answer to a notice once into the notices' ledger, and limits the rate of answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from catcher.model.errors import CatcherError
from catcher.model.leak.incident import Role
from catcher.model.ports import NoteAnswers, Store
from catcher.model.telling.answer import PartyAnswer, Verb
from catcher.model.telling.notice import LedgerEntry, OutOfOrder
from catcher.model.telling.noticelife import REQUESTS, Act

BY_ANSWER = "answer"
"""``who`` in the ledger, for a step that an answer by mail caused."""
ACTS = {
    Verb.BOUNCE: Act.BOUNCED,
    Verb.GOT_IT: Act.GOT_IT,
    Verb.STOP: Act.STOP_REQUESTED,
    Verb.TRANSFER: Act.TRANSFER_REQUESTED,
    Verb.WRONG: Act.WRONG,
}
AT_ONCE = 60
"""Most answers that are accepted at once, and the number of further answers accepted per minute. Codes can't be
guessed, so answers over this limit are replays."""


class TooManyAnswers(CatcherError):
    """Answers came faster than the limit allows."""


class AnswerRecorder:
    """Limits and stores the answers that reach one process."""

    def __init__(self, note: NoteAnswers) -> None:
        self._note = note
        self._allowed = float(AT_ONCE)
        self._at: datetime | None = None

    async def note(self, answers: Sequence[PartyAnswer], at: datetime) -> None:
        """Returns when ``answers`` are durable. Raises CatcherError when they can't be stored now."""
        if not answers:
            return
        self._spend(len(answers), at)
        await asyncio.to_thread(self._note, answers, at)

    def _spend(self, number: int, at: datetime) -> None:
        passed = 0.0 if self._at is None else max(0.0, (at - self._at).total_seconds())
        allowed = min(float(AT_ONCE), self._allowed + passed * AT_ONCE / 60)
        if allowed < number:
            raise TooManyAnswers("answers to notices come faster than people answer; those over the limit are put off")
        self._allowed, self._at = allowed - number, at


def note_answers(store: Store, answers: Sequence[PartyAnswer], at: datetime) -> int:
    """Adds each of ``answers`` to its notice's ledger, unless it is there already; returns the number of steps added.

    An answer to a notice that is gone, or that wasn't sent yet, changes nothing. A request (REQUESTS) to a notice for a
    sender changes nothing either: only the intended party may make requests. A sender's notice shows no address for
    requests, but its code would be valid in one. Raises StoreUnavailable.
    """
    steps = 0
    for answer in answers:
        act = ACTS[answer.verb]
        notice = store.notice(answer.notice)
        if notice is None or notice.first(act) is not None:
            continue
        if act in REQUESTS and notice.key.role is not Role.INTENDED:
            continue
        try:
            store.add_step(answer.notice, LedgerEntry(act, at, BY_ANSWER), once=True)
        except OutOfOrder:
            continue
        steps += 1
    return steps
