"""A group of workers that is replaced together: its states, its restarts, its retired workers.

::

    replace(tasks) ─▶ wanted ─▶ starting ──all ready──▶ running ──the next one is ready──▶ retired ─▶ ended
                        ▲           │ one fails                │ one crashes                  │ deadline
                        └─ pause ◀──┘                          └─▶ started again              └─▶ SIGKILL

The running workers serve until the new ones are ready, and on when those fail. The next generation starts only when no
retired worker is left, so that at most two are alive; requests that come meanwhile are joined. A retired worker whose
task has ``hurry_seconds`` gets no more than these from the moment at which the next generation waits for it.
"""

from __future__ import annotations

import logging
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from os import kill

from catcher.model.errors import kind_and_place
from catcher.supervise.counterpage import CounterSlot
from catcher.supervise.loop import Loop, Timer, guarded
from catcher.supervise.worker import DRAINING, FAILED, READY, REPLACED, STOP, Task

log = logging.getLogger("catcher.supervise")

Settled = Callable[[str], None]
"""Called once with "" when new workers serve and the old ones take no new work, or with the error of the first try."""

WORKER_START_SECONDS = 60.0
"""Longest time, in seconds, that a worker may take to be ready."""
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.25, 30.0
"""Pauses before a start that failed is tried again: each is twice the one before."""
_LONGEST_RESTART_PAUSE_SECONDS = 1.0
"""Longest pause before a worker is started again that had served, or that somebody else killed: its clients wait in the
buffers of its sockets for that long, beside other workers of the same port too."""
_SHORT_LIFE_SECONDS = 2.0
"""A worker that has served for less is started again after a pause, another one at once. So is the first worker of a
task that ends after a reload."""


