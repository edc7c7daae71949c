"""A child process that loads the next state beside the serving ones, and hands it to the parent in pieces.

::

    parent ──fork──▶ loader: reads files, computes ─▶ pickles a piece ─▶ a frame into a pipe
      │  ◀── "P", length, octets: a piece · ".": it works · "E": that was all ──┘
      └─▶ takes at most one piece in a turn of its loop, between its other work

An object that the parent has already (an unchanged zone, say) travels as its number in ``references``: the child is a
fork, so that both have the same list. A loader that raises, dies or hangs costs nothing but the try.

What nothing waits for, like copies on disk, is done after the end: the next loader ends it if it is still on its way.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn

from catcher.model.errors import kind_and_place
from catcher.supervise.loop import Loop, Timer
from catcher.supervise.memory import be_killed_first
from catcher.supervise.pieces import END, LENGTH_OCTETS, PIECE, PieceReader, PieceWriter, Tell
from catcher.supervise.supervisor import fork_quietly
from catcher.supervise.worker import leave_signals_to_the_parent

log = logging.getLogger("catcher.supervise")

LOAD_IDLE_SECONDS = 30.0
"""Longest time, in seconds, in which a loader neither tells a piece nor uses a second of CPU: it hangs, as in opening a
named pipe or on a dead network file system."""
LOAD_MOST_SECONDS = 900.0
"""Longest time, in seconds, of a whole load."""
_PIPE_OCTETS = 1 << 20
"""Octets that the pipe holds, and that the parent reads in a turn."""
_PR_SET_PDEATHSIG = 1

LoadWork = Callable[[Tell], Callable[[], None] | None]
"""Loads and tells; returns what the child does when the parent has everything."""


class Loader:
    """Runs one load at a time."""

    def __init__(self, loop: Loop, *, idle_seconds: float = LOAD_IDLE_SECONDS) -> None:
        self._loop = loop
        self._idle_seconds = idle_seconds
        self._pid = 0
        self._ended: list[int] = []
        """Loaders that told everything, or were killed, and are still to be collected."""
        self._pipe = -1
        self._read = bytearray()
        self._piece = bytearray()
        """The octets of the next piece. They are gone before it is handed on: workers that are forked then mustn't hold
        them."""
        self._taking: PieceReader | None = None
        self._taken: Tell = lambda _: None
        self._done: Callable[[str], None] = lambda _: None
        self._idle: Timer | None = None
        self._next: Timer | None = None
        """Takes the next piece that was read already."""
        self._until = 0.0
        loop.every_turn(self._bury)

    @property
    def is_loading(self) -> bool:
        """Whether a loader runs."""
        return self._pid != 0

    def start(self, load: LoadWork, references: Sequence[object], taken: Tell, done: Callable[[str], None]) -> None:
        """Runs ``load`` in a child process. In this one, ``taken`` is called with each piece that it tells, then
        ``done`` with "" or an error. Raises OSError when there is no process or descriptor for it.
        """
        gc.collect()
        self._end_afterwards()
        reading, writing = os.pipe()
        try:
            pid = fork_quietly()
        except OSError:
            os.close(reading)
            os.close(writing)
            raise
        if not pid:
            _run(load, references, writing)
        os.close(writing)
        self._pid, self._pipe = pid, reading
        self._taking = PieceReader(references)
        self._taken, self._done = taken, done
        self._until = time.monotonic() + LOAD_MOST_SECONDS
        self._loop.register(reading, self._hear)
        self._expect_progress()

    def stop(self) -> None:
        """Ends a running load; ``done`` isn't called."""
        self._end_afterwards()
        self._done = lambda _: None
        if self._pid:
            self._finish("the load was stopped")

    def _hear(self) -> None:
        if self._next is not None:
            return
        octets = os.read(self._pipe, _PIPE_OCTETS)
        if not octets:
            self._finish("the loader ended before it was done; the log says why, or the kernel killed it")
            return
        self._expect_progress()
        self._read += octets
        self._next = self._loop.later(0.0, self._take_next)

    def _take_next(self) -> None:
        """Takes the frames that were read, up to a piece: further ones wait for the next turn of the loop."""
        self._next = None
        while self._pid and (kind := self._frame()):
            if kind == END:
                self._finish("")
            elif kind == PIECE:
                self._take()
                if self._pid and self._read:
                    self._next = self._loop.later(0.0, self._take_next)
                return

    def _frame(self) -> bytes:
        """Takes the next whole frame out of what was read, and returns its kind; empty if there is none."""
        kind, read = bytes(self._read[:1]), self._read
        if kind != PIECE:
            del read[:1]
            return kind
        start = 1 + LENGTH_OCTETS
        end = start + int.from_bytes(read[1:start], "big")
        if len(read) < start or len(read) < end:
            return b""
        self._read = read[end:]
        del read[end:]
        del read[:start]
        self._piece = read
        return kind

    def _take(self) -> None:
        try:
            self._taken(self._value())
        except Exception as error:  # a state that can't be taken leaves the running one
            log.critical("what was loaded can't be taken: %s", kind_and_place(error))
            self._finish(f"what was loaded can't be taken: {kind_and_place(error)}")

    def _value(self) -> object:
        """The object of the next piece. Garbage collections never visit what it brings: they would visit all objects of
        all pieces, again and again."""
        assert self._taking is not None
        piece, self._piece = self._piece, bytearray()
        gc.disable()
        try:
            return self._taking.take(piece)
        finally:
            gc.freeze()
            gc.enable()

    def _expect_progress(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        left = max(0.0, min(self._idle_seconds, self._until - time.monotonic()))
        self._idle = self._loop.later(left, self._give_up)

    def _give_up(self) -> None:
        self._finish("the loader made no progress and was killed: a file that it opens or reads may block")

    def _finish(self, error: str) -> None:
        """Ends the child, whatever it does, and closes the ways to it."""
        for timer in (self._idle, self._next):
            if timer is not None:
                timer.cancel()
        self._idle = self._next = None
        pid, self._pid = self._pid, 0
        if error:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._ended.append(pid)
        self._loop.unregister(self._pipe)
        os.close(self._pipe)
        self._taking, self._read, self._piece = None, bytearray(), bytearray()
        done, self._done, self._taken = self._done, (lambda _: None), (lambda _: None)
        done(error)

    def _end_afterwards(self) -> None:
        """Ends what a former loader still does: the next one does it for a newer state."""
        for pid in self._ended:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _bury(self) -> None:
        for pid in [*self._ended]:
            with suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG)[0] == 0:
                    continue
            self._ended.remove(pid)


