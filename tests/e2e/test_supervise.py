"""The processes: a generation is replaced as a whole, the fallen are restarted, nobody outlives the parent.

Longer than others: one server of workers is led through its whole life, with every error of the machine.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import resource
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catcher.supervise import Loop, Station, Supervisor, Task
from catcher.supervise.loop import Timer
from catcher.supervise.worker import REPLACED, STOP

SECONDS = 20


class Wire:
    """A pipe on which workers say what they do."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        self._pending = b""

    def say(self, word: str) -> None:
        os.write(self.writing, word.encode() + b"\n")

    def hear(self, loop: Loop) -> str:
        """The next word; the parent's loop turns until it comes."""
        heard: list[bytes] = []
        while b"\n" not in self._pending:
            loop.register(self.reading, lambda: heard.append(os.read(self.reading, 4096)))
            deadline = loop.later(SECONDS, lambda: pytest.fail("nobody said anything"))
            loop.run(until=lambda: bool(heard))
            deadline.cancel()
            loop.unregister(self.reading)
            self._pending += heard.pop()
        word, _, self._pending = self._pending.partition(b"\n")
        return word.decode()

    def close(self) -> None:
        os.close(self.reading)
        os.close(self.writing)


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.close()


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop(0.0)


def serving(wire: Wire, name: str, *, called: str = "") -> Task:
    """A worker that says when it starts and when it was told to stop."""

    async def main(station: Station) -> None:
        wire.say(f"{name} up")
        station.ready()
        await station.stopping.wait()
        wire.say(f"{name} drained")
        station.draining()

    return Task(called or name, main)


def broken(wire: Wire) -> Task:
    async def main(station: Station) -> None:
        raise ValueError("canary-text-from-the-network")

    return Task("broken", main)


def settled(supervisor: Supervisor, *tasks: Task, group: str = "group") -> str:
    """Replaces the group's workers; returns what it settled with."""
    errors: list[str] = []
    supervisor.replace(group, tasks, errors.append)
    deadline = supervisor.loop.later(SECONDS, lambda: errors.append("nothing settled"))
    supervisor.loop.run(until=lambda: bool(errors))
    deadline.cancel()
    return errors[0]


def until(supervisor: Supervisor, holds: Callable[[], bool]) -> None:
    late: list[bool] = []
    deadline = supervisor.loop.later(SECONDS, lambda: late.append(True))
    supervisor.loop.run(until=lambda: holds() or bool(late))
    deadline.cancel()
    assert not late


def test_a_generation_is_replaced_only_when_the_next_one_serves(wire: Wire, supervisor: Supervisor) -> None:
    assert settled(supervisor, serving(wire, "first")) == ""
    assert wire.hear(supervisor.loop) == "first up"
    assert settled(supervisor, serving(wire, "second")) == ""
    assert [wire.hear(supervisor.loop) for _ in range(2)] == ["second up", "first drained"]
    assert list(supervisor.workers) == ["second"]


def test_a_worker_that_fails_leaves_the_running_generation(wire: Wire, supervisor: Supervisor) -> None:
    """And the next workers take its place."""
    assert settled(supervisor, serving(wire, "only")) == ""
    before = supervisor.workers
    assert "broken could not start" in settled(supervisor, serving(wire, "well"), broken(wire))
    assert supervisor.workers == before
    assert "group" in supervisor.troubles
    assert settled(supervisor, serving(wire, "mended")) == ""
    assert list(supervisor.workers) == ["mended"] and not supervisor.troubles


def test_a_worker_that_is_given_up_before_its_report_ends_its_work(wire: Wire, supervisor: Supervisor) -> None:
    """It listens, and has a connection, a moment before the parent reads that it is ready."""
    reading, writing = os.pipe()

    async def main(station: Station) -> None:
        wire.say("up")
        os.write(writing, b"x")
        await station.stopping.wait()
        wire.say("drained")

    async def failing(station: Station) -> None:
        os.read(reading, 1)
        raise ValueError

    supervisor.replace("group", [Task("serving", main), Task("failing", failing)], lambda _: None)
    assert [wire.hear(supervisor.loop) for _ in range(2)] == ["up", "drained"]
    os.close(reading)
    os.close(writing)


