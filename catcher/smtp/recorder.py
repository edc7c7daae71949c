"""Hands ended transactions to intake; a client that leaves can't cut a commit short."""

from __future__ import annotations

import asyncio
import logging
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
    """Runs each ``intake.take`` as a task of its own."""

    def __init__(self, intake: IntakePort, counters: Counters) -> None:
        self._intake = intake
        self._counters = counters
        self._tasks: set[asyncio.Task[bool]] = set()
        self._told_at = float("-inf")
        self._failing = False

    def begin(self, ended: Ended | Answered) -> asyncio.Task[bool]:
        """Starts recording; the result says whether it is durable. The task never fails."""
        task = asyncio.get_running_loop().create_task(self._take(ended))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def record(self, ended: Ended | Answered) -> bool:
        """Records ``ended``, to the end even when the caller is cancelled."""
        return await asyncio.shield(self.begin(ended))

    def is_recording(self) -> bool:
        """False once a transaction could not be recorded, until one is again."""
        return not self._failing

    async def drained(self) -> None:
        """Returns when nothing is being recorded."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _tell(self, why: str) -> None:
        """Logs why nothing can be recorded, at most once in TELL_SECONDS."""
        now = asyncio.get_running_loop().time()
        if now - self._told_at >= TELL_SECONDS:
            self._told_at = now
            log.error("transactions can't be recorded (%d so far): %s", self._counters.not_stored, why)

    async def _take(self, ended: Ended | Answered) -> bool:
        try:
            if isinstance(ended, Answered):
                await self._intake.note(ended.answers, ended.at)
            else:
                await self._intake.take(
                    ended.transaction, ref=ended.ref, policies=ended.policies, outcome=ended.outcome
                )
                self._failing = False
        except CatcherError as error:  # our own words: what fails, and what to do
            self._counters.not_stored += 1
            self._failing = self._failing or isinstance(ended, Ended)
            self._tell(str(error))
            return False
        except (
            Exception
        ) as error:  # the edge of a transaction: whatever it was, the client retries and the server goes on
            self._counters.not_stored += 1
            self._counters.internal_errors += 1
            log.error("a transaction could not be recorded: %s", place_of(error))
            return False
        return True
