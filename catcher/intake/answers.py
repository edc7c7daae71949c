"""Answers to notices on their way into the ledger: each once, and not more in a minute than people send."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from catcher.model.answer import PartyAnswer, Verb
from catcher.model.errors import CatcherError
from catcher.model.incident import Role
from catcher.model.notice import LedgerEntry, OutOfOrder
from catcher.model.noticelife import REQUESTS, Act
from catcher.model.ports import NoteAnswers, Store

WHO = "answer"
"""In the ledger: what came by mail."""
ACTS = {
    Verb.BOUNCE: Act.BOUNCED,
    Verb.GOT_IT: Act.GOT_IT,
    Verb.STOP: Act.STOP_REQUESTED,
    Verb.TRANSFER: Act.TRANSFER_REQUESTED,
    Verb.WRONG: Act.WRONG,
}
AT_ONCE = 60
"""Answers that are taken without a pause; afterwards as many a minute. Codes can't be guessed, so that more of them
are replays."""


class TooManyAnswers(CatcherError):
    """Answers come faster than people answer."""


class Answers:
    """Takes answers for one process."""

    def __init__(self, note: NoteAnswers) -> None:
        self._note = note
        self._left = float(AT_ONCE)
        self._at: datetime | None = None

    async def note(self, answers: Sequence[PartyAnswer], at: datetime) -> None:
        """Returns when ``answers`` are durable. Raises CatcherError when they can't be made so now."""
        if not answers:
            return
        self._spend(len(answers), at)
        await asyncio.to_thread(self._note, answers, at)

    def _spend(self, number: int, at: datetime) -> None:
        passed = 0.0 if self._at is None else max(0.0, (at - self._at).total_seconds())
        left = min(float(AT_ONCE), self._left + passed * AT_ONCE / 60)
        if left < number:
            raise TooManyAnswers("answers to notices come faster than people answer; those over the limit are put off")
        self._left, self._at = left - number, at


def note_answers(store: Store, answers: Sequence[PartyAnswer], at: datetime) -> int:
    """Adds each of ``answers`` to its notice's ledger, unless it is there already; returns how many steps that took.

    One that names a notice that is gone, or that wasn't sent yet, changes nothing, nor does a sender that asks for what
    only the intended party may: its notice has no such address, but the code is the same. Raises StoreUnavailable.
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
            store.add_step(answer.notice, LedgerEntry(act, at, WHO), once=True)
        except OutOfOrder:
            continue
        steps += 1
    return steps
