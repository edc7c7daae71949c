"""Hands ended transactions to intake; if a client disconnects, a running commit is still completed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from traceback import extract_tb

from catcher.model.errors import CatcherError
from catcher.smtp.counters import Counters
from catcher.smtp.dialogue.envelope import Answered, Ended, IntakePort

log = logging.getLogger("catcher.smtp")

_LOG_EVERY_SECONDS = 60.0
"""Seconds between two log lines about the same failure."""


def place_of(error: BaseException) -> str:
    """Class and place of an unexpected error. The error's text may repeat a client's octets and is never logged."""
    frames = extract_tb(error.__traceback__, limit=-1)
    return f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__


class Recorder:
    """Hands a transaction to intake and reports whether it was stored."""

    def __init__(self, intake: IntakePort, counters: Counters) -> None:
        self._intake = intake
        self._counters = counters
        self._running: set[asyncio.Future[object]] = set()
        self._logged_at = float("-inf")
        self._failing = False

    def begin(self, ended: Ended | Answered) -> asyncio.Future[object]:
        """Starts recording; the caller passes the future to ``is_stored`` once it is done."""
        try:
            running: asyncio.Future[object] = asyncio.ensure_future(self._given_to_intake(ended))
        except Exception as error:  # ``is_stored`` reports it
            running = asyncio.get_running_loop().create_future()
            running.set_exception(error)
        self._running.add(running)
        return running

    def is_stored(self, ended: asyncio.Future[object]) -> bool | None:
        """Whether the transaction was stored; None when the event loop cancelled the recording. Never raises."""
        self._running.discard(ended)
        if ended.cancelled():
            return None
        error = ended.exception()
        if error is None:
            self._failing = False
            return True
        self._counters.not_stored += 1
        if isinstance(error, CatcherError):  # its text is ours: the failure and the remedy
            self._failing = True
            self._log_failure(str(error))
        else:  # the edge of a transaction: the client retries and the server goes on
            self._counters.internal_errors += 1
            log.error("a transaction could not be recorded: %s", place_of(error))
        return False

    def is_recording(self) -> bool:
        """Whether recording works: False after a failed recording, until the next one succeeds."""
        return not self._failing

    async def drained(self) -> None:
        """Waits until no recording is under way."""
        while self._running:
            await asyncio.wait(self._running)

    def _log_failure(self, why: str) -> None:
        """Logs the reason for which recording fails, at most once in ``_LOG_EVERY_SECONDS``."""
        now = asyncio.get_running_loop().time()
        if now - self._logged_at >= _LOG_EVERY_SECONDS:
            self._logged_at = now
            log.error("transactions can't be recorded (%d so far): %s", self._counters.not_stored, why)

    def _given_to_intake(self, ended: Ended | Answered) -> Awaitable[object]:
        if isinstance(ended, Answered):
            return self._intake.note(ended.answers, ended.at)
        return self._intake.take(ended.transaction, ref=ended.ref, policies=ended.policies, outcome=ended.outcome)
