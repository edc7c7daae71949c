"""Measures how long mail waits for its 250 while the server forgets what has become due, and how much is refused.

::

    a database with a month's due (prepare) ─▶ catcher serve, whose upkeep begins at its start
    8 clients, 100 mails a second in all ────▶     └─▶ the longest wait, and every reply that is no 250

The server forgets more here than on any of its days: a month's tokens and minutes, five days' retries, a day's rows.
When nothing is due any more, the same clients go on for as long as that took, at most a minute: so long does a mail
wait on this machine without upkeep.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from catcher.bench.mail.prepare import prepare_database, prepare_keys
from catcher.bench.mail.sink import CONFIG, DATABASE, DOMAIN, STATE, sink_command
from catcher.bench.process import running
from catcher.model.errors import EnvironmentFailure
from catcher.supervise.ports import own_port
from catcher.wiring import SystemClock

REDUCED, FULL = (1_000_000,), (1_000_000, 5_000_000)
"""Observations in the database, run by run."""
MUST_MS, GOAL_MS = 250.0, 50.0
"""Longest wait for a 250, in milliseconds: required and desired (DESIGN §5)."""
FORGETTING, AT_REST = "while it forgets", "at rest"
_CLIENTS, _EACH_SECONDS = 8, 0.08
_LOOK_SECONDS = 10.0
"""Seconds between two looks whether something is still due."""
_CALM_SECONDS = 60.0
_MOST_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class UpkeepFigure:
    """The waits of all mails of one stretch of time, from the last octet of a message to its reply."""

    observations: int
    stretch: str
    """``FORGETTING`` or ``AT_REST``."""
    seconds: float
    mails: int
    longest_ms: float
    p99_ms: float
    not_taken: int
    """Mails whose reply was no 250."""
    must: float
    goal: float
    met: bool | None
    """None at rest, where the machine alone is measured."""


@dataclass(slots=True)
class _Waits:
    """What the clients have measured."""

    mails: list[tuple[float, float, bool]] = field(default_factory=list)
    """When the message ended, how long its reply took, in seconds, and whether it was 250."""
    over: asyncio.Event = field(default_factory=asyncio.Event)


def measure_upkeep(sizes: Sequence[int]) -> Iterator[UpkeepFigure]:
    """Two figures for each number of observations. Raises EnvironmentFailure if the server doesn't forget."""
    for number in sizes:
        with tempfile.TemporaryDirectory(prefix="catcher-bench-") as name:
            yield from _measure(number, Path(name))


def _measure(number: int, folder: Path) -> Iterator[UpkeepFigure]:
    state, port = folder / STATE, own_port()
    state.mkdir(mode=0o700)
    now = SystemClock().now()
    prepare_database(state / DATABASE, number, now, DOMAIN)
    prepare_keys(state / "keys", now)
    with running("catcher", sink_command(folder, port), port, folder / "log"):
        begun = time.monotonic()
        waits = _Waits()
        done, end = asyncio.run(_watched(port, folder / CONFIG, waits))
    for stretch, start, stop in ((FORGETTING, begun, done), (AT_REST, done, end)):
        yield upkeep_figure(number, stretch, stop - start, [mail for mail in waits.mails if start <= mail[0] < stop])


async def _watched(port: int, config: Path, waits: _Waits) -> tuple[float, float]:
    """Returns when the last due thing was forgotten, and when the clients ended."""
    begun = time.monotonic()
    clients = [asyncio.create_task(_client(number, port, waits)) for number in range(_CLIENTS)]
    try:
        await asyncio.sleep(_LOOK_SECONDS)
        while await asyncio.to_thread(_due, config):
            if time.monotonic() > begun + _MOST_SECONDS:
                raise EnvironmentFailure(f"the server has not forgotten what is due after {_MOST_SECONDS:.0f} s")
            await asyncio.sleep(_LOOK_SECONDS)
        done = time.monotonic()
        await asyncio.sleep(min(_CALM_SECONDS, done - begun))
    finally:
        waits.over.set()
        await asyncio.gather(*clients)
    return done, time.monotonic()


def _due(config: Path) -> int:
    """How many rows a purge would change now."""
    command = [sys.executable, "-m", "catcher", "store", "purge", "--dry-run", "--json", "-c", str(config)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    counted = json.loads(said.splitlines()[-1])
    return sum(value for key, value in counted.items() if key != "folded" and type(value) is int)


async def _client(number: int, port: int, waits: _Waits) -> None:
    """Sends a mail each ``_EACH_SECONDS`` over one connection, and none before the last one's reply."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def said(line: bytes) -> bytes:
        writer.write(line)
        return await reader.readline()

    await reader.readline()
    await said(b"HELO mail.sender.test\r\n")
    due = time.monotonic()
    for mail in count():
        if waits.over.is_set():
            break
        await said(b"MAIL FROM:<writer%d@sender.test>\r\n" % number)
        await said(f"RCPT TO:<reader{mail}@{DOMAIN}>\r\n".encode())
        await said(b"DATA\r\n")
        sent = time.monotonic()
        reply = await said(
            b"From: writer%d@sender.test\r\nMessage-ID: <%d.%d@sender.test>\r\n\r\nhello\r\n.\r\n"
            % (number, number, mail)
        )
        if not reply:
            raise EnvironmentFailure("the server closed a connection while it was measured")
        now = time.monotonic()
        waits.mails.append((sent, now - sent, reply.startswith(b"250")))
        due = max(due + _EACH_SECONDS, now)
        await asyncio.sleep(due - now)
    writer.close()


def upkeep_figure(
    number: int, stretch: str, seconds: float, mails: Sequence[tuple[float, float, bool]]
) -> UpkeepFigure:
    waits = sorted(wait * 1000 for _, wait, _ in mails)
    not_taken = sum(not taken for _, _, taken in mails)
    met = None if stretch == AT_REST else waits[-1] <= MUST_MS and not not_taken
    p99 = waits[len(waits) * 99 // 100]
    return UpkeepFigure(number, stretch, seconds, len(mails), waits[-1], p99, not_taken, MUST_MS, GOAL_MS, met)