def test_a_worker_that_is_given_up_and_reports_then_is_killed_when_its_time_is_over(
    wire: Wire, supervisor: Supervisor
) -> None:
    reading, writing = os.pipe()

    async def main(station: Station) -> None:
        os.write(writing, b"x")
        await station.stopping.wait()
        station.ready()
        wire.say("late")
        await asyncio.sleep(3600)

    async def failing(station: Station) -> None:
        os.read(reading, 1)
        raise ValueError

    tasks = [Task("serving", main, drain_seconds=0.2), Task("failing", failing)]
    supervisor.replace("group", tasks, lambda _: None)
    assert [wire.hear(supervisor.loop) for _ in range(2)] == ["late", "late"], "they are tried again"
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOMEM])
def test_a_fork_that_fails_is_tried_again(
    wire: Wire, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    assert settled(supervisor, serving(wire, "first")) == ""
    real, failures = os.fork, iter([True, True, False])

    def fork() -> int:
        if next(failures):
            raise OSError(number, os.strerror(number))
        return real()

    monkeypatch.setattr(os, "fork", fork)
    assert errno.errorcode[number] in settled(supervisor, serving(wire, "second"))
    assert list(supervisor.workers) == ["first"]
    until(supervisor, lambda: list(supervisor.workers) == ["second"])


def test_without_descriptors_the_running_workers_stay_and_crashed_ones_come_back(
    wire: Wire, supervisor: Supervisor
) -> None:
    assert settled(supervisor, serving(wire, "one", called="worker")) == ""
    before = supervisor.workers["worker"]
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        assert "EMFILE" in settled(supervisor, serving(wire, "two", called="worker"))
        assert supervisor.workers == {"worker": before}
        os.kill(before, signal.SIGKILL)
        until(supervisor, lambda: not supervisor.workers)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    until(supervisor, lambda: "worker" in supervisor.workers)
    assert supervisor.workers["worker"] != before


def test_a_fallen_worker_is_started_again_and_the_others_stay(wire: Wire, supervisor: Supervisor) -> None:
    assert settled(supervisor, serving(wire, "a"), serving(wire, "b")) == ""
    assert {wire.hear(supervisor.loop), wire.hear(supervisor.loop)} == {"a up", "b up"}
    before = supervisor.workers
    for _ in range(3):
        os.kill(supervisor.workers["a"], signal.SIGKILL)
        assert wire.hear(supervisor.loop) == "a up"
    assert supervisor.workers["b"] == before["b"] and supervisor.workers["a"] != before["a"]


def test_the_first_young_worker_to_crash_after_a_replacement_is_started_at_once(
    wire: Wire, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    later = supervisor.loop.later

    def noted(seconds: float, call: Callable[[], None]) -> Timer:
        if call.__name__ == "fork":
            pauses.append(seconds)
        return later(seconds, call)

    monkeypatch.setattr(supervisor.loop, "later", noted)
    for _ in range(2):
        assert settled(supervisor, serving(wire, "a")) == ""
        while wire.hear(supervisor.loop) != "a up":
            pass
        for _ in range(3):
            os.kill(supervisor.workers["a"], signal.SIGKILL)
            while wire.hear(supervisor.loop) != "a up":
                pass
    assert pauses == [0.0, 0.25, 0.5] * 2


def shortened_pauses(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses before restarts, which are noted and not waited for."""
    pauses: list[float] = []
    later = supervisor.loop.later

    def noted(seconds: float, call: Callable[[], None]) -> Timer:
        if call.__name__ != "fork":
            return later(seconds, call)
        pauses.append(seconds)
        return later(0.0, call)

    monkeypatch.setattr(supervisor.loop, "later", noted)
    return pauses


def test_workers_that_are_killed_at_different_times_come_back_within_a_second(
    wire: Wire, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often, and each by its own count: else the mail side is deaf while every worker has a long pause."""
    pauses = shortened_pauses(supervisor, monkeypatch)
    assert settled(supervisor, serving(wire, "a"), serving(wire, "b")) == ""
    assert {wire.hear(supervisor.loop) for _ in range(2)} == {"a up", "b up"}
    for name, times in (("a", 7), ("b", 3)):
        for _ in range(times):
            os.kill(supervisor.workers[name], signal.SIGKILL)
            assert wire.hear(supervisor.loop) == f"{name} up"
    assert pauses == [0.0, 0.25, 0.5, 1.0, 1.0, 1.0, 1.0, 0.0, 0.25, 0.5]


def test_a_worker_that_is_killed_before_it_serves_comes_back_within_a_second(
    wire: Wire, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that ends itself then, time after time, has longer pauses: it isn't able to serve."""
    pauses = shortened_pauses(supervisor, monkeypatch)
    begun = False

    async def main(station: Station) -> None:
        wire.say(str(os.getpid()))
        if not begun:
            station.ready()
        await asyncio.Event().wait()

    assert settled(supervisor, Task("late", main)) == ""
    begun = True
    for _ in range(6):
        os.kill(int(wire.hear(supervisor.loop)), signal.SIGKILL)
    wire.hear(supervisor.loop)
    assert pauses == [0.0, 0.25, 0.5, 1.0, 1.0, 1.0]

    async def failing(station: Station) -> None:
        if not begun:
            return station.ready()
        raise ValueError

    begun = False
    pauses.clear()
    assert settled(supervisor, Task("failing", failing), group="failing") == ""
    begun = True
    until(supervisor, lambda: len(pauses) == 9)
    assert pauses == [0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0]


def test_the_log_says_how_a_worker_ended(wire: Wire, supervisor: Supervisor, caplog: pytest.LogCaptureFixture) -> None:
    assert settled(supervisor, serving(wire, "a")) == ""
    wire.hear(supervisor.loop)
    os.kill(supervisor.workers["a"], signal.SIGKILL)
    assert wire.hear(supervisor.loop) == "a up"
    assert "ended unexpectedly by SIGKILL; starting another" in caplog.text


def test_a_group_that_is_made_while_an_ended_worker_is_collected(
    wire: Wire, supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    """As the process of NOTIFY, which is made when the DNS workers have settled."""
    assert settled(supervisor, stubborn(wire)) == ""
    wire.hear(supervisor.loop)
    assert settled(supervisor, serving(wire, "other"), group="other") == ""
    made: list[str] = []
    supervisor.replace(
        "group",
        [serving(wire, "next")],
        lambda error: supervisor.replace("third", [serving(wire, "third")], made.append),
    )
    until(supervisor, lambda: bool(made))
    assert set(supervisor.workers) == {"next", "other", "third"}
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_child_that_somebody_else_collected_is_started_again(wire: Wire, supervisor: Supervisor) -> None:
    assert settled(supervisor, serving(wire, "a")) == ""
    wire.hear(supervisor.loop)
    pid = supervisor.workers["a"]
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert wire.hear(supervisor.loop) == "a up"


def test_only_the_parent_heeds_what_is_sent_to_every_process(wire: Wire, supervisor: Supervisor) -> None:
    """Ctrl-C, a terminal that is closed, systemd's KillMode=control-group."""
    assert settled(supervisor, serving(wire, "a")) == ""
    assert wire.hear(supervisor.loop) == "a up"
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        os.kill(supervisor.workers["a"], number)
    assert settled(supervisor, serving(wire, "b")) == ""
    assert {wire.hear(supervisor.loop) for _ in range(2)} == {"b up", "a drained"}


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def stubborn(wire: Wire) -> Task:
    async def main(station: Station) -> None:
        station.ready()
        wire.say(str(os.getpid()))
        await asyncio.Event().wait()

    return Task("stubborn", main, drain_seconds=0.1)


def test_the_pipe_of_a_worker_that_ends_is_closed_before_it_is_collected(supervisor: Supervisor) -> None:
    """The next process to be forked would inherit it. This worker closes its end, and lives on."""

    async def main(station: Station) -> None:
        station.ready()
        os.closerange(3, 1024)
        signal.pause()

    before = sorted(Path("/proc/self/fd").iterdir())
    assert settled(supervisor, Task("silent", main)) == ""
    until(supervisor, lambda: sorted(Path("/proc/self/fd").iterdir()) == before)
    assert list(supervisor.workers) == ["silent"]


def test_a_retired_worker_that_does_not_end_is_killed(wire: Wire, supervisor: Supervisor) -> None:
    """It never says that it drains, so the reload is over when it is dead; and the next one waits for that."""
    assert settled(supervisor, stubborn(wire)) == ""
    pid = int(wire.hear(supervisor.loop))
    assert settled(supervisor, serving(wire, "next")) == ""
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_at_most_two_generations_are_alive_and_requests_are_joined(wire: Wire, supervisor: Supervisor) -> None:
    assert settled(supervisor, stubborn(wire)) == ""
    wire.hear(supervisor.loop)
    errors: list[str] = []
    for name in ("second", "third", "fourth", "fifth"):
        supervisor.replace("group", [serving(wire, name)], errors.append)
    until(supervisor, lambda: len(errors) == 4)
    assert errors == [""] * 4
    assert [wire.hear(supervisor.loop) for _ in range(3)] == ["second up", "fifth up", "second drained"]


@pytest.mark.parametrize("number", [STOP, REPLACED])
def test_what_the_parent_says_before_a_worker_listens_is_heard(
    wire: Wire, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """A worker that was started again a moment before its group is replaced; the parent ignores both signals."""
    real = Station.attach

    def attach(station: Station) -> None:
        os.kill(os.getpid(), number)
        real(station)

    monkeypatch.setattr(Station, "attach", attach)
    before = signal.signal(number, signal.SIG_IGN)
    try:
        assert settled(supervisor, serving(wire, "first")) == ""
        assert [wire.hear(supervisor.loop) for _ in range(2)] == ["first up", "first drained"]
    finally:
        signal.signal(number, before)


def test_a_worker_that_only_ends_slowly_delays_no_generation(wire: Wire, supervisor: Supervisor) -> None:
    """Nor does it live beside the next one but one, not even while that one starts."""
    pids: list[int] = []

    async def main(station: Station) -> None:
        wire.say(f"beside {sum(exists(pid) for pid in pids[:-1])}")
        station.ready()
        await station.stopping.wait()
        assert station.is_replaced
        station.draining()
        await asyncio.Event().wait()

    slow = Task("slow", main, drain_seconds=2.0 * SECONDS, hurry_seconds=0.1)
    for _ in range(4):
        assert settled(supervisor, slow) == ""
        assert wire.hear(supervisor.loop) == "beside 0"
        pids.append(supervisor.workers["slow"])


def test_a_worker_that_does_not_drain_is_ended_when_the_time_is_over(wire: Wire) -> None:
    supervisor = Supervisor()
    assert settled(supervisor, stubborn(wire)) == ""
    pid = int(wire.hear(supervisor.loop))
    supervisor.stop(0.0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_stop_waits_for_the_children_of_workers_until_its_deadline(wire: Wire) -> None:
    """They hold the lifeline: one that ends is waited for, one that doesn't sees the lifeline's end."""
    supervisor = Supervisor()

    async def main(station: Station) -> None:
        if os.fork() == 0:
            station.ready()
            select.select([station.lifeline_fd], [], [])
            wire.say("the lifeline ended")
            os._exit(0)
        await station.stopping.wait()

    assert settled(supervisor, Task("parent", main, last=True)) == ""
    supervisor.stop(0.0)
    assert wire.hear(supervisor.loop) == "the lifeline ended"


def test_the_kind_of_an_unexpected_error_is_logged_and_its_text_is_not(
    wire: Wire, supervisor: Supervisor, capfd: pytest.CaptureFixture[str]
) -> None:
    handler = logging.StreamHandler(sys.stderr)
    logging.getLogger("catcher").addHandler(handler)
    try:
        settled(supervisor, broken(wire))
    finally:
        logging.getLogger("catcher").removeHandler(handler)
    written = capfd.readouterr().err
    assert "ValueError" in written and "test_supervise.py" in written
    assert "canary" not in written


def test_workers_end_when_the_parent_is_killed() -> None:
    """SIGKILL leaves the parent no time to tell anybody: the closed pipe does."""
    program = textwrap.dedent("""
        from catcher.supervise import Supervisor, Task
        async def main(station):
            station.ready()
            await station.stopping.wait()
        supervisor = Supervisor()
        supervisor.replace("group", [Task("worker", main)], lambda _: print(supervisor.workers["worker"], flush=True))
        supervisor.loop.run(until=lambda: False)
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
