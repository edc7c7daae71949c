"""One worker process: its whole life from the fork to the exit, and its reports to the parent."""

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
"""Reports of a worker to its parent, one octet each: serving; taking nothing new; could not start."""


class Station:
    """A worker's side of the line to its parent."""

    def __init__(self, status_fd: int, lifeline_fd: int) -> None:
        self._status_fd = status_fd
        self._lifeline_fd = lifeline_fd
        self.stopping = asyncio.Event()
        """Set when the worker has to drain and end."""

    def attach(self) -> None:
        """Connects signals and the lifeline to the running loop."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._stop)
        loop.add_reader(self._lifeline_fd, self._orphaned)

    def ready(self) -> None:
        """Tells the parent that every socket of this worker is served."""
        os.write(self._status_fd, READY)

    def draining(self) -> None:
        """Tells the parent that this worker takes nothing new."""
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
    """The sockets it uses; those of other tasks are closed in its process."""
    last: bool = False
    """True: when the server stops, it goes on until the others have ended."""


def new_event_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where it is installed, else asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def work(task: Task, status_fd: int, lifeline_fd: int) -> NoReturn:
    """The whole life of a worker process; never returns."""
    code = 1
    try:
        for number in (signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # a terminal sends these to all; the parent decides
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
    except BaseException as error:  # the edge of the process: whatever it was, say its kind (never its text) and end
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        log.critical("worker %s ended by %s at %s", task.name, type(error).__name__, where)
        os.write(status_fd, FAILED)
    finally:
        logging.shutdown()
        os._exit(code)
