"""Other people's programs as clients: dig, kdig, swaks, smtplib."""

from __future__ import annotations

import smtplib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.peers import peer
from tests.support.server import ARMY, Server, deliver, running

CATALOGUE = ARMY + "refused.example,intended.example,refuse\nnull.example,,null\nwatched.example,,observe\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server"), catalogue=CATALOGUE) as server:
        yield server


def ask(program: str, server: Server, *question: str) -> str:
    host, port = server.dns
    command = [str(peer(program)), f"@{host}", "-p", str(port), *question]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


@pytest.mark.parametrize("program", ["dig", "kdig"])
@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
class TestDnsClients:
    def test_the_mx_is_the_sink(self, server: Server, program: str, transport: str) -> None:
        assert ask(program, server, transport, "+short", "army.ml", "MX").split() == ["10", "mx.sink.example."]

    def test_the_wildcard_mx_is_the_sink(self, server: Server, program: str, transport: str) -> None:
        answer = ask(program, server, transport, "+short", "mail.corps.army.ml", "MX")
        assert answer.split() == ["10", "mx.sink.example."]

    def test_null_mx(self, server: Server, program: str, transport: str) -> None:
        """RFC 7505 §3."""
        assert ask(program, server, transport, "+short", "null.example", "MX").split() == ["0", "."]

    def test_outside_is_refused(self, server: Server, program: str, transport: str) -> None:
        assert "status: REFUSED" in ask(program, server, transport, "example.net", "A")

    def test_nodata_carries_the_soa(self, server: Server, program: str, transport: str) -> None:
        answer = ask(program, server, transport, "army.ml", "AAAA")
        assert "status: NOERROR" in answer
        assert "SOA" in answer


def swaks(server: Server, *options: str) -> subprocess.CompletedProcess[str]:
    host, port = server.smtp
    command = [str(peer("swaks")), "--server", host, "--port", str(port), "--helo", "mail.contractor.example"]
    return subprocess.run(
        [*command, "--from", "alice@contractor.example", *options], capture_output=True, text=True, timeout=60
    )


def test_swaks_delivers_and_reads_the_reference(server: Server) -> None:
    done = swaks(server, "--to", "someone@army.ml", "--header", "Subject: hello")
    assert done.returncode == 0, done.stdout
    refs = [o["ref"] for o in server.json("observation", "list")]
    assert any(f"ref {ref}" in done.stdout for ref in refs)


def test_swaks_pipelines(server: Server) -> None:
    done = swaks(server, "--to", "someone@army.ml,other@army.ml", "--pipeline")
    assert done.returncode == 0, done.stdout


def test_swaks_is_told_at_rcpt_what_it_mistyped(server: Server) -> None:
    done = swaks(server, "--to", "someone@refused.example")
    assert done.returncode != 0
    assert "550 5.1.2" in done.stdout
    assert "intended.example" in done.stdout


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_swaks_is_offered_no_login(server: Server, mechanism: str) -> None:
    done = swaks(server, "--to", "someone@army.ml", "--auth", mechanism, "--auth-user", "a", "--auth-password", "b")
    assert done.returncode != 0
    assert "AUTH" not in [
        line.removeprefix("<-  250-").split()[0] for line in done.stdout.splitlines() if "<-  250" in line
    ]


def test_smtplib_delivers(server: Server) -> None:
    code, text = deliver(server)
    assert code == 250
    assert b"ref " in text


def test_smtplib_hears_the_explanation_after_the_data(server: Server) -> None:
    code, text = deliver(server, recipients=["someone@navy.ml"])
    assert code == 550
    assert text.startswith(b"5.1.2")
    assert b"navy.mil" in text


@pytest.mark.parametrize("domain", ["null.example", "watched.example", "foreign.example"])
def test_smtplib_is_refused_where_no_mail_is_taken(server: Server, domain: str) -> None:
    before = len(server.json("observation", "list"))
    with smtplib.SMTP(*server.smtp, timeout=30) as client:
        client.ehlo("mail.contractor.example")
        client.mail("alice@contractor.example")
        code, _ = client.rcpt(f"someone@{domain}")
    assert code == 550
    assert len(server.json("observation", "list")) == before


@pytest.mark.parametrize("port", [465, 587])
def test_ports_of_mail_programs_are_not_served(tmp_path: Path, port: int) -> None:
    """Promise 2: where mail programs bring passwords, nothing listens; asking for it is a fault."""
    Server(tmp_path, smtp=("127.0.0.1", port)).catcher("check", status=2)
