"""Measures the memory of connections with the largest envelope and header that the sink takes, from outside (PSS)."""

from __future__ import annotations

import asyncio
import resource
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from catcher.bench.mail.sink import DOMAIN, sink_command
from catcher.bench.mail.verdict import Judgement
from catcher.bench.process import running
from catcher.model.errors import EnvironmentFailure
from catcher.supervise.ports import own_port

ONE = (128.0, 64.0)
"""Budget of one connection in KiB: required and desired (DESIGN §5)."""
ALL = (600.0, 300.0)
"""Budget of all processes with ``MOST_CONNECTIONS`` of them in MB: required and desired (DESIGN §5)."""
MOST_CONNECTIONS = 8_000
_FEW = 2_000
"""Connections by which one is measured: few enough that none is refused memory, and enough that what a server grows by
once, with its first mail, is no part of the figure."""
_AT_ONCE = 50
_RECIPIENTS = 100
_SPARE_DESCRIPTORS = 500

_WIDE = "\U0001f600"
_OPENING = f"EHLO mail.sender.test\r\nMAIL FROM:<{_WIDE}{'w' * 252}@sender.test> SMTPUTF8\r\n".encode()
_RECIPIENT_LINES = "".join(f"RCPT TO:<{_WIDE}{n:03}{'r' * 249}@{DOMAIN}>\r\n" for n in range(_RECIPIENTS)).encode()
_HEADER = b"".join(b"X-%d: %s\r\n" % (n, b"h" * 54) for n in range(1_000))
"""The most fields that are kept, with the most octets."""


def measure_connections(most: int = MOST_CONNECTIONS) -> Iterator[Judgement]:
    """A judgement of one connection, and of ``most`` connections together. Raises EnvironmentFailure if so many files
    may not be open."""
    needed = most + _SPARE_DESCRIPTORS
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limits[1] < needed:
        raise EnvironmentFailure(f"a process may open {limits[1]} files only; allow {needed} (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(needed, limits[0]), limits[1]))
    try:
        before, after = _with_connections(_FEW)
        each = (after - before) / _FEW / 1024
        yield Judgement("KiB of a connection with the largest envelope", round(each, 1), *ONE, each <= ONE[0])
        _, after = _with_connections(most)
        yield Judgement(f"megabytes with {most:,} of them", round(after / 1e6), *ALL, after <= ALL[0] * 1e6)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def _with_connections(number: int) -> tuple[int, int]:
    """Octets of memory of a new server, and of the same with ``number`` connections in the middle of their messages."""
    with tempfile.TemporaryDirectory(prefix="catcher-bench-") as name:
        folder, port = Path(name), own_port()
        command = sink_command(folder, port, connections=number + 1)
        with running("catcher", command, port, folder / "log") as server:
            asyncio.run(_whole_mail(port))
            before = server.pss_octets()
            return before, asyncio.run(_filled(port, number, server.pss_octets))


async def _filled(port: int, number: int, measured: Callable[[], int]) -> int:
    """What is ``measured`` while ``number`` connections are open."""
    opened: list[asyncio.StreamWriter] = []
    try:
        while len(opened) < number:
            several = min(_AT_ONCE, number - len(opened))
            opened += await asyncio.gather(*(_in_the_body(port) for _ in range(several)))
        await _whole_mail(port)  # its answer comes after all octets that were sent before
        return measured()
    finally:
        for writer in opened:
            writer.transport.abort()


async def _in_the_body(port: int) -> asyncio.StreamWriter:
    """A connection whose envelope and header were sent, and the first octets of its body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_OPENING + _RECIPIENT_LINES + b"DATA\r\n")
    while not (await reader.readline()).startswith(b"354"):
        if reader.at_eof():
            raise EnvironmentFailure("the server closed a connection of the measurement")
    writer.write(_HEADER + b"\r\nbody\r\n")
    await writer.drain()
    return writer


async def _whole_mail(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"HELO a.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@typo.test>\r\nDATA\r\n")
    for _ in range(5):
        await reader.readline()
    writer.write(b"Subject: a\r\n\r\nbody\r\n.\r\nQUIT\r\n")
    await reader.read()
    writer.close()
