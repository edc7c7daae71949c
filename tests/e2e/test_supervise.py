"""The processes: a generation is replaced as a whole, the fallen are restarted, nobody outlives the parent."""

from __future__ import annotations

import asyncio
import logging
import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from catcher.model.errors import ConfigurationError, EnvironmentFailure, Fault
from catcher.supervise import Station, Supervisor, Task
from catcher.supervise.lock import lock

SECONDS = 20


class Wire:
    """A pipe on which workers say what they do."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        self._pending = b""

    def say(self, word: str) -> None:
        os.write(self.writing, word.encode() + b"\n")

    def hear(self) -> str:
        while b"\n" not in self._pending:
            readable, _, _ = select.select([self.reading], [], [], SECONDS)
            assert readable, "nobody said anything"
            self._pending += os.read(self.reading, 4096)
        word, _, self._pending = self._pending.partition(b"\n")
        return word.decode()

    def close(self) -> None:
        os.close(self.reading)
        os.close(self.writing)


@pytest.fixture
def wire():
    wire = Wire()
    yield wire
    wire.close()


def serving(wire: Wire, name: str) -> Task:
    """A worker that says when it starts and when it was told to stop."""

    async def main(station: Station) -> None:
        wire.say(f"{name} up")
        station.ready()
        await station.stopping.wait()
        wire.say(f"{name} drained")
        station.draining()

    return Task(name, main)


def supervised(build: Callable[[], Sequence[Task]]) -> Supervisor:
    supervisor = Supervisor(build)
    supervisor.start()
    return supervisor


def test_reload_replaces_the_generation_only_when_the_new_one_serves(wire):
    names = iter(["first", "second"])
    supervisor = supervised(lambda: [serving(wire, next(names))])
    assert wire.hear() == "first up"
    supervisor.reload()
    assert [wire.hear(), wire.hear()] == ["second up", "first drained"]
    assert list(supervisor.workers) == ["second"]
    supervisor.stop(SECONDS)
    assert wire.hear() == "second drained"


def test_a_build_that_fails_leaves_the_running_generation(wire):
    builds = iter([True, False])

    def build() -> list[Task]:
        if not next(builds):
            raise ConfigurationError([Fault("catalogue.csv:2", "a date that isn't one", "write YYYY-MM-DD")])
        return [serving(wire, "only")]

    supervisor = supervised(build)
    assert wire.hear() == "only up"
    before = supervisor.workers
    with pytest.raises(ConfigurationError):
        supervisor.reload()
    assert supervisor.workers == before
    supervisor.stop(SECONDS)


def test_a_worker_that_fails_to_start_fails_the_start(wire):
    async def broken(station: Station) -> None:
        raise EnvironmentFailure("no")

    supervisor = Supervisor(lambda: [serving(wire, "well"), Task("broken", broken)])
    with pytest.raises(EnvironmentFailure, match="broken could not start"):
        supervisor.start()
    assert supervisor.workers == {}


def test_a_fallen_worker_is_started_again_and_the_others_stay(wire):
    supervisor = supervised(lambda: [serving(wire, "a"), serving(wire, "b")])
    assert {wire.hear(), wire.hear()} == {"a up", "b up"}
    b_before = supervisor.workers["b"]
    os.kill(supervisor.workers["a"], signal.SIGKILL)
    while not select.select([wire.reading], [], [], 0.05)[0]:
        supervisor.keep_running()
    assert wire.hear() == "a up"
    supervisor.keep_running()
    assert supervisor.workers["b"] == b_before
    supervisor.stop(SECONDS)


def test_a_worker_that_does_not_drain_is_ended_when_the_time_is_over(wire):
    async def stubborn(station: Station) -> None:
        station.ready()
        wire.say(str(os.getpid()))
        await asyncio.Event().wait()

    supervisor = supervised(lambda: [Task("stubborn", stubborn)])
    pid = int(wire.hear())
    supervisor.stop(0.0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_kind_of_an_unexpected_error_is_logged_and_its_text_is_not(wire, capfd):
    async def broken(station: Station) -> None:
        raise ValueError("canary-text-from-the-network")

    handler = logging.StreamHandler(sys.stderr)
    logging.getLogger("catcher").addHandler(handler)
    try:
        with pytest.raises(EnvironmentFailure):
            Supervisor(lambda: [Task("broken", broken)]).start()
    finally:
        logging.getLogger("catcher").removeHandler(handler)
    written = capfd.readouterr().err
    assert "ValueError" in written and "test_supervise.py" in written
    assert "canary" not in written


def test_workers_end_when_the_parent_is_killed():
    """SIGKILL leaves the parent no time to tell anybody: the closed pipe does."""
    program = textwrap.dedent("""
        import os, signal
        from catcher.supervise import Supervisor, Task
        async def main(station):
            station.ready()
            await station.stopping.wait()
        supervisor = Supervisor(lambda: [Task("worker", main)])
        supervisor.start()
        print(supervisor.workers["worker"], flush=True)
        signal.pause()
    """)
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    worker = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    ended, _, _ = select.select([worker], [], [], SECONDS)
    os.close(worker)
    parent.stdout.close()
    assert ended


def test_one_state_folder_is_served_once(tmp_path: Path):
    holder = lock(tmp_path, "smtp")
    with pytest.raises(EnvironmentFailure, match="another catcher serves from this folder"):
        lock(tmp_path, "smtp")
    os.close(holder)
    os.close(lock(tmp_path, "smtp"))
