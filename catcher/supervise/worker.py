"""Runs one worker process from the fork to the exit and sends its reports to the parent."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NoReturn

from catcher.model.errors import CatcherError

log = logging.getLogger("catcher.supervise")

READY, DRAINING, FAILED = b"R", b"D", b"F"
"""Reports of a worker to its parent, one octet each: ready; takes no new work; could not start."""


class Station:
    """A worker's end of the connection to its parent."""

    def __init__(self, status_fd: int, lifeline_fd: int) -> None:
        self._status_fd = status_fd
        self._lifeline_fd = lifeline_fd
        self.stopping = asyncio.Event()
        """It is set when the worker has to drain and end."""

    def attach(self) -> None:
        """Connects signals and the lifeline to the running loop."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._stop)
        loop.add_reader(self._lifeline_fd, self._orphaned)

    def ready(self) -> None:
        """Reports to the parent that the worker serves all its sockets."""
        os.write(self._status_fd, READY)

    def draining(self) -> None:
        """Reports to the parent that the worker takes no new work."""
        os.write(self._status_fd, DRAINING)

    def _stop(self) -> None:
        if self.stopping.is_set():
            os._exit(1)
        self.stopping.set()

    @staticmethod
    def _orphaned() -> None:
        os._exit(1)


@dataclass(frozen=True, slots=True)
class Task:
    """The work of one worker."""

    name: str
    main: Callable[[Station], Awaitable[None]]
    sockets: tuple[socket.socket, ...] = ()
    """The task's sockets; its process closes the sockets of all other tasks."""
    last: bool = False
    """Whether, when the server stops, the task runs until the tasks without ``last`` have ended."""


def new_event_loop() -> asyncio.AbstractEventLoop:
    """The event loop of uvloop if it is installed, else of asyncio."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def work(task: Task, status_fd: int, lifeline_fd: int) -> NoReturn:
    """Runs a worker process to its end; never returns."""
    code = 1
    try:
        for number in (signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # a terminal sends these to all processes; only the parent acts
        for number in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)

        async def main() -> None:
            station = Station(status_fd, lifeline_fd)
            station.attach()
            await task.main(station)

        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(main())
        code = 0
    except CatcherError as error:
        log.error("worker %s: %s", task.name, error)
        os.write(status_fd, FAILED)
        code = error.exit_status
    except BaseException as error:  # the outermost handler: logs the kind of any error (never its text) and ends
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        log.critical("worker %s ended by %s at %s", task.name, type(error).__name__, where)
        os.write(status_fd, FAILED)
    finally:
        logging.shutdown()
        os._exit(code)
