"""Asking running servers over their control sockets, whatever stands at the other end."""

from __future__ import annotations

import errno
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catcher.desk.serverrequest import reload_servers, server_metrics, server_statuses
from catcher.model.errors import EnvironmentFailure
from catcher.model.serving import ReloadOutcome, ReloadResult
from tests.support.statuses import KEPT, status

Serve = Callable[..., list[bytes]]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Listens as a server would and gives ``pieces`` to one client; returns what it was asked. None is silence."""
    running: list[tuple[threading.Thread, socket.socket]] = []

    def serve(*pieces: bytes | None, name: str = "control.sock") -> list[bytes]:
        asked: list[bytes] = []
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / name))
        listener.listen(1)

        def answer_one() -> None:
            client, _ = listener.accept()
            with client:
                asked.append(client.recv(64))
                for piece in pieces:
                    if piece is None:
                        over.wait()
                    else:
                        client.sendall(piece)

        thread = threading.Thread(target=answer_one)
        thread.start()
        running.append((thread, listener))
        return asked

    over = threading.Event()
    yield serve
    over.set()
    for thread, listener in running:
        thread.join()
        listener.close()


def line(outcome: ReloadOutcome) -> bytes:
    return json.dumps(outcome.to_json()).encode() + b"\n"


DONE = ReloadOutcome(ReloadResult.RELOADED, domains=3, zones=2, seconds=0.5)
FAILED = ReloadOutcome(ReloadResult.FAILED, error="no memory")
PARTLY = ReloadOutcome(ReloadResult.PARTLY, (KEPT,), ("dns.listen",), domains=3)


def test_a_reload_is_awaited_and_told_whole(tmp_path: Path, serve: Serve) -> None:
    asked = serve(b"loading\n", line(PARTLY)[:10], line(PARTLY)[10:])
    waited: list[float] = []
    assert reload_servers(tmp_path, waiting=waited.append) == PARTLY
    assert asked == [b"reload\n"] and waited


def test_where_dns_and_smtp_are_apart_the_worse_counts(tmp_path: Path, serve: Serve) -> None:
    asked = [
        serve(b"loading\n", line(FAILED), name="control-dns.sock"),
        serve(b"loading\n", line(DONE), name="control-smtp.sock"),
    ]
    outcome = reload_servers(tmp_path)
    assert outcome is not None and (outcome.result, outcome.error) == (ReloadResult.FAILED, "no memory")
    assert outcome.domains == 3
    assert asked == [[b"reload\n"], [b"reload\n"]], "the other one is asked all the same"


def test_the_same_kept_part_of_two_servers_is_told_once(tmp_path: Path, serve: Serve) -> None:
    for name in ("control-dns.sock", "control-smtp.sock"):
        serve(b"loading\n", line(PARTLY), name=name)
    assert reload_servers(tmp_path) == PARTLY


def test_no_socket_no_server(tmp_path: Path) -> None:
    assert reload_servers(tmp_path) is None
    assert server_statuses(tmp_path / "none") == []


def test_a_state_folder_of_another_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may not look into it mustn't hear that no server runs, nor take a changed row for served."""

    def closed(self: Path) -> Iterator[Path]:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", closed)
    for request in (reload_servers, server_statuses, server_metrics):
        with pytest.raises(EnvironmentFailure, match="Permission denied; run this as the user that serves"):
            request(tmp_path)


def test_a_socket_that_a_killed_server_left(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "control.sock"))
    assert reload_servers(tmp_path) is None


@pytest.mark.parametrize("pieces", [(), (b"loading\n",)])
def test_a_server_that_ends_meanwhile_is_told(tmp_path: Path, serve: Serve, pieces: tuple[bytes, ...]) -> None:
    serve(*pieces)
    with pytest.raises(EnvironmentFailure, match="ended without an answer"):
        reload_servers(tmp_path)


@pytest.mark.parametrize("answer", [b"ok reloaded\n", b"[]\n", b'{"result": "odd"}\n', b'"text"\n'])
def test_an_answer_of_another_kind_is_told(tmp_path: Path, serve: Serve, answer: bytes) -> None:
    serve(answer)
    with pytest.raises(EnvironmentFailure, match="the answer can't be read"):
        reload_servers(tmp_path)


def test_the_servers_own_error_is_told(tmp_path: Path, serve: Serve) -> None:
    serve(b'{"error": "the server can\'t tell"}\n')
    with pytest.raises(EnvironmentFailure, match="the server can't tell"):
        server_statuses(tmp_path)


def test_a_server_that_still_loads_is_not_to_be_restarted(tmp_path: Path, serve: Serve) -> None:
    serve(b"loading\n", None)
    with pytest.raises(EnvironmentFailure, match=r"still loads after 0.05 seconds, and goes on") as error:
        reload_servers(tmp_path, seconds=0.05)
    assert "restart" not in str(error.value)


def test_the_status_of_each_server(tmp_path: Path, serve: Serve) -> None:
    one, two = status(roles=("dns",)), status(roles=("smtp",), kept=(KEPT,))
    serve(json.dumps(one.to_json()).encode() + b"\n", name="control-dns.sock")
    serve(json.dumps(two.to_json()).encode() + b"\n", name="control-smtp.sock")
    assert server_statuses(tmp_path) == [one, two]


def test_metrics_have_to_be_whole(tmp_path: Path, serve: Serve) -> None:
    serve(b"catcher_domains 1\n# EOF\n", name="control-dns.sock")
    assert server_metrics(tmp_path) == ["catcher_domains 1\n# EOF\n"]
    (tmp_path / "control-dns.sock").unlink()
    serve(b"catcher_domains 1\n")
    with pytest.raises(EnvironmentFailure):
        server_metrics(tmp_path)
