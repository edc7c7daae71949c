"""Over real sockets: old devices, chunks by the thousand, what is recorded beside a session, and quiet logs."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from tests.support.server import ENVELOPE, SECONDS, Server, dialogue, read_reply, running

ROWS = "domain,intended,policy\narmy.ml,army.mil,accept\nrefuse.test,refuse.example,refuse\n"
LENIENT = '[[smtp.lenient]]\nnetworks = ["192.0.2.0/24", "127.0.0.2"]\n'
BARE = b"MAIL FROM:<scanner@contractor.example>\nRCPT TO:<someone@army.ml>\nDATA\nSubject: scan\n\npage\n.\nQUIT\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with running(folder, catalogue=ROWS, smtp_more=LENIENT, log_level="info") as server:
        yield server


def said(server: Server, octets: bytes, *, source: str) -> list[bytes]:
    """The codes of the replies behind the greeting, to a client with the address ``source``."""
    with socket.create_connection(server.smtp, timeout=SECONDS, source_address=(source, 0)) as client:
        replies = client.makefile("rb")
        read_reply(replies)
        client.sendall(octets)
        client.shutdown(socket.SHUT_WR)
        return [reply[:3] for reply in iter(lambda: read_reply(replies), b"")]


def test_a_device_without_helo_and_with_bare_lf_delivers_from_its_network_alone(server: Server) -> None:
    before = len(server.observations())
    assert said(server, BARE, source="127.0.0.2") == [b"250", b"250", b"354", b"250", b"221"]
    assert len(server.observations()) == before + 1
    assert b"250" not in said(server, BARE, source="127.0.0.3")
    assert len(server.observations()) == before + 1


def test_ten_thousand_chunks_in_one_flight_are_one_mail(server: Server) -> None:
    before = len(server.observations())
    client, replies = dialogue(server, *ENVELOPE[:3])
    with client:
        text = b"From: alice@contractor.example\r\n\r\n" + b"x" * 9_966
        client.sendall(b"".join(b"BDAT 1\r\n%c" % octet for octet in text) + b"BDAT 0 LAST\r\n")
        assert {read_reply(replies)[:3] for _ in range(len(text))} == {b"250"}
        assert read_reply(replies).startswith(b"250 2.0.0 recorded")
    assert len(server.observations()) == before + 1


def test_a_refusal_is_stored_though_its_session_stays_open(server: Server) -> None:
    """Its reference stands in the client's log: it is in the store soon, not when the client leaves."""
    before = len(server.observations())
    client, replies = dialogue(server, *ENVELOPE[:2])
    with client:
        client.sendall(b"RCPT TO:<someone@refuse.test>\r\n")
        ref = read_reply(replies).split()[-1].decode()
        deadline = time.monotonic() + SECONDS
        while len(server.observations()) == before and time.monotonic() < deadline:
            time.sleep(0.2)
        client.sendall(b"NOOP\r\n")
        assert read_reply(replies).startswith(b"250 ")
        assert [o.ref for o in server.observations()[before:]] == [ref]


def test_many_logins_are_few_lines(server: Server) -> None:
    for _ in range(40):
        client, replies = dialogue(server, "EHLO client.example")
        with client:
            client.sendall(b"AUTH PLAIN AGNhbmFyeQBjYW5hcnk=\r\n")
            assert read_reply(replies).startswith(b"502 ")
    server.await_log("a client tried to log in")
    assert server.log.read_text().count("a client tried to log in") <= 2


def test_mail_for_the_operator_is_counted(server: Server) -> None:
    before = len(server.observations())
    client, replies = dialogue(server, *ENVELOPE[:2])
    with client:
        for recipient in (b"postmaster@army.ml", b"Abuse@x.army.ml", b"abuse@army.ml"):
            client.sendall(b"RCPT TO:<%s>\r\n" % recipient)
            assert read_reply(replies).startswith(b"550 5.1.6 ")
    assert server.stop() == 0
    assert "abuse@army.ml 2, postmaster@army.ml 1" in server.log.read_text()
    assert len(server.observations()) == before
    server.start()
    said = server.catcher("status")
    assert "for you: 1 to postmaster@, 2 to abuse@" in said and "only counted" not in said
    assert server.json("status")[0]["store"]["operator_mail"] == {"postmaster": 1, "abuse": 2}
