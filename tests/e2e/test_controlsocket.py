"""The control socket of the parent: no client makes it wait, and no client costs it more than its time allows."""

from __future__ import annotations

import json
import select
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from catcher.model.errors import EnvironmentFailure
from catcher.model.serverstatus import ServerStatus
from catcher.model.serving import ReloadOutcome, ReloadResult
from catcher.supervise.control import controlsocket
from catcher.supervise.control.controlsocket import CLIENT_SECONDS, MOST_CLIENTS, ControlActions, ControlSocket
from tests.support.statuses import status


@dataclass
class Rounds:
    """A small loop: ``turn`` calls back what is ready now, and waits for nothing."""

    poll: select.poll = field(default_factory=select.poll)
    callbacks: dict[int, Callable[[], None]] = field(default_factory=dict)
    time: float = 100.0

    def register(self, fd: int, callback: Callable[[], None], events: int = select.POLLIN) -> None:
        self.poll.register(fd, events)
        self.callbacks[fd] = callback

    def unregister(self, fd: int) -> None:
        self.poll.unregister(fd)
        del self.callbacks[fd]

    def turn(self) -> int:
        """Returns how many descriptors were ready."""
        ready = self.poll.poll(0)
        for fd, _ in ready:
            if fd in self.callbacks:
                self.callbacks[fd]()
        return len(ready)

    def settle(self) -> None:
        """Turns until nothing is ready; a loop that spins fails."""
        assert any(not self.turn() for _ in range(10_000))


@dataclass
class Parent:
    """A parent with a control socket."""

    path: Path
    rounds: Rounds = field(default_factory=Rounds)
    waiting: list[Callable[[ReloadOutcome], None]] = field(default_factory=list)
    status: Callable[[], ServerStatus] = status
    text: str = "catcher_domains 1\n# EOF\n"
    clients: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        actions = ControlActions(self.waiting.append, lambda: self.status(), lambda: self.text)
        self.control = ControlSocket(self.path, self.rounds, actions, now=lambda: self.rounds.time)

    def client(self, octets: bytes = b"") -> socket.socket:
        client = socket.socket(socket.AF_UNIX)
        self.clients.append(client)
        client.setblocking(False)
        client.connect(str(self.path))
        client.sendall(octets)
        return client

    def whole(self, client: socket.socket) -> bytes:
        """All that ``client`` gets until the parent ends the connection."""
        octets = b""
        with client:
            for _ in range(10_000):
                self.rounds.turn()
                try:
                    piece = client.recv(1 << 16)
                except BlockingIOError:
                    continue
                if not piece:
                    return octets
                octets += piece
        raise AssertionError(f"the connection stays open after {octets!r}")

    def later(self, seconds: float) -> None:
        self.rounds.time += seconds
        self.control.expire()
        self.rounds.settle()


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[Parent]:
    made = Parent(tmp_path / "control.sock")
    yield made
    made.control.close()
    for client in made.clients:
        client.close()
    assert not made.path.exists() and not made.rounds.callbacks


def test_status_metrics_and_an_unknown_command(parent: Parent) -> None:
    assert ServerStatus.from_json(json.loads(parent.whole(parent.client(b"status\n")))) == status()
    assert parent.whole(parent.client(b"metrics\n")) == parent.text.encode()
    assert "unknown command" in json.loads(parent.whole(parent.client(b"x" * 64)))["error"]
    assert parent.path.stat().st_mode & 0o777 == 0o600


def test_a_reload_says_loading_at_once_and_its_outcome_when_it_is_over(parent: Parent) -> None:
    clients = [parent.client(b"reload\n"), parent.client(b"reload\n")]
    parent.rounds.settle()
    assert [client.recv(64) for client in clients] == [b"loading\n"] * 2
    parent.later(3600)
    assert json.loads(parent.whole(parent.client(b"status\n")))["node"] == "sink-1", "others are answered meanwhile"
    for done in parent.waiting:
        done(ReloadOutcome(ReloadResult.RELOADED, domains=3))
    assert [json.loads(parent.whole(client))["domains"] for client in clients] == [3, 3]


