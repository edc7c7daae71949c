"""The store as intake sees it: observations go in, and a failure comes out if a test wants one."""

from __future__ import annotations

from collections.abc import Sequence

from catcher.model.mail.observation import Observation, Stored
from catcher.store import MemoryStore


class Sink:
    """A store's two ways in, over the store in memory and without a thread; ``failure`` is raised by both."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.store = MemoryStore()
        self.failure = failure
        self.counts_only = False
        """Whether no mail has a share of the day any more."""
        self.committed: list[Sequence[Observation]] = []

    async def commit(self, observations: Sequence[Observation]) -> tuple[Stored, ...]:
        self._fail()
        self.committed.append(observations)
        if self.counts_only:
            return (Stored(0, None, False),) * len(observations)
        return tuple(Stored(o.id, o.retry_of, o.replayed) for o in self.store.add([observations])[0])

    async def revise(self, observations: Sequence[Observation]) -> int:
        self._fail()
        return len(self.store.revise(observations))

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure
