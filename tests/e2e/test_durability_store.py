"""What the store acknowledged is on the disk: through SIGKILL, by the order of system calls, and on a full disk."""

from __future__ import annotations

import asyncio
import random
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from catcher.model.errors import StoreUnavailable
from catcher.store.sqlite import SqliteStore, verify_file
from tests.support.observations import observation
from tests.support.peers import peer
from tests.support.seeds import seed
from tests.support.smalldisk import small_disk
from tests.support.storing import storing

ROOT = Path(__file__).parents[2]
KILLS = 12


def committing(path: Path, count: int, together: int) -> list[str]:
    return [sys.executable, "-m", "tests.support.committing", str(path), str(count), str(together)]


def acknowledged(lines: Iterator[str], most: int) -> dict[int, str]:
    """Id → transaction of the first ``most`` whole lines."""
    found = {}
    for line in lines:
        match = re.fullmatch(r"ack (\d+) (\S+)\n", line)
        if match:
            found[int(match[1])] = match[2]
        if len(found) >= most:
            break
    return found


def test_what_was_acknowledged_is_there_after_sigkill(tmp_path: Path) -> None:
    """At random moments under load; what comes later never takes the number of what was acknowledged."""
    path = tmp_path / "catcher.db"
    moments = random.Random(seed(2026))
    promised: dict[int, str] = {}
    for _ in range(KILLS):
        with subprocess.Popen(
            committing(path, 1_000_000, 20), stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
        ) as process:
            assert process.stdout is not None
            new = acknowledged(iter(process.stdout.readline, ""), moments.randrange(1, 300))
            process.send_signal(signal.SIGKILL)
            new |= acknowledged(iter(process.stdout.readline, ""), 10**9)
        assert process.returncode == -signal.SIGKILL
        assert not promised.keys() & new.keys()
        promised |= new
        store = SqliteStore(path)
        kept = {o.id: o.transaction for o in store.observations()}
        store.close()
        assert promised.items() <= kept.items()
    assert len(promised) > KILLS
    assert verify_file(path) == ()


def test_the_sync_returned_before_the_acknowledgement_was_written(tmp_path: Path) -> None:
    """By the kernel's account. SIGKILL alone proves nothing: the page cache outlives the process."""
    strace = str(peer("strace"))
    trace = tmp_path / "trace"
    calls = "trace=write,pwrite64,pwritev,fsync,fdatasync"
    command = [strace, "-f", "-y", "-s", "64", "-e", calls, "-o", str(trace)]
    done = subprocess.run(
        [*command, *committing(tmp_path / "catcher.db", 50, 1)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("ack ") == 50
    acknowledgements, writes, syncs = 0, 0, 0
    unfinished: set[str] = set()
    for line in trace.read_text().splitlines():
        thread, call = line.split(maxsplit=1)
        if "ack " in call and call.startswith("write(1<"):
            assert writes, f"nothing was written to the log before {call}"
            assert syncs, f"the log was not synced between its last write and {call}"
            acknowledgements, writes, syncs = acknowledgements + 1, 0, 0
        elif "catcher.db-wal>" in call and call.startswith(("pwrite", "write")):
            writes, syncs = writes + 1, 0
        elif "catcher.db-wal>" in call and call.startswith(("fsync", "fdatasync")):
            if call.endswith("= 0"):
                syncs += 1
            else:
                unfinished.add(thread)
        elif re.match(r"<\.\.\. (fsync|fdatasync) resumed>", call) and thread in unfinished:
            unfinished.remove(thread)
            syncs += call.endswith("= 0")
    assert acknowledgements == 50


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small", megabytes=2) as folder:
        yield folder


def test_a_full_disk_is_refused_and_forgotten_once_there_is_room(disk: Path) -> None:
    path, ballast = disk / "catcher.db", disk / "ballast"
    promised: dict[int, str] = {}

    async def scenario() -> None:
        number = 0

        async def commit() -> None:
            nonlocal number
            number += 1
            name = f"t{number}"
            for stored in await link.commit([observation(transaction=name, retry_tag=None)]):
                promised[stored.id] = name

        async with storing(lambda: SqliteStore(path)) as link:
            await commit()
            fill(ballast)
            with pytest.raises(StoreUnavailable):
                while True:
                    await commit()
            before = len(promised)
            with pytest.raises(StoreUnavailable):
                await commit()
            remove(ballast)
            while len(promised) == before:
                with suppress(StoreUnavailable):
                    await commit()

    asyncio.run(scenario())
    assert verify_file(path) == ()
    store = SqliteStore(path)
    assert {o.id: o.transaction for o in store.observations()} == promised
    store.close()


def fill(ballast: Path) -> None:
    """Leaves no room."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


def remove(ballast: Path) -> None:
    ballast.unlink()
