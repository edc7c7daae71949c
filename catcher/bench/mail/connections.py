"""Measures the memory of connections whose clients make the envelope and the header as large as the server lets them.

::

    N clients: EHLO, MAIL, refused RCPT …, RCPT … until 452, DATA, a header that never ends ─▶ PSS of the server

Each client sends a few recipients more than the server announces as its limit (RFC 9422). The paths are the longest
that a line holds, with an emoji in them, for which Python takes four octets a character. The clients come from many
networks, as no server lets one network have all its places.
"""

from __future__ import annotations

import errno
import resource
import selectors
import smtplib
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catcher.bench.mail.sink import DOMAIN, REFUSED, sink_command
from catcher.bench.process import Server, running
from catcher.model.errors import EnvironmentFailure
from catcher.supervise.ports import own_port

FEW, CROWD = 200, 8000
FEW_MUST, FEW_GOAL = 128.0, 64.0
"""KiB of one connection with the largest envelope: required and desired (DESIGN §5)."""
CROWD_MUST, CROWD_GOAL = 600.0, 300.0
"""MB of ``CROWD`` such connections."""
_NETWORKS, _EACH = 250, 50
"""Networks 127.A.B.0/24 from which clients come, and most clients of one address."""
_PATIENCE_SECONDS = 60.0
_MORE_RECIPIENTS = 10
"""RCPT commands of a client, of each kind, beyond the announced limit."""
_HEADER_OCTETS = 96 * 1024
"""Octets of the header's one field; the sink keeps 64 KiB of a header at most."""


@dataclass(frozen=True, slots=True)
class ConnectionFigure:
    """The memory of open connections in the middle of the header."""

    connections: int
    open: int
    """Those that the server still holds at the end."""
    megabytes: float
    """PSS of all processes of the server above their PSS before the first connection."""
    kib_each: float
    must: str
    goal: str
    met: bool


def measure_connections() -> Iterator[ConnectionFigure]:
    """Figures for ``FEW`` and for ``CROWD`` connections. Raises EnvironmentFailure if no descriptors are left."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < CROWD + 100:
        raise EnvironmentFailure(f"this needs {CROWD + 100} open files, and 'ulimit -Hn' is {most}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for number in (FEW, CROWD):
        with tempfile.TemporaryDirectory(prefix="catcher-bench-") as name:
            port = own_port()
            with running("catcher", sink_command(Path(name), port), port, Path(name) / "log") as server:
                yield _measure(server, port, number)


def _measure(server: Server, port: int, number: int) -> ConnectionFigure:
    said = largest_transaction(_most_recipients(port) + _MORE_RECIPIENTS)
    before = server.pss_octets()
    crowd = ClientCrowd(port, number)
    try:
        crowd.fill(said)
        _most_recipients(port)  # a new client is answered after those before it
        octets = server.pss_octets() - before
        left = crowd.still_open()
    finally:
        crowd.close()
    each, all_of_them = octets / number / 1024, octets / 1e6
    if number == FEW:
        met = each <= FEW_MUST
        return ConnectionFigure(number, left, all_of_them, each, f"{FEW_MUST:g} KiB", f"{FEW_GOAL:g} KiB", met)
    met = all_of_them <= CROWD_MUST
    return ConnectionFigure(number, left, all_of_them, each, f"{CROWD_MUST:g} MB", f"{CROWD_GOAL:g} MB", met)


class ClientCrowd:
    """Many clients, each of which has sent all that a server may keep of a transaction."""

    def __init__(self, port: int, number: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._sockets: list[socket.socket] = []
        for client in range(number):
            address = client // _EACH
            sock = socket.socket()
            sock.bind((f"127.{1 + address // _NETWORKS}.{address % _NETWORKS}.1", 0))
            sock.settimeout(_PATIENCE_SECONDS)
            sock.connect(("127.0.0.1", port))
            self._sockets.append(sock)

    def fill(self, said: list[bytes]) -> None:
        """Returns when each client has sent ``said``, or was sent away."""
        for sock in self._sockets:
            sock.setblocking(False)
            self._selector.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE, [0, 0])
        left = len(self._sockets)
        while left:
            ready = self._selector.select(_PATIENCE_SECONDS)
            if not ready:
                raise EnvironmentFailure(f"{left} of {len(self._sockets)} connections stand still")
            left -= sum(self._go_on(key, events, said) for key, events in ready)

    def _go_on(self, key: selectors.SelectorKey, events: int, said: list[bytes]) -> bool:
        """Whether this client is through now. Replies are read so that the server never waits for the client."""
        sock = key.fileobj
        assert isinstance(sock, socket.socket)
        part, at = key.data
        try:
            if events & selectors.EVENT_READ and not sock.recv(1 << 16):
                raise ConnectionResetError
            if events & selectors.EVENT_WRITE:
                at += sock.send(said[part][at : at + (1 << 16)])
        except BlockingIOError:
            return False
        except ConnectionError:
            self._selector.unregister(sock)
            return True
        if at == len(said[part]):
            part, at = part + 1, 0
        key.data[:] = part, at
        if part == len(said):
            self._selector.unregister(sock)
            return True
        return False

    def still_open(self) -> int:
        """How many connections the server has not closed."""
        return sum(map(_is_open, self._sockets))

    def close(self) -> None:
        self._selector.close()
        for sock in self._sockets:
            sock.close()


def _is_open(sock: socket.socket) -> bool:
    try:
        while sock.recv(1 << 16):
            pass
    except OSError as error:
        return error.errno == errno.EAGAIN
    return False


def _most_recipients(port: int) -> int:
    """The most recipients of a transaction, as the server announces them in its reply to EHLO (RFC 9422 §4)."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="mail.sender.test", timeout=_PATIENCE_SECONDS) as client:
        client.ehlo()
        limits = dict(limit.partition("=")[::2] for limit in client.esmtp_features["limits"].split())
    return int(limits["RCPTMAX"])


def largest_transaction(recipients: int) -> list[bytes]:
    """Commands with as many recipients, refused and taken ones, and the beginning of a message."""
    long = "x" * 200 + "\N{PILE OF POO}"
    paths = [f"{number:04}{long}@{domain}" for domain in (REFUSED, DOMAIN) for number in range(recipients)]
    lines = [f"RCPT TO:<{path}>\r\n" for path in paths]
    lines = ["EHLO mail.sender.test\r\n", f"MAIL FROM:<{long}@sender.test> SMTPUTF8\r\n", *lines, "DATA\r\n"]
    return ["".join(lines).encode(), b"Comments: " + b"x" * _HEADER_OCTETS]
