"""GroupWriter: the one way in. A thread of its own owns the store and writes all that waits in one durable write."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from catcher.model.errors import CatcherError, StoreUnavailable
from catcher.model.observation import Observation
from catcher.model.ports import Store
from catcher.model.value import value

MOST_WAITING = 4_096
"""Transactions that may wait; one more is refused at once (451), so that memory is bounded."""
MOST_TOGETHER = 256
"""Transactions in one write."""
PAUSE_SECONDS = 1.0
"""How long after a failure commits fail at once, before the store is opened again."""


@value
class _Commit:
    observations: Sequence[Observation]
    done: asyncio.Future[tuple[Observation, ...]]
    revises: bool = False
    """Whether the observations are there already, and take another form."""


_Results = list[tuple[_Commit, tuple[Observation, ...] | StoreUnavailable]]


class GroupWriter:
    """An ObservationSink. ``start`` and ``close`` it in the loop that commits."""

    def __init__(
        self,
        open_store: Callable[[], Store],
        *,
        most_waiting: int = MOST_WAITING,
        most_together: int = MOST_TOGETHER,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        """``open_store`` is called in the thread; it is called again after a failure."""
        self._open_store = open_store
        self._most_waiting = most_waiting
        self._most_together = most_together
        self._pause_seconds = pause_seconds
        self._state = threading.Lock()
        self._due = threading.Lock()
        """Released when there is something to do: a condition costs the interpreter several turns for each wait."""
        self._due.acquire()
        self._closed = threading.Event()
        self._waiting: deque[_Commit] = deque()
        self._closing = False
        self._pausing = False
        self._calling = False
        """Whether the thread is about to be called."""
        self._thread: threading.Thread | None = None

    async def start(self) -> None:
        """Opens the store. Raises what opening raises (EnvironmentFailure): a start that can't store is none."""
        self._loop = asyncio.get_running_loop()
        opened: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, args=(opened,), name="store writer", daemon=True)
        self._thread.start()
        try:
            await opened
        except BaseException:
            self._thread = None
            raise

    def commit(self, observations: Sequence[Observation]) -> asyncio.Future[tuple[Observation, ...]]:
        """As ``ports.ObservationSink.commit``."""
        return self._enqueue(observations)

    def revise(self, observations: Sequence[Observation]) -> asyncio.Future[tuple[Observation, ...]]:
        """As ``ports.ObservationSink.revise``."""
        return self._enqueue(observations, revises=True)

    def _enqueue(
        self, observations: Sequence[Observation], *, revises: bool = False
    ) -> asyncio.Future[tuple[Observation, ...]]:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[tuple[Observation, ...]] = loop.create_future()
        with self._state:
            refusal = self._refusal()
            if refusal:
                done.set_exception(StoreUnavailable(refusal))
                return done
            self._waiting.append(_Commit(observations, done, revises))
            calling, self._calling = self._calling, True
        if not calling:  # those that come in the same turn of the loop go into the same write
            loop.call_soon(self._call)
        return done

    def _refusal(self) -> str:
        """Why nothing more is taken; '' when it is."""
        if self._thread is None or self._closing:
            return "the store is closed"
        if self._pausing:
            return "the store failed a moment ago and is not open again yet"
        if len(self._waiting) >= self._most_waiting:
            return f"{self._most_waiting} transactions wait for the store already"
        return ""

    def _call(self) -> None:
        self._calling = False
        if self._due.locked():  # the loop alone releases it, so nobody can come between
            self._due.release()

    async def close(self) -> None:
        """Writes all that waits, closes the store and ends the thread. Later commits are refused."""
        if self._thread is None:
            return
        with self._state:
            self._closing = True
        self._closed.set()
        self._call()
        await asyncio.shield(self._ended)
        self._thread.join()
        self._thread = None

    # Everything below runs in the thread; it touches the loop by call_soon_threadsafe alone.

    def _run(self, opened: asyncio.Future[None]) -> None:
        try:
            store: Store | None = self._open_store()
        except Exception as error:  # the thread's edge: whatever it is, the one who starts has to hear of it
            self._tell(opened.set_exception, error)
            return
        self._tell(opened.set_result, None)
        while group := self._next_group():
            results: _Results = []
            store = self._write(store, group, results)
            self._tell(_resolve, results)
            if store is None:
                self._pause()
        if store is not None:
            _close(store)
        self._tell(self._ended.set_result, None)

    def _next_group(self) -> list[_Commit]:
        """All that waits, up to the bound; empty when closing and nothing waits."""
        while not self._waiting and not self._closing:
            self._due.acquire()
        with self._state:
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most_together))]

    def _write(self, store: Store | None, group: list[_Commit], results: _Results) -> Store | None:
        """Writes ``group`` and puts what came of it into ``results``; None when the store has failed and is closed."""
        try:
            if store is None:
                store = self._open_store()
            stored = _stored(store, group)
        except CatcherError as error:
            results.extend((commit, StoreUnavailable(str(error))) for commit in group)
            if store is not None:
                _close(store)
            return None
        except Exception as error:  # the thread's edge: one observation that can't be written must not stop the others
            if len(group) == 1:
                results.append((group[0], StoreUnavailable(f"an observation can't be stored ({type(error).__name__})")))
                return store
            for commit in group:
                store = self._write(store, [commit], results)
            return store
        results.extend(zip(group, stored, strict=True))
        return store

    def _pause(self) -> None:
        """Fails what waits and, for a while, what comes: a broken disk is not asked again for each mail."""
        with self._state:
            self._pausing = True
            refused = list(self._waiting)
            self._waiting.clear()
        self._tell(_resolve, [(commit, StoreUnavailable("the store failed a moment ago")) for commit in refused])
        self._closed.wait(self._pause_seconds)
        self._pausing = False

    def _tell(self, call: Callable[..., None], argument: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(call, argument)


def _stored(store: Store, group: list[_Commit]) -> list[tuple[Observation, ...]]:
    """What ``store`` made of each. Revisions go first: when one fails, nothing was added that would be added again."""
    revised = {place: store.revise(c.observations) for place, c in enumerate(group) if c.revises}
    if not revised:
        return store.add([commit.observations for commit in group])
    added = iter(store.add([commit.observations for commit in group if not commit.revises]))
    return [revised[place] if commit.revises else next(added) for place, commit in enumerate(group)]


def _resolve(results: _Results) -> None:
    """In the loop: hands the results to those who still wait."""
    for commit, result in results:
        if commit.done.done():
            continue
        if isinstance(result, StoreUnavailable):
            commit.done.set_exception(result)
        else:
            commit.done.set_result(result)


def _close(store: Store) -> None:
    with suppress(CatcherError):  # it is given up: what it says now changes nothing
        store.close()
