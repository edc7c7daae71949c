"""Runs long zone transfers in processes of their own: they delay no answer, and no reload breaks them.

::

    TcpConnection ─▶ fork ─▶ the replies before ─▶ message after message ─▶ ConnectionPipe
                      └─ the snapshot of the worker, from the fork on

A process streams one transfer, and then hands the connection back to the worker that serves by then: a secondary may
ask for its next zone over the same connection (RFC 7766 §6.2.1). It ends when the client takes nothing for
``PROGRESS_SECONDS``, and with the server.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import select
import signal
import socket
import time
from contextlib import suppress
from typing import NoReturn

from catcher.dns.answering.options import IDLE_SECONDS
from catcher.dns.answering.transfer import Transfer
from catcher.dns.counting.counters import DnsCount, DnsCounters
from catcher.dns.serving.connections import ConnectionPipe, ConnectionState, close_all_but
from catcher.model.clock import Clock

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 60.0
"""Seconds for which a client may take nothing before its transfer is given up."""
MAX_PROCESSES = 8
"""Most transfers with a process of their own at a time; further ones share the worker."""
_NICENESS = 10
"""Added to the niceness of a transfer's process: answers go before transfers."""
_DONE, _BROKEN = 0, 1
_PIPE_SECONDS = 0.01
"""Seconds until a full pipe is tried again."""


class TransferProcesses:
    """The transfers of one worker that run in processes of their own."""

    def __init__(self, clock: Clock, counters: DnsCounters, pipe: ConnectionPipe | None, lifeline_fd: int) -> None:
        """``pipe``: takes the connection back when its transfer is over; None: the connection is then closed.

        ``lifeline_fd``: a pipe whose other end closes when the server ends.
        """
        self._clock = clock
        self._counters = counters
        self._pipe = pipe
        self._lifeline_fd = lifeline_fd
        self._running: dict[int, int] = {}
        """Process id → the descriptor that closes when the process ends."""

    def begin(
        self, transfer: Transfer, descriptor: int, state: ConnectionState, *, most: int | None = MAX_PROCESSES
    ) -> bool:
        """Forks a process that sends the rest of ``transfer`` over the connection ``descriptor``, after the octets of
        ``state`` that are unsent.

        Returns False if there are ``most`` processes, or the system can't make one.
        """
        if most is not None and len(self._running) >= most:
            return False
        try:
            ended, alive = os.pipe()
        except OSError as error:
            log.warning("a transfer shares its worker: no pipe: %s", error.strerror)
            return False
        try:
            pid = os.fork()
        except OSError as error:
            log.warning("a transfer shares its worker: no process: %s", error.strerror)
            os.close(ended)
            os.close(alive)
            return False
        if not pid:
            self._send(transfer, descriptor, state, alive)
        os.close(alive)
        self._running[pid] = ended
        asyncio.get_running_loop().add_reader(ended, self._collect, pid)
        return True

    def leave(self) -> None:
        """Stops waiting for the processes: this worker ends, and they go on."""
        for ended in self._running.values():
            asyncio.get_running_loop().remove_reader(ended)
            os.close(ended)
        self._running.clear()

    def _collect(self, pid: int) -> None:
        """A process has ended."""
        ended = self._running.pop(pid)
        asyncio.get_running_loop().remove_reader(ended)
        os.close(ended)
        try:
            _, status = os.waitpid(pid, 0)
        except ChildProcessError:
            return
        if status:
            self._counters.add(DnsCount.TRANSFER_BROKEN)
            log.warning("a zone transfer ended before its last message: the client hung up or took nothing")

    def _send(self, transfer: Transfer, descriptor: int, state: ConnectionState, alive: int) -> NoReturn:
        """The process of one transfer. Its outermost handler ends it whatever happens."""
        code = _BROKEN
        try:
            signal.set_wakeup_fd(-1)
            gc.disable()
            kept = {descriptor, self._lifeline_fd, alive}
            if self._pipe is not None:
                kept.add(self._pipe.writing.fileno())
            close_all_but(kept)
            with suppress(OSError):
                os.nice(_NICENESS)
            with socket.socket(fileno=descriptor) as client:
                client.setblocking(False)
                if self._stream(transfer, client, state.unsent):
                    code = _DONE
                    if self._pipe is not None:
                        self._hand_back(self._pipe, client, state.unanswered)
        except BaseException:  # whatever it was: the exit status says that the transfer is broken
            code = _BROKEN
        finally:
            os._exit(code)

    def _hand_back(self, pipe: ConnectionPipe, client: socket.socket, unanswered: bytes) -> None:
        """Passes the connection on, as soon as the pipe isn't full."""
        ending = select.poll()
        ending.register(self._lifeline_fd, select.POLLIN)
        state = ConnectionState(b"", unanswered, time.monotonic() + IDLE_SECONDS)
        while True:
            try:
                return pipe.send(client.fileno(), state)
            except BlockingIOError:
                if ending.poll(_PIPE_SECONDS * 1000):
                    return

    def _stream(self, transfer: Transfer, client: socket.socket, unsent: bytes) -> bool:
        """Sends ``unsent`` and every message; returns whether the client took all of them."""
        ending, waiting = select.poll(), select.poll()
        ending.register(self._lifeline_fd, select.POLLIN)
        waiting.register(client, select.POLLOUT)
        waiting.register(self._lifeline_fd, select.POLLIN)
        left = memoryview(unsent)
        while True:
            while left:
                if ending.poll(0):
                    return False
                try:
                    left = left[client.send(left) :]
                except BlockingIOError:
                    if dict(waiting.poll(PROGRESS_SECONDS * 1000)).get(client.fileno()) != select.POLLOUT:
                        return False
            if (wire := transfer.next(self._clock.now())) is None:
                return True
            left = memoryview(len(wire).to_bytes(2, "big") + wire)
