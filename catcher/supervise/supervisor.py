"""Keeps one generation of workers running: forks workers, waits for their reports, retires and restarts them."""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from catcher.model.errors import CatcherError, EnvironmentFailure
from catcher.supervise.worker import DRAINING, FAILED, READY, Task, work

log = logging.getLogger("catcher.supervise")

_ANSWER_SECONDS = 60.0
"""Longest time, in seconds, that a worker may take to be ready, or to stop taking new work."""
_LAST_SECONDS = 5.0
"""Seconds that the tasks with ``last`` get at least to end, even if the other tasks used up the time."""
_RESTART_PAUSE_SECONDS = 1.0
"""Seconds before a crashed worker is started again; the pause keeps the load low if it crashes at each start."""


@dataclass(slots=True)
class _Worker:
    task: Task
    pid: int
    status_fd: int
    said: bytes = b""
    retired: bool = False


@dataclass(slots=True)
class Supervisor:
    """Runs the tasks that ``build`` returns. ``build`` loads their data again; it raises CatcherError if that fails."""

    build: Callable[[], Sequence[Task]]
    sockets: Sequence[socket.socket] = ()
    """Every socket of the parent; a worker closes the sockets that are not its task's."""
    private_fds: Callable[[], Sequence[int]] = field(default=lambda: ())
    """Descriptors of the parent that no worker may keep (lock, control socket)."""
    _workers: list[_Worker] = field(default_factory=list)
    _fallen: list[tuple[float, Task]] = field(default_factory=list)
    """(earliest time of the restart, task to start again)."""
    _lifeline: tuple[int, int] | None = None

    def start(self) -> None:
        """Forks the first generation and returns once all its workers are ready. Raises CatcherError."""
        self._lifeline = os.pipe()
        self._workers = self._spawn(self.build())

    def reload(self) -> None:
        """Replaces the running generation by a new one. Raises CatcherError; then the running generation stays."""
        old = [w for w in self._workers if not w.retired]
        self._workers += self._spawn(self.build())
        self._fallen.clear()
        for worker in old:
            self._retire(worker)
        try:
            self._await(old, DRAINING)
        except EnvironmentFailure as error:
            log.warning("the generation before still takes new work: %s", error)

    def stop(self, seconds: float, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """Lets the workers drain for at most ``seconds``, or until ``hurry()``; returns when all have ended.

        The tasks with ``last`` serve until the others have ended. The kernel refuses new connections to workers that
        are ending.
        """
        deadline = time.monotonic() + seconds
        for last in (False, True):
            leaving = [w for w in self._workers if w.task.last is last]
            for worker in leaving:
                _close_listeners(worker.task.sockets)
                self._retire(worker)
            while any(w in self._workers for w in leaving) and time.monotonic() < deadline and not hurry():
                self._bury()
                time.sleep(0.02)
            deadline = max(deadline, time.monotonic() + _LAST_SECONDS)
        for worker in self._workers:
            _signal(worker.pid, signal.SIGKILL)
        for worker in self._workers:
            os.waitpid(worker.pid, 0)
            os.close(worker.status_fd)
        self._workers.clear()
        if self._lifeline is not None:
            for fd in self._lifeline:
                os.close(fd)
            self._lifeline = None

    def keep_running(self) -> None:
        """Collects ended workers and restarts those that ended unexpectedly. Call it about once a second."""
        now = time.monotonic()
        for worker in self._bury():
            log.error("worker %s (pid %d) ended unexpectedly; starting another", worker.task.name, worker.pid)
            self._fallen.append((now + _RESTART_PAUSE_SECONDS, worker.task))
        due = [task for start_at, task in self._fallen if start_at <= now]
        due.sort(key=lambda task: task.last, reverse=True)  # tasks with ``last`` first: the others need them
        self._fallen = [(start_at, task) for start_at, task in self._fallen if start_at > now]
        for task in due:
            try:
                self._workers += self._spawn([task])
            except CatcherError as error:
                log.error("%s", error)
                self._fallen.append((time.monotonic() + _RESTART_PAUSE_SECONDS, task))

    @property
    def workers(self) -> dict[str, int]:
        """Name → process id of the workers that serve."""
        return {w.task.name: w.pid for w in self._workers if not w.retired}

    def _spawn(self, tasks: Sequence[Task]) -> list[_Worker]:
        gc.collect()
        gc.freeze()  # keeps a worker's collector from writing to the shared pages, which would copy them
        workers: list[_Worker] = []
        try:
            for task in tasks:
                workers.append(self._fork(task))
            self._await(workers, READY)
        except BaseException:
            for worker in workers:
                _signal(worker.pid, signal.SIGKILL)
                os.waitpid(worker.pid, 0)
                os.close(worker.status_fd)
            raise
        finally:
            gc.unfreeze()
        return workers

    def _fork(self, task: Task) -> _Worker:
        assert self._lifeline is not None
        reading, writing = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            os.close(writing)
            return _Worker(task, pid, reading)
        for fd in (reading, self._lifeline[1], *(w.status_fd for w in self._workers), *self.private_fds()):
            os.close(fd)
        for other in self.sockets:
            if other not in task.sockets:
                other.close()
        work(task, writing, self._lifeline[0])

    @staticmethod
    def _retire(worker: _Worker) -> None:
        worker.retired = True
        _signal(worker.pid, signal.SIGTERM)

    @staticmethod
    def _await(workers: Sequence[_Worker], wanted: bytes) -> None:
        """Waits until each of ``workers`` reports ``wanted``. An ended worker counts as draining, but not as ready."""
        deadline = time.monotonic() + _ANSWER_SECONDS
        waiting = list(workers)
        while waiting:
            left = max(0.0, deadline - time.monotonic())
            readable, _, _ = select.select([w.status_fd for w in waiting], [], [], left)
            if not readable:
                raise EnvironmentFailure(f"worker {waiting[0].task.name} said nothing for {_ANSWER_SECONDS:.0f} s")
            for worker in [w for w in waiting if w.status_fd in readable]:
                octets = os.read(worker.status_fd, 16)
                worker.said += octets
                if wanted in worker.said or (wanted == DRAINING and not octets):
                    waiting.remove(worker)
                elif not octets or FAILED in octets:
                    raise EnvironmentFailure(f"worker {worker.task.name} could not start; the log says why")

    def _bury(self) -> list[_Worker]:
        """Removes the ended workers from the list; returns those that ended without being asked to."""
        unexpected = []
        for worker in list(self._workers):
            pid, _ = os.waitpid(worker.pid, os.WNOHANG)
            if pid:
                self._workers.remove(worker)
                os.close(worker.status_fd)
                if not worker.retired:
                    unexpected.append(worker)
        return unexpected


def _close_listeners(sockets: Sequence[socket.socket]) -> None:
    """Closes the parent's listeners: the kernel refuses connections once the workers have closed theirs."""
    for sock in sockets:
        if sock.fileno() >= 0 and sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            sock.close()


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
