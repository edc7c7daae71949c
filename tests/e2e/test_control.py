"""Asking a running server over its control socket, whatever stands at the other end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catcher.desk.serverrequest import request
from catcher.model.errors import EnvironmentFailure

Serve = Callable[..., list[bytes]]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Listens as a server would and gives ``answer`` to one client; returns what it was asked."""
    running: list[tuple[threading.Thread, socket.socket]] = []

    def serve(answer: bytes | None, name: str = "control.sock") -> list[bytes]:
        asked: list[bytes] = []
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / name))
        listener.listen(1)
        done = threading.Event()

        def answer_one() -> None:
            client, _ = listener.accept()
            with client:
                asked.append(client.recv(64))
                if answer is None:
                    done.wait()
                else:
                    client.sendall(answer)

        thread = threading.Thread(target=answer_one)
        thread.start()
        running.append((thread, listener))
        ends.append(done)
        return asked

    ends: list[threading.Event] = []
    yield serve
    for done in ends:
        done.set()
    for thread, listener in running:
        thread.join()
        listener.close()


def test_one_line_there_and_one_back(tmp_path: Path, serve: Serve) -> None:
    asked = serve(b"ok reloaded\nand more")
    assert request(tmp_path, "reload") == "ok reloaded"
    assert asked == [b"reload\n"]


def test_where_dns_and_smtp_are_apart_the_first_error_counts(tmp_path: Path, serve: Serve) -> None:
    asked = [serve(b"error broken\n", "control-dns.sock"), serve(b"ok reloaded\n", "control-smtp.sock")]
    assert request(tmp_path, "reload") == "error broken"
    assert asked == [[b"reload\n"], [b"reload\n"]], "the other one is asked all the same"


def test_no_socket_no_server(tmp_path: Path) -> None:
    assert request(tmp_path, "reload") is None
    assert request(tmp_path / "none", "reload") is None


def test_a_socket_that_a_killed_server_left(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "control.sock"))
    assert request(tmp_path, "reload") is None


def test_a_server_that_hangs_up_or_stays_silent_is_told(tmp_path: Path, serve: Serve) -> None:
    serve(b"", "control-dns.sock")
    with pytest.raises(EnvironmentFailure, match="hung up without an answer"):
        request(tmp_path, "reload")
    (tmp_path / "control-dns.sock").unlink()
    serve(None, "control-smtp.sock")
    with pytest.raises(EnvironmentFailure, match=r"did not answer in 0.05 seconds"):
        request(tmp_path, "reload", seconds=0.05)
