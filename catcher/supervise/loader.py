"""A child process that loads the next state beside the serving ones, and hands it to the parent in pieces.

::

    parent ──fork──▶ loader: reads files, computes ─▶ pickles a piece into a memfd ─▶ one octet into a pipe
      │  ◀── "P": a piece more · ".": it works · "E": that was all ──────────────────────────┘
      └─▶ takes one piece in a turn of its loop, between its other work

An object that the parent has already (an unchanged zone, say) travels as its number in ``references``: the child is a
fork, so that both have the same list. A loader that raises, dies or hangs costs nothing but the try.
"""

from __future__ import annotations

import ctypes
import gc
import io
import logging
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, BinaryIO, NoReturn, cast

from catcher.supervise.loop import Loop, Timer
from catcher.supervise.supervisor import fork_quietly
from catcher.supervise.unforeseen import kind_and_place
from catcher.supervise.worker import leave_signals_to_the_parent

log = logging.getLogger("catcher.supervise")

IDLE_SECONDS = 30.0
"""Longest time, in seconds, in which a loader neither tells a piece nor uses a second of CPU: it hangs, as in opening a
named pipe or on a dead network file system."""
MOST_SECONDS = 900.0
"""Longest time, in seconds, of a whole load."""
_PIECE, _WORKING, _END = b"P", b".", b"E"
_PR_SET_PDEATHSIG = 1

Tell = Callable[[Any], None]
"""Hands one piece to the parent."""


class Loader:
    """Runs one load at a time."""

    def __init__(self, loop: Loop, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._loop = loop
        self._idle_seconds = idle_seconds
        self._pid = 0
        self._ended: list[int] = []
        """Killed loaders that are still to be collected."""
        self._memory = self._pipe = -1
        self._taking: pickle.Unpickler | None = None
        self._taken: Tell = lambda _: None
        self._done: Callable[[str], None] = lambda _: None
        self._idle: Timer | None = None
        self._until = 0.0
        loop.every_turn(self._bury)

    @property
    def is_loading(self) -> bool:
        """Whether a loader runs."""
        return self._pid != 0

    def start(
        self, load: Callable[[Tell], None], references: Sequence[object], taken: Tell, done: Callable[[str], None]
    ) -> None:
        """Runs ``load`` in a child process. In this one, ``taken`` is called with each piece that it tells, then
        ``done`` with "" or an error. Raises OSError when there is no process or descriptor for it.
        """
        gc.collect()
        memory = os.memfd_create("loaded")
        try:
            reading, writing = os.pipe()
        except OSError:
            os.close(memory)
            raise
        try:
            pid = fork_quietly()
        except OSError:
            for fd in (memory, reading, writing):
                os.close(fd)
            raise
        if not pid:
            _run(load, references, memory, writing)
        os.close(writing)
        self._pid, self._memory, self._pipe = pid, memory, reading
        self._taking = _Taking(memory, references)
        self._taken, self._done = taken, done
        self._until = time.monotonic() + MOST_SECONDS
        self._loop.private.add(memory)
        self._loop.register(reading, self._hear)
        self._expect_progress()

    def stop(self) -> None:
        """Ends a running load; ``done`` isn't called."""
        self._done = lambda _: None
        if self._pid:
            self._finish("the load was stopped")

    def _hear(self) -> None:
        octet = os.read(self._pipe, 1)
        if not octet:
            self._finish("the loader ended before it was done; the log says why, or the kernel killed it")
        elif octet == _END:
            self._finish("")
        else:
            self._expect_progress()
            if octet == _PIECE:
                self._take()

    def _take(self) -> None:
        assert self._taking is not None
        gc.disable()  # a collection in the middle would visit all objects made so far, again and again
        try:
            self._taken(self._taking.load())
        except Exception as error:
            log.critical("what was loaded can't be taken: %s", kind_and_place(error))
            self._finish(f"what was loaded can't be taken: {kind_and_place(error)}")
        finally:
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
        if self._idle is not None:
            self._idle.cancel()
        pid, self._pid = self._pid, 0
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self._ended.append(pid)
        self._loop.unregister(self._pipe)
        self._loop.private.discard(self._memory)
        os.close(self._pipe)
        os.close(self._memory)
        self._taking = None
        done, self._done, self._taken = self._done, (lambda _: None), (lambda _: None)
        done(error)

    def _bury(self) -> None:
        for pid in [*self._ended]:
            with suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG)[0] == 0:
                    continue
            self._ended.remove(pid)


class _Telling(pickle.Pickler):
    """Pickles in the child. The pieces share one memo: a later piece refers to the objects of an earlier one."""

    def __init__(self, file: BinaryIO, references: Sequence[object]) -> None:
        super().__init__(file, protocol=5)
        self._numbers = {id(known): number for number, known in enumerate(references)}

    def persistent_id(self, obj: object) -> int | None:
        return self._numbers.get(id(obj))


class _Taking(pickle.Unpickler):
    """Unpickles in the parent."""

    def __init__(self, memory: int, references: Sequence[object]) -> None:
        super().__init__(cast(BinaryIO, io.BufferedReader(_Memory(memory), 1 << 16)))
        self._references = references

    def persistent_load(self, pid: int) -> object:
        return self._references[pid]


class _Memory(io.RawIOBase):
    """Reads a memfd from a position of its own; the child's position is another."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        count = os.preadv(self._memory, [buffer], self._at)
        self._at += count
        return count


def _run(load: Callable[[Tell], None], references: Sequence[object], memory: int, writing: int) -> NoReturn:
    """The child process, to its end."""
    try:
        leave_signals_to_the_parent()
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        _close_all_but(0, 1, 2, memory, writing)
        signal.signal(signal.SIGPROF, lambda *_: os.write(writing, _WORKING))
        signal.setitimer(signal.ITIMER_PROF, 1.0, 1.0)
        file = cast(BinaryIO, io.BufferedWriter(io.FileIO(memory, "wb", closefd=False), 1 << 20))
        telling = _Telling(file, references)

        def tell(piece: Any) -> None:
            telling.dump(piece)
            file.flush()
            os.write(writing, _PIECE)

        load(tell)
        os.write(writing, _END)
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