def _run(load: LoadWork, references: Sequence[object], writing: int) -> NoReturn:
    """The child process, to its end."""
    try:
        leave_signals_to_the_parent()
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        be_killed_first()
        _close_all_but(0, 1, 2, writing)
        with suppress(OSError):  # the system's limit for pipes: then it stays smaller
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE_OCTETS)
        telling = PieceWriter(writing, references)
        signal.signal(signal.SIGPROF, telling.works)
        signal.setitimer(signal.ITIMER_PROF, 1.0, 1.0)
        afterwards = load(telling.tell)
        signal.setitimer(signal.ITIMER_PROF, 0)
        os.write(writing, END)
        os.close(writing)
        del telling
        if afterwards is not None:
            afterwards()
        os._exit(0)
    except BaseException as error:  # the outermost handler: the parent learns of the end by the closed pipe
        with suppress(Exception):
            log.critical("the loader ended by %s", kind_and_place(error))
            logging.shutdown()
    finally:
        os._exit(1)


def _close_all_but(*kept: int) -> None:
    """Closes every other descriptor: a loader that hangs must hold no port and no lock."""
    least = 0
    for fd in sorted(kept):
        if least < fd:  # an empty range would be read as one up to the highest descriptor
            os.closerange(least, fd)
        least = fd + 1
    os.closerange(least, max(os.sysconf("SC_OPEN_MAX"), 1 << 16))