def test_a_client_may_leave_while_it_waits_and_half_close_before(parent: Parent) -> None:
    """socat closes its writing side after the line: the answer has to come nevertheless."""
    gone, half = parent.client(b"reload\n"), parent.client(b"reload\n")
    half.shutdown(socket.SHUT_WR)
    parent.rounds.settle()
    gone.close()
    parent.rounds.settle()
    assert len(parent.waiting) == 2
    for done in parent.waiting:
        done(ReloadOutcome(ReloadResult.RELOADED))
    loading, outcome = parent.whole(half).splitlines()
    assert loading == b"loading" and json.loads(outcome)["result"] == "reloaded"


def test_a_client_that_says_nothing_or_half_a_line_is_dropped(parent: Parent) -> None:
    silent, half = parent.client(), parent.client(b"rel")
    parent.rounds.settle()
    parent.later(CLIENT_SECONDS - 1)
    with pytest.raises(BlockingIOError):
        silent.recv(1)
    parent.later(1)
    assert silent.recv(1) == half.recv(1) == b"" and not parent.waiting


def test_a_client_that_does_not_read_is_dropped_and_a_slow_one_is_served(parent: Parent) -> None:
    parent.text = "x" * 5_000_000 + "\n# EOF\n"
    deaf, slow = parent.client(b"metrics\n"), parent.client(b"metrics\n")
    parent.rounds.settle()
    got = b""
    for _ in range(4):
        got += slow.recv(1 << 20)  # the kernel tells the writer of room once most of its buffer is read
        parent.later(CLIENT_SECONDS - 1)
    assert got + parent.whole(slow) == parent.text.encode()
    assert len(parent.rounds.callbacks) == 1, "the listener alone is left"
    with deaf:
        assert len(deaf.recv(1 << 22)) < len(parent.text)


def test_beyond_the_most_clients_new_ones_wait_and_come_in_when_some_leave(parent: Parent) -> None:
    silent = [parent.client() for _ in range(MOST_CLIENTS)]
    parent.rounds.settle()
    late = parent.client(b"status\n")
    parent.rounds.settle()
    with pytest.raises(BlockingIOError):
        late.recv(1)
    silent.pop().close()
    assert json.loads(parent.whole(late))["node"] == "sink-1"
    parent.later(CLIENT_SECONDS)
    assert len(parent.rounds.callbacks) == 1


def test_without_a_descriptor_it_pauses_and_goes_on(parent: Parent, monkeypatch: pytest.MonkeyPatch) -> None:
    class Exhausted(socket.socket):
        def accept(self) -> tuple[socket.socket, str]:
            raise OSError(24, "Too many open files")

    listener = parent.control._listener
    assert listener is not None
    exhausted = Exhausted(fileno=listener.fileno())
    monkeypatch.setattr(parent.control, "_listener", exhausted)
    client = parent.client(b"status\n")
    parent.rounds.settle()
    monkeypatch.setattr(parent.control, "_listener", listener)
    exhausted.detach()
    parent.later(1)
    assert json.loads(parent.whole(client))["node"] == "sink-1"


def test_an_answer_that_raises_ends_nothing(parent: Parent, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> ServerStatus:
        raise RuntimeError("army.ml's secret")

    parent.status = broken
    assert "RuntimeError" in json.loads(parent.whole(parent.client(b"status\n")))["error"]
    assert "RuntimeError at" in caplog.text and "secret" not in caplog.text
    assert parent.whole(parent.client(b"metrics\n")) == parent.text.encode()


def test_a_socket_that_cannot_be_made_is_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    parent = Parent(tmp_path / "absent" / "control.sock")
    assert "it can't be made at" in caplog.text
    (tmp_path / "absent").mkdir()
    parent.later(controlsocket.LISTEN_AGAIN_SECONDS)
    assert json.loads(parent.whole(parent.client(b"status\n")))["node"] == "sink-1"
    parent.control.close()


def test_a_socket_whose_path_was_removed_is_made_anew(parent: Parent) -> None:
    waiting = parent.client(b"reload\n")
    parent.rounds.settle()
    parent.path.unlink()
    parent.later(1)
    assert json.loads(parent.whole(parent.client(b"status\n")))["node"] == "sink-1"
    parent.waiting[0](ReloadOutcome(ReloadResult.RELOADED))
    assert b"reloaded" in parent.whole(waiting), "clients that were connected stay"


def test_a_path_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailure, match="too long for a socket"):
        Parent(tmp_path / ("x" * 120))
