"""A server's life: ready, reloaded without a dropped query, drained."""

from __future__ import annotations

import json
import signal
import smtplib
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import resources
from pathlib import Path

import pytest

from tests.support.asking import rcode
from tests.support.load import Mails, Queries
from tests.support.server import ARMY, ENVELOPE, Server, deliver, dialogue, read_reply, running

MESSAGE = b"From: alice@contractor.example\r\nTo: someone@army.ml\r\n\r\nhello\r\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "server") as server:
        yield server


def test_ready_means_that_every_socket_listens(server: Server) -> None:
    for address in (server.dns, server.smtp):
        with socket.create_connection(address, timeout=10):
            pass


@pytest.mark.parametrize("workers", [1, 2])
def test_a_reload_drops_no_query_and_puts_the_new_catalogue_in_force(tmp_path: Path, workers: int) -> None:
    with running(tmp_path / "server", workers=workers) as server, ExitStack() as stack:
        resolvers = [Queries(server, "army.ml") for _ in range(4)]
        for resolver in resolvers:
            stack.enter_context(resolver.asking())
        for number in range(5):
            (server.folder / "catalogue.csv").write_text(ARMY + f"new{number}.example,intended.example,accept\n")
            server.reload()
            code, _ = deliver(server, [f"someone@new{number}.example"])
            assert code == 250
        stack.close()
        assert [resolver.lost for resolver in resolvers] == [0, 0, 0, 0]
        assert all(resolver.answered > 5 for resolver in resolvers)


def test_a_mail_that_is_under_way_survives_a_reload(server: Server) -> None:
    client, replies = dialogue(server, *ENVELOPE)
    with client:
        client.sendall(MESSAGE[:20])
        server.reload()
        client.sendall(MESSAGE[20:] + b".\r\n")
        assert read_reply(replies).startswith(b"250")
    assert len(server.json("observation", "list")) == 1


def test_a_wrong_row_keeps_its_last_good_state_and_the_other_rows_take_effect(server: Server) -> None:
    """army.ml's row is wrong, navy.ml's is removed, new.example's is added, all in one reload."""
    (server.folder / "catalogue.csv").write_text(
        "domain,intended,policy\narmy.ml,army.mil,nonsense\nnew.example,intended.example,accept\n"
    )
    outcome = json.loads(server.control("reload"))
    assert outcome["result"] == "partly"
    [kept] = outcome["kept"]
    assert kept["where"] == "catalogue.csv:2" and "nonsense" in kept["what"] and kept["serves"]
    assert [rcode(server.dns[1], name) for name in ("army.ml", "navy.ml", "new.example")] == [
        "NOERROR",
        "REFUSED",
        "NOERROR",
    ]
    assert deliver(server)[0] == 250
    assert deliver(server, ["someone@new.example"])[0] == 250
    (server.folder / "catalogue.csv").write_text(ARMY)
    assert json.loads(server.control("reload"))["result"] == "reloaded"
    assert [rcode(server.dns[1], name) for name in ("navy.ml", "new.example")] == ["NOERROR", "REFUSED"]


def test_a_reload_while_the_configuration_is_broken_leaves_the_running_one_in_force(server: Server) -> None:
    config = server.config.read_text()
    server.config.write_text(config.replace("[smtp]\n", "[smtp]\nno_such_key = 1\n"))
    outcome = json.loads(server.control("reload"))
    assert outcome["result"] == "partly" and [part["part"] for part in outcome["kept"]] == ["config"]
    assert deliver(server)[0] == 250
    server.config.write_text(config)
    assert json.loads(server.control("reload"))["result"] == "reloaded"


def test_a_reload_puts_new_words_in_force_and_broken_ones_leave_the_old(tmp_path: Path) -> None:
    catalogue = "domain,intended,policy,until,then,note,lang\narmy.ml,army.mil,refuse,,,,pt-br\n"
    words = tmp_path / "server" / "words"
    words.mkdir(parents=True)
    text = (resources.files("catcher.smtp") / "explanations" / "en.txt").read_text()
    (words / "pt-br.txt").write_text(text.replace("is not", "nao e"))
    with running(tmp_path / "server", catalogue=catalogue, smtp_more='explanations = "words"\n') as server:

        def told() -> str:
            client, replies = dialogue(server, *ENVELOPE[:2])
            with client, replies:
                client.sendall(b"RCPT TO:<someone@army.ml>\r\n")
                return read_reply(replies).decode()

        assert told().startswith("550 5.1.2 army.ml nao e army.mil: ")
        (words / "pt-br.txt").write_text(text.replace("is not", "eh diferente de"))
        server.reload()
        assert told().startswith("550 5.1.2 army.ml eh diferente de army.mil: ")
        (words / "pt-br.txt").write_text(text.replace("is not", "não é"))
        kept = json.loads(server.control("reload"))["kept"]
        assert any(part["where"] == "pt-br.txt:11" and "'ã' is not printable ASCII" in part["what"] for part in kept)
        assert "eh diferente de" in told()


def test_sigterm_lets_a_mail_finish(server: Server) -> None:
    client, replies = dialogue(server, *ENVELOPE)
    with client:
        client.sendall(MESSAGE[:20])
        server.signal(signal.SIGTERM)
        client.sendall(MESSAGE[20:] + b".\r\n")
        assert read_reply(replies).startswith(b"250")
    assert server.ended() == 0
    assert len(server.json("observation", "list")) == 1


def test_after_sigterm_the_ports_are_free(server: Server) -> None:
    assert server.stop() == 0
    for address in (server.dns, server.smtp):
        with socket.socket() as probe:
            assert probe.connect_ex(address) != 0


def test_what_was_stored_is_there_after_a_restart(server: Server) -> None:
    mails = Mails(server, "before")
    mails.run(upto=20)
    assert server.stop() == 0
    server.start()
    assert {o["ref"] for o in server.json("observation", "list")} == set(mails.acknowledged.values())


def test_two_servers_do_not_share_a_state_folder(server: Server) -> None:
    other = Server(server.folder / "other", more=f'[node]\nstate = "{server.folder / "var"}"\n')
    other.catcher("serve", status=3)
    assert deliver(server)[0] == 250


def test_stop_mail_turns_mail_away_without_a_restart(server: Server) -> None:
    assert deliver(server)[0] == 250
    server.catcher("stop-mail", "army.ml")
    server.await_line("reloaded")
    with smtplib.SMTP(*server.smtp, timeout=30) as client:
        client.ehlo()
        client.mail("alice@contractor.example")
        code, _ = client.rcpt("someone@army.ml")
    assert code == 550
