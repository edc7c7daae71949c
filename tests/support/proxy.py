"""Stands between a client and a smarthost, passes on what they say, and kills the client at a stage of the dialogue."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from typing import IO

from tests.support.server import read_reply

SECONDS = 60.0


class Stage(Enum):
    """When the client is killed."""

    GREETED = b"EHLO"
    """Before EHLO is passed on: nothing was said of a mail."""
    MAIL = b"MAIL"
    RCPT = b"RCPT"
    DATA = b"DATA"
    HALF = b"half"
    """Half of the message is there."""
    UNHEARD = b"unheard"
    """The smarthost has said 250 after the message; the client doesn't hear it."""
    TOLD = b"told"
    """The 250 was passed on: the client may have stored it or not."""

    @property
    def taken(self) -> bool:
        """Whether the smarthost has the mail then."""
        return self in (Stage.UNHEARD, Stage.TOLD)


class Proxy:
    """For one connection."""

    def __init__(self, onward: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(SECONDS)
        self.port: int = self._listener.getsockname()[1]
        self._onward = onward
        self._known = threading.Event()
        self._stage, self._pid = Stage.TOLD, 0

    def kill_at(self, stage: Stage, pid: int) -> None:
        """Says whom to kill, and when. The dialogue waits for it."""
        self._stage, self._pid = stage, pid
        self._known.set()

    def close(self) -> None:
        self._listener.close()

    def converse(self) -> None:
        """Passes on line by line until the client is dead."""
        client, _ = self._listener.accept()
        with client, socket.create_connection(("127.0.0.1", self._onward), SECONDS) as server:
            for end in (client, server):
                end.settimeout(SECONDS)
            said, replies = client.makefile("rb"), server.makefile("rb")
            assert self._known.wait(SECONDS)
            with suppress(OSError):
                self._reply(replies, client)
                while line := said.readline():
                    if line[:4].upper() == self._stage.value[:4]:
                        self._kill()
                        return
                    server.sendall(line)
                    reply = self._reply(replies, client)
                    if line[:4].upper() == b"DATA" and reply.startswith(b"354"):
                        if not self._message(said, server):
                            return
                        if self._after(replies, client):
                            return

    def _message(self, said: IO[bytes], server: socket.socket) -> bool:
        """Passes on the message; False when the client was killed in it."""
        lines = 0
        while (line := said.readline()) != b".\r\n":
            server.sendall(line)
            lines += 1
            if self._stage is Stage.HALF and lines == 40:
                self._kill()
                return False
        server.sendall(b".\r\n")
        return True

    def _after(self, replies: IO[bytes], client: socket.socket) -> bool:
        if self._stage is Stage.UNHEARD:
            assert read_reply(replies).startswith(b"250")
            self._kill()
            return True
        self._reply(replies, client)
        if self._stage is Stage.TOLD:
            self._kill()
            return True
        return False

    def _reply(self, replies: IO[bytes], client: socket.socket) -> bytes:
        reply = read_reply(replies)
        client.sendall(reply)
        return reply

    def _kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)


@contextmanager
def proxy(onward: int) -> Iterator[Proxy]:
    """Waits for one client on a port of its own."""
    made = Proxy(onward)
    thread = threading.Thread(target=made.converse, daemon=True)
    thread.start()
    try:
        yield made
        thread.join(SECONDS)
    finally:
        made.close()
