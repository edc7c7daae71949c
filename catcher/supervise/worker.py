"""Runs one worker process from the fork to the exit and sends its reports to the parent."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from catcher.model.errors import CatcherError, kind_and_place
from catcher.supervise.counterpage import CounterSlot

log = logging.getLogger("catcher.supervise")

READY, DRAINING, FAILED = b"R", b"D", b"F"
"""Reports of a worker to its parent, one octet each: ready; takes no new work; could not start."""
STOP, REPLACED = signal.SIGUSR1, signal.SIGUSR2
"""Signals of the parent to a worker: the server stops; another worker serves in its place. A worker ignores the signals
that a terminal or a service manager sends to all processes at once: the parent alone acts on them."""


class Station:
    """A worker's end of the connection to its parent."""

    def __init__(self, status_fd: int, lifeline_fd: int, counters: CounterSlot | None = None) -> None:
        self._status_fd = status_fd
        self.lifeline_fd = lifeline_fd
        """The reading end of a pipe that no one writes to: its end of file says that the parent is gone, or that the
        time of its stop is over. A child process of the worker keeps it and polls it (it is non-blocking), and ends
        then; the stop waits for such children."""
        self._counters = counters
        self.stopping = asyncio.Event()
        """It is set when the worker has to drain and end."""
        self.is_replaced = False
        """Once ``stopping`` is set: whether another worker serves in its place; else the server stops."""

    def attach(self) -> None:
        """Connects signals and the lifeline to the running loop."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(STOP, self._stop)
        loop.add_signal_handler(REPLACED, self._replaced)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {STOP, REPLACED})  # one that came since the fork is heard now
        loop.add_reader(self.lifeline_fd, self._orphaned)

    def ready(self) -> None:
        """Reports to the parent that the worker serves all its sockets."""
        os.write(self._status_fd, READY)

    def draining(self) -> None:
        """Reports to the parent that the worker takes no new work."""
        os.write(self._status_fd, DRAINING)

    def publish(self, numbers: Mapping[str, int]) -> None:
        """Writes the worker's counters to the memory that it shares with the parent, if it has a place there."""
        if self._counters is not None:
            self._counters.publish(numbers)

    def _stop(self) -> None:
        self.stopping.set()

    def _replaced(self) -> None:
        self.is_replaced = not self.stopping.is_set()
        self.stopping.set()

    @staticmethod
    def _orphaned() -> None:
        os._exit(1)


Main = Callable[[Station], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Task:
    """The work of one worker."""

    name: str
    main: Main
    sockets: tuple[socket.socket, ...] = ()
    """The task's sockets; its process closes the sockets of all other tasks."""
    last: bool = False
    """Whether, when the server stops, the task runs until the tasks without ``last`` have ended."""
    drain_seconds: float = 10.0
    """Longest time that the worker may take to end, once another one has taken its place; then it is killed."""
    hurry_seconds: float | None = None
    """Longest time that the worker may still take, once the next worker but one waits for its end: a client that never
    takes its replies must not delay reloads. None: ``drain_seconds``, whatever waits."""


def new_event_loop() -> asyncio.AbstractEventLoop:
    """The event loop of uvloop if it is installed, else of asyncio."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def leave_signals_to_the_parent() -> None:
    """Undoes the parent's handlers in a child. Ctrl-C, and systemd with KillMode=control-group, signal all processes:
    only the parent acts, so that mail drains and DNS answers last."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD})


def work(task: Task, status_fd: int, lifeline_fd: int, counters: CounterSlot | None = None) -> NoReturn:
    """Runs a worker process to its end; never returns."""
    code = 1
    try:
        leave_signals_to_the_parent()

        async def main() -> None:
            station = Station(status_fd, lifeline_fd, counters)
            station.attach()
            await task.main(station)

        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(main())
        code = 0
    except CatcherError as error:
        log.error("worker %s: %s", task.name, error)
        code = error.exit_status
    except BaseException as error:  # the outermost handler: logs the kind of any error (never its text) and ends
        log.critical("worker %s ended by %s", task.name, kind_and_place(error))
    finally:
        with suppress(OSError):  # the parent may be gone
            if code:
                os.write(status_fd, FAILED)
        with suppress(Exception):
            logging.shutdown()
        os._exit(code)