@dataclass(slots=True, eq=False)
class WorkerProcess:
    """One forked worker."""

    task: Task
    pid: int
    status_fd: int
    """The reading end of its reports; -1 once the worker has closed the other end."""
    ready_at: float | None = None
    """Time of the monotonic clock at which it began to serve."""
    draining: bool = False
    hurried: bool = False
    """Whether the next generation waits for its end."""
    born: float = field(default_factory=time.monotonic)
    deadline: Timer | None = None
    counters: CounterSlot | None = None
    """Its place in the counters that all processes share."""

    @property
    def ready(self) -> bool:
        """Whether it has begun to serve."""
        return self.ready_at is not None

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal; the process may have ended."""
        with suppress(ProcessLookupError):
            kill(self.pid, number)


class WorkerGroup:
    """The workers of one name, like all DNS workers."""

    def __init__(self, name: str, loop: Loop, fork: Callable[[WorkerGroup, Task], WorkerProcess]) -> None:
        """``fork`` starts a process; it raises OSError."""
        self.name = name
        self._loop = loop
        self._fork = fork
        self._wanted: tuple[Task, ...] | None = None
        self._asked: list[Settled] = []
        self._answering: list[Settled] = []
        """Callers that wait for the workers in ``starting``, or for the retired ones to take no new work."""
        self._tasks: tuple[Task, ...] = ()
        self.running: list[WorkerProcess] = []
        self.starting: list[WorkerProcess] = []
        self.retired: list[WorkerProcess] = []
        self._begun = False
        """Whether the start of ``_tasks`` is neither done nor given up."""
        self._failing = False
        """Whether the workers in ``starting`` are being ended, since one of them failed."""
        self._retry: Timer | None = None
        self._pause = 0.0
        self._restarts: dict[str, Timer] = {}
        self._restart_pauses: dict[str, float] = {}
        """Of the tasks whose worker crashed since the last reload: the pause before its last restart."""
        self.restarts: Counter[str] = Counter()
        """Name of a task → how often it was started again after it ended."""
        self.trouble = ""
        """Why the newest tasks don't run yet; "" when they do."""
        self.stopping = False

    @property
    def waiting(self) -> list[str]:
        """Names of the tasks that have no process now, and get one after a pause."""
        there = {worker.task.name for worker in (*self.running, *self.starting)}
        return [task.name for task in self._tasks if task.name not in there]

    @property
    def alive(self) -> list[WorkerProcess]:
        """Every process of the group."""
        return [*self.running, *self.starting, *self.retired]

    def replace(self, tasks: Sequence[Task], settled: Settled = lambda _: None) -> None:
        """Replaces the running workers by workers for ``tasks``; none: the running ones only end."""
        self._wanted = tuple(tasks)
        self._asked.append(settled)
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        self._step()

    def said(self, worker: WorkerProcess, octets: bytes) -> None:
        """Takes a worker's report."""
        if READY in octets:
            worker.ready_at = time.monotonic()
            if worker.deadline is not None and worker not in self.retired and not self._failing:
                worker.deadline.cancel()
        if DRAINING in octets:
            worker.draining = True
        if FAILED in octets and worker in self.starting:
            self._fail(f"worker {worker.task.name} could not start; the log says why")
        self._advance()

    def ended(self, worker: WorkerProcess, code: int | None) -> None:
        """Takes a process that has ended out of the group. ``code``: its exit status, a signal's number as a negative
        one; None if it isn't known."""
        if worker.deadline is not None:
            worker.deadline.cancel()
        if worker in self.retired:
            self.retired.remove(worker)
        elif worker in self.starting:
            self.starting.remove(worker)
            self._fail(f"worker {worker.task.name} could not start; the log says why")
        elif worker in self.running:
            self.running.remove(worker)
            if not self.stopping:
                log.error("worker %s (pid %d) %s; starting another", worker.task.name, worker.pid, _end(code))
                self._restart_after_a_crash(worker, code)
        self._advance()

    def stop(self) -> None:
        """Lets every worker drain; none is started any more."""
        self.stopping = True
        for timer in (self._retry, *self._restarts.values()):
            if timer is not None:
                timer.cancel()
        for worker in self.starting:
            worker.signal(signal.SIGKILL)
        for worker in self.running:
            worker.signal(STOP)

    def _step(self) -> None:
        """Starts the wanted workers if nothing stands against it."""
        if self._wanted is None or self._begun or self.starting or self._retry or self.stopping:
            return
        for worker in self.retired:
            if worker.task.hurry_seconds is not None and worker.draining and not worker.hurried:
                worker.hurried = True
                self._set_deadline(worker, worker.task.hurry_seconds, "kept the next one waiting")
        if self.retired:
            return
        tasks, self._wanted = self._wanted, None
        self._answering, self._asked = self._answering + self._asked, []
        self._tasks, self._begun = tasks, True
        try:
            for task in tasks:
                worker = self._fork(self, task)
                self._set_deadline(worker, WORKER_START_SECONDS, "said nothing")
                self.starting.append(worker)
        except Exception as error:  # a fork that fails in any way leaves the running workers
            self._fail(f"no worker of {self.name} can be started: {kind_and_place(error)}")
        self._advance()

    def _advance(self) -> None:
        """Does what the reports and ends so far permit."""
        if self._failing:
            if not self.starting:
                self._failing = False
                self._step()
            return
        if self._begun and len(self.starting) == len(self._tasks) and all(worker.ready for worker in self.starting):
            self._take_over()
        if not self._begun and all(worker.draining for worker in self.retired):
            answering, self._answering = self._answering, []
            for settled in answering:
                guarded(lambda settled=settled: settled(""))  # type: ignore[misc]
        self._step()

    def _take_over(self) -> None:
        """The new workers serve: the old ones drain."""
        old, self.running, self.starting, self._begun = self.running, self.starting, [], False
        for timer in self._restarts.values():
            timer.cancel()
        self._restarts.clear()
        self._restart_pauses.clear()
        self._pause, self.trouble = 0.0, ""
        self._tasks = tuple(worker.task for worker in self.running)
        for worker in old:
            self.retired.append(worker)
            worker.signal(REPLACED)
            self._set_deadline(worker, worker.task.drain_seconds, "was retired and did not end")

    def _fail(self, error: str) -> None:
        """The new workers are given up for now: the running ones serve on, and the tasks are tried again."""
        if self._failing or self.stopping:
            return
        self._failing, self._begun = True, False
        for worker in self.starting:  # each may have work in hand: it serves before its report arrives
            worker.signal(REPLACED)
            self._set_deadline(worker, worker.task.drain_seconds, "was given up and did not end")
        if error != self.trouble:
            log.error("%s", error)
        self.trouble = error
        if self._wanted is None:
            self._wanted = self._tasks
            self._pause = min(_LONGEST_PAUSE_SECONDS, max(_FIRST_PAUSE_SECONDS, 2 * self._pause))
            self._retry = self._loop.later(self._pause, self._try_again)
        answering, self._answering = self._answering, []
        for settled in answering:
            guarded(lambda settled=settled: settled(error))  # type: ignore[misc]

    def _try_again(self) -> None:
        self._retry = None
        self._step()

    def _restart_after_a_crash(self, worker: WorkerProcess, code: int | None) -> None:
        name = worker.task.name
        pause, before = 0.0, self._restart_pauses.get(name)
        served = 0.0 if worker.ready_at is None else time.monotonic() - worker.ready_at
        if before is not None and served < _SHORT_LIFE_SECONDS:
            is_able = worker.ready or code == -signal.SIGKILL
            longest = _LONGEST_RESTART_PAUSE_SECONDS if is_able else _LONGEST_PAUSE_SECONDS
            pause = min(longest, max(_FIRST_PAUSE_SECONDS, 2 * before))
        self._restart_pauses[name] = pause
        self.restarts[name] += 1
        self._restart(worker.task, pause)

    def _restart(self, task: Task, pause: float, trouble: str = "") -> None:
        """Starts a worker for ``task`` after ``pause``. ``trouble``: why the last try to fork it failed."""

        def fork() -> None:
            self._restarts.pop(task.name, None)
            try:
                worker = self._fork(self, task)
            except Exception as error:  # a fork that fails in any way leaves the running workers
                longer = min(_LONGEST_RESTART_PAUSE_SECONDS, max(_FIRST_PAUSE_SECONDS, 2 * pause))
                if (reason := kind_and_place(error)) != trouble:
                    log.error("worker %s can't be started, and is tried again: %s", task.name, reason)
                self._restart(task, longer, reason)
            else:
                self._set_deadline(worker, WORKER_START_SECONDS, "said nothing")
                self.running.append(worker)

        self._restarts[task.name] = self._loop.later(pause, fork)

    def _set_deadline(self, worker: WorkerProcess, seconds: float, fault: str) -> None:
        def over() -> None:
            log.warning("worker %s (pid %d) %s for %g s: it is killed", worker.task.name, worker.pid, fault, seconds)
            worker.signal(signal.SIGKILL)

        if worker.deadline is not None:
            worker.deadline.cancel()
        worker.deadline = self._loop.later(seconds, over)


def _end(code: int | None) -> str:
    """How a process ended, for the log."""
    if code is None:
        return "ended unexpectedly"
    if code >= 0:
        return f"ended unexpectedly with status {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:  # a real-time signal
        name = f"signal {-code}"
    return f"ended unexpectedly by {name}"
