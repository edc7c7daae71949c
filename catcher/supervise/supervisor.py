"""Forks the workers of all groups, collects the ended ones, and stops the server."""

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

from catcher.supervise.counterpage import CounterPage, CounterSlot
from catcher.supervise.group import Settled, WorkerGroup, WorkerProcess
from catcher.supervise.loop import Loop
from catcher.supervise.worker import REPLACED, STOP, Task, work

log = logging.getLogger("catcher.supervise")

_LAST_SECONDS = 5.0
"""Seconds that the tasks with ``last`` get at least to end, even if the other tasks used up the time."""
_LOOK_SECONDS = 0.02
"""Longest time, in seconds, between two looks for ended workers while the server stops."""
_SIGNALS = {signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, STOP, REPLACED}


class Supervisor:
    """Keeps the groups running. Nothing here waits but ``stop``, and no error of the machine ends the parent."""

    def __init__(self, loop: Loop | None = None, counters: CounterPage | None = None) -> None:
        """``counters``: where workers write their counters. Raises OSError when not even a pipe can be made."""
        self.loop = loop or Loop()
        self._counters = counters
        self.sockets: list[socket.socket] = []
        """Every socket of the parent; a worker closes the sockets that are not its task's."""
        self._groups: dict[str, WorkerGroup] = {}
        self._lifeline = os.pipe()
        self.loop.private.add(self._lifeline[1])
        self.loop.every_turn(self._bury)

    def replace(self, group: str, tasks: Sequence[Task], settled: Settled = lambda _: None) -> None:
        """Replaces the workers of ``group`` by workers for ``tasks``, and calls ``settled`` (see ``WorkerGroup``)."""
        if group not in self._groups:
            self._groups[group] = WorkerGroup(group, self.loop, self._fork)
        self._groups[group].replace(tasks, settled)

    @property
    def workers(self) -> dict[str, int]:
        """Name → process id of the workers that serve, or start again after a crash."""
        return {w.task.name: w.pid for group in self._groups.values() for w in group.running}

    @property
    def groups(self) -> Sequence[WorkerGroup]:
        """Every group, with its processes."""
        return tuple(self._groups.values())

    @property
    def troubles(self) -> dict[str, str]:
        """Group → the reason for which its newest tasks don't run yet."""
        return {name: group.trouble for name, group in self._groups.items() if group.trouble}

    def stop(self, seconds: float, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """Lets the workers drain for at most ``seconds``, or until ``hurry()``; returns when all have ended.

        The tasks with ``last`` serve until the others have ended. The kernel refuses new connections to workers that
        are ending. Processes that workers started have the same time.
        """
        deadline = time.monotonic() + seconds
        for last in (False, True):
            leaving = [g for g in self._groups.values() if any(w.task.last is last for w in g.alive)]
            for group in leaving:
                for worker in group.alive:
                    _close_listeners(worker.task.sockets)
                group.stop()
            while any(g.alive for g in leaving) and time.monotonic() < deadline and not hurry():
                self.loop.turn(_LOOK_SECONDS)
            deadline = max(deadline, time.monotonic() + _LAST_SECONDS)
        for group in self._groups.values():
            group.stop()
            for worker in group.alive:
                worker.signal(signal.SIGKILL)
        while any(group.alive for group in self._groups.values()):
            self.loop.turn(_LOOK_SECONDS)
        self._end_lifeline(lambda: time.monotonic() >= deadline or hurry())

    def _end_lifeline(self, is_over: Callable[[], bool]) -> None:
        """Closes the lifeline once no process holds it any more, or when the time is over."""
        reading, writing = self._lifeline
        os.close(reading)
        self.loop.private.discard(writing)
        held = select.poll()
        held.register(writing, 0)
        while not is_over() and not held.poll(_LOOK_SECONDS * 1000):  # POLLERR: nobody has the reading end
            self.loop.turn(0)
        os.close(writing)

    def _fork(self, group: WorkerGroup, task: Task) -> WorkerProcess:
        """Starts a worker. Raises OSError when a pipe or a process can't be made."""
        reading, writing = os.pipe()
        slot = None if self._counters is None else self._counters.slot(task.name)
        try:
            pid = fork_quietly()
        except OSError:
            os.close(reading)
            os.close(writing)
            self._free(slot)
            raise
        if pid:
            os.close(writing)
            worker = WorkerProcess(task, pid, reading, counters=slot)
            self.loop.register(reading, lambda: self._hear(group, worker))
            return worker
        for fd in (reading, *self.loop.descriptors):
            with suppress(OSError):
                os.close(fd)
        for other in self.sockets:
            if other not in task.sockets:
                other.close()
        work(task, writing, self._lifeline[0], slot)

    def _hear(self, group: WorkerGroup, worker: WorkerProcess) -> None:
        octets = os.read(worker.status_fd, 64)
        if octets:
            group.said(worker, octets)
        else:
            self._close_status(worker)
            self.loop.later(_LOOK_SECONDS, self._bury)

    def _close_status(self, worker: WorkerProcess) -> None:
        """Closes the pipe of a worker that ends: the next process that is forked mustn't inherit it."""
        if worker.status_fd >= 0:
            self.loop.unregister(worker.status_fd)
            os.close(worker.status_fd)
            worker.status_fd = -1

    def _bury(self) -> None:
        """Collects the ended workers. What follows from one's end may add groups and workers."""
        for group in [*self._groups.values()]:
            for worker in group.alive:
                code: int | None = None
                try:
                    pid, status = os.waitpid(worker.pid, os.WNOHANG)
                    if not pid:
                        continue
                    code = os.waitstatus_to_exitcode(status)
                except ChildProcessError:  # somebody else collected it
                    pass
                self._close_status(worker)
                self._free(worker.counters)
                group.ended(worker, code)

    def _free(self, slot: CounterSlot | None) -> None:
        if slot is not None and self._counters is not None:
            self._counters.ended(slot)


def fork_quietly() -> int:
    """As os.fork(), with the parent's signals blocked in the child, so that its handlers don't run there.

    The parent's loaded data is frozen before: a child's garbage collector doesn't write to the shared pages.
    """
    with suppress(OSError, ValueError):  # a full disk behind stdout
        sys.stdout.flush()
        sys.stderr.flush()
    gc.freeze()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    pid = -1
    try:
        pid = os.fork()
    finally:
        if pid:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pid


def _close_listeners(sockets: Sequence[socket.socket]) -> None:
    """Closes the parent's listeners: the kernel refuses connections once the workers have closed theirs."""
    for sock in sockets:
        if sock.fileno() >= 0 and sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            sock.close()
