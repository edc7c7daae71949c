"""What a server meets: clients that vanish, broken messages, a store that can't be written. It goes on."""

from __future__ import annotations

import smtplib
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.load import Queries
from tests.support.server import ENVELOPE, SECONDS, Server, deliver, dialogue, read_reply, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
def test_a_client_that_vanishes_in_its_data_leaves_no_observation(server: Server, reset: bool) -> None:
    before = len(server.json("observation", "list"))
    client, _ = dialogue(server, *ENVELOPE)
    with client:
        client.sendall(b"From: alice@contractor.example\r\n\r\nhalf a sent")
        if reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert deliver(server)[0] == 250
    assert len(server.json("observation", "list")) == before + 1


BROKEN = {
    "nothing at all": b"",
    "no header": b"\r\njust a body\r\n",
    "no blank line": b"From: alice@contractor.example\r\nTo: someone@army.ml\r\n",
    "NUL": b"From: alice@contractor.example\r\nX: a\0b\r\n\r\nbo\0dy\r\n",
    "8-bit header": b"From: alice@contractor.example\r\nSubject: caf\xe9 \xff\xfe\r\n\r\nhello\r\n",
    "a field of 1 MB": b"From: alice@contractor.example\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\nhello\r\n",
    "100,000 fields": b"X: y\r\n" * 100_000 + b"From: alice@contractor.example\r\n\r\nhello\r\n",
    "From with forty addresses": b"From: "
    + b", ".join(b"p%d@contractor.example" % n for n in range(40))
    + b"\r\n\r\nhello\r\n",
    "no From": b"To: someone@army.ml\r\n\r\nhello\r\n",
    "a line of 1 MB": b"From: alice@contractor.example\r\n\r\n" + b"a" * 1_000_000 + b"\r\n",
}


@pytest.mark.parametrize("message", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_message_is_recorded_honestly(server: Server, message: bytes) -> None:
    before = len(server.json("observation", "list"))
    client, replies = dialogue(server, *ENVELOPE)
    with client:
        client.sendall(message + b".\r\n")
        said = read_reply(replies)
    ref = said.decode().rpartition("ref ")[2].split()[0]
    observations = server.json("observation", "list")
    assert len(observations) == before + 1
    [observation] = [o for o in observations if o["ref"] == ref]
    assert observation["sender"]["tier"] == "claimed"
    assert deliver(server)[0] == 250


def test_a_store_that_cannot_be_written_gives_451_and_heals(tmp_path: Path) -> None:
    """The disk takes nothing more: DNS answers on, the explanation stands, and mail is taken again when it is back."""
    with running(tmp_path / "server") as server:
        assert deliver(server)[0] == 250
        with server.unwritable_store():
            for _ in range(3):
                code, text = deliver(server)
                assert code == 451
                assert text.startswith(b"4.3.0")
            assert deliver(server, ["someone@navy.ml"])[0] == 550, "an explanation stands without the store"
            assert a_query_is_answered(server)
        try_again_until_it_is_taken(server)
        assert len(server.json("observation", "list")) == 2


def a_query_is_answered(server: Server) -> bool:
    queries = Queries(server, "army.ml")
    with queries.asking():
        pass
    return queries.lost == 0


def try_again_until_it_is_taken(server: Server) -> None:
    """As an MTA does that was told 451, without its patience."""
    deadline = time.monotonic() + SECONDS
    while (code := deliver(server)[0]) != 250:
        assert code == 451
        assert time.monotonic() < deadline


def test_a_connection_that_only_says_nonsense_is_answered(server: Server) -> None:
    with smtplib.SMTP(*server.smtp, timeout=30) as client:
        code, _ = client.docmd("\x01\x02\x03 nonsense")
        assert 500 <= code < 600
    assert deliver(server)[0] == 250
