"""Hands ended transactions to intake; if a client disconnects, a running commit is still completed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import Enum, auto
from functools import partial
from traceback import extract_tb

from catcher.intake.answers import TooManyAnswers
from catcher.model.errors import CatcherError
from catcher.smtp.counters import Counters
from catcher.smtp.dialogue.ended import Answered, Ended, IntakePort
from catcher.smtp.dialogue.pool import EnvelopePool
from catcher.smtp.throttledlog import ThrottledLog


class Recording(Enum):
    """The result of recording a transaction."""

    STORED = auto()
    """It is stored durably."""
    NOT_STORED = auto()
    """The store can't take it now, or catcher has a bug."""
    PUT_OFF = auto()
    """It answers notices faster than people answer. The store is well."""
    CANCELLED = auto()
    """The event loop is ending."""


_STORED = Recording.STORED


def place_of(error: BaseException) -> str:
    """Class and place of an unexpected error. The error's text may repeat a client's octets and is never logged."""
    frames = extract_tb(error.__traceback__, limit=-1)
    return f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__


class Recorder:
    """Hands a transaction to intake and reports whether it was stored."""

    def __init__(self, intake: IntakePort, counters: Counters, pool: EnvelopePool, lines: ThrottledLog) -> None:
        self._intake = intake
        self._counters = counters
        self._pool = pool
        self._lines = lines
        self._running: set[asyncio.Future[object]] = set()

    def begin(self, ended: Ended | Answered, then: Callable[[Recording], None]) -> None:
        """Starts to record; ``then`` is called with the result, later."""
        try:
            if isinstance(ended, Answered):
                awaitable = self._intake.note(ended.answers, ended.at)
            else:
                awaitable = self._intake.take(
                    ended.transaction, ref=ended.ref, policies=ended.policies, outcome=ended.outcome
                )
            running: asyncio.Future[object] = asyncio.ensure_future(awaitable)
        except Exception as error:  # the edge of a transaction: ``_result`` reports it
            running = asyncio.get_running_loop().create_future()
            running.set_exception(error)
        self._running.add(running)
        running.add_done_callback(partial(self._ended, ended.charged, then))

    async def drained(self) -> None:
        """Waits until no recording is under way."""
        while self._running:
            await asyncio.wait(self._running)

    def _ended(self, charged: int, then: Callable[[Recording], None], running: asyncio.Future[object]) -> None:
        self._running.discard(running)
        if charged:
            self._pool.give_back(charged)
        if running.cancelled():
            then(Recording.CANCELLED)
        else:
            error = running.exception()
            then(_STORED if error is None else self._failure(error))

    def _failure(self, error: BaseException) -> Recording:
        """The kind of a failure, counted and logged. Never raises."""
        now = asyncio.get_running_loop().time()
        if isinstance(error, TooManyAnswers):
            self._counters.answers_put_off += 1
            self._lines.write(now, logging.WARNING, "%s", error)
            return Recording.PUT_OFF
        self._counters.not_stored += 1
        if isinstance(error, CatcherError):  # its text is ours: the failure and the remedy
            self._lines.write(now, logging.ERROR, "a transaction can't be recorded: %s", str(error))
        else:  # the edge of a transaction: the client retries and the server goes on
            self._counters.internal_errors += 1
            self._lines.write(now, logging.ERROR, "a transaction could not be recorded: %s", place_of(error))
        return Recording.NOT_STORED
