"""Hands ended transactions to intake; a client that leaves can't cut a commit short."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from traceback import extract_tb

from catcher.model.errors import CatcherError
from catcher.smtp.counters import Counters
from catcher.smtp.envelope import Answered, Ended, IntakePort

log = logging.getLogger("catcher.smtp")

TELL_SECONDS = 60.0
"""How often the same trouble is logged."""


def place_of(error: BaseException) -> str:
    """Class and place of an unexpected error: its text may hold what a client sent, and is never logged."""
    frames = extract_tb(error.__traceback__, limit=-1)
    return f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__


class Recorder:
    """Begins what intake does with a transaction, and says what came of it."""

    def __init__(self, intake: IntakePort, counters: Counters) -> None:
        self._intake = intake
        self._counters = counters
        self._running: set[asyncio.Future[object]] = set()
        self._told_at = float("-inf")
        self._failing = False

    def begin(self, ended: Ended | Answered) -> asyncio.Future[object]:
        """Starts recording; who started has to ask ``is_stored`` when it is done."""
        try:
            running: asyncio.Future[object] = asyncio.ensure_future(self._given_to_intake(ended))
        except Exception as error:  # as in ``is_stored``, which tells it
            running = asyncio.get_running_loop().create_future()
            running.set_exception(error)
        self._running.add(running)
        return running

    def is_stored(self, ended: asyncio.Future[object]) -> bool | None:
        """Whether what was recorded is durable; None when the loop gave it up. Never raises."""
        self._running.discard(ended)
        if ended.cancelled():
            return None
        error = ended.exception()
        if error is None:
            self._failing = False
            return True
        self._counters.not_stored += 1
        if isinstance(error, CatcherError):  # our own words: what fails, and what to do
            self._failing = True
            self._tell(str(error))
        else:  # the edge of a transaction: whatever it was, the client retries and the server goes on
            self._counters.internal_errors += 1
            log.error("a transaction could not be recorded: %s", place_of(error))
        return False

    def is_recording(self) -> bool:
        """False once a transaction could not be recorded, until one is again."""
        return not self._failing

    async def drained(self) -> None:
        """Returns when nothing is being recorded."""
        while self._running:
            await asyncio.wait(self._running)

    def _tell(self, why: str) -> None:
        """Logs why nothing can be recorded, at most once in TELL_SECONDS."""
        now = asyncio.get_running_loop().time()
        if now - self._told_at >= TELL_SECONDS:
            self._told_at = now
            log.error("transactions can't be recorded (%d so far): %s", self._counters.not_stored, why)

    def _given_to_intake(self, ended: Ended | Answered) -> Awaitable[object]:
        if isinstance(ended, Answered):
            return self._intake.note(ended.answers, ended.at)
        return self._intake.take(ended.transaction, ref=ended.ref, policies=ended.policies, outcome=ended.outcome)
