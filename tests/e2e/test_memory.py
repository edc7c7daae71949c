"""Nothing of a mail stays in the server's memory: searched from outside, after the connections closed (promise 1)."""

from __future__ import annotations

import smtplib
import ssl
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from catcher.store import SqliteStore
from catcher.supervise.ports import own_port
from tests.support.memory import occurrences
from tests.support.server import CATCHER, SECONDS, Server, dialogue, running

TRANSACTIONS = 250
"""On each of two connections' ways, by DATA and by BDAT: a thousand in all."""
CANARIES = (b"canarybody", b"canarysubject", b"canarylocal", b"canaryname", b"canarysecret", b"Y2FuYXJ5c2VjcmV0")
"""The last is the password in base64, as AUTH has it."""

_MESSAGE = b"".join(
    (
        b"From: Canary <canarylocal%d@contractor.example>\r\nTo: <canarylocal%d@army.ml>\r\n",
        b"Subject: canarysubject %d\r\nMessage-ID: <canarylocal%d@contractor.example>\r\n",
        b'Content-Type: application/pdf; name="canaryname%d.pdf"\r\n\r\ncanarybody %d\r\n',
    )
)
_STAND_IN = """
import sys
if "asyncio" in sys.argv[1]:
    sys.modules["uvloop"] = None
if "unwiped" in sys.argv[1]:
    import catcher.serve.smtp, catcher.smtp.serving.front
    catcher.serve.smtp.wipe_freed_memory = lambda: False
    catcher.smtp.serving.front.ReadBuffer.take = lambda self, count: bytes(self.view[:count])
del sys.argv[1]
from catcher.cli import main
main()
"""
"""Runs ``catcher`` with the loop, and without the wiping, that its first argument names."""


def deliver_many(server: Server, count: int, *, tls: bool) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with smtplib.SMTP(*server.smtp, local_hostname="mail.contractor.example", timeout=SECONDS) as client:
        client.ehlo()
        if tls:
            client.starttls(context=context)
            client.ehlo()
        for number in range(count):
            lines = b"canarybody, line after line\r\n" * (40 if number % 2 else 4000)
            message = _MESSAGE % ((number,) * 6) + lines
            client.mail(f"canarylocal{number}@contractor.example")
            client.rcpt(f"canarylocal{number}@army.ml")
            if number % 2:
                code, text = client.data(message)
            else:
                client.send(b"BDAT %d LAST\r\n" % len(message) + message)
                code, text = client.getreply()
            assert code == 250, text


def log_in(server: Server) -> None:
    client, replies = dialogue(server, "EHLO mail.contractor.example")
    with client:
        client.sendall(b"AUTH PLAIN Y2FuYXJ5c2VjcmV0\r\nY2FuYXJ5c2VjcmV0\r\ncanarysecret\r\n")
        with suppress(ConnectionError):
            replies.read()


def found_after_mail(
    folder: Path, stand_in: str, *, count: int = TRANSACTIONS, more: str = "[fingerprint]\nlookups = false\n"
) -> dict[bytes, int]:
    program = (sys.executable, "-c", _STAND_IN, stand_in)
    with running(folder, program=program, more=more) as server:
        for tls in (False, True):
            deliver_many(server, count, tls=tls)
            deliver_many(server, count, tls=tls)
            log_in(server)
        # Other mail comes and goes; that its reply was read means that what was before is gone.
        smtplib.SMTP(*server.smtp, timeout=SECONDS).quit()
        workers = server.workers_pids()
        return {
            canary: sum(counts[canary] for counts in (occurrences(int(pid), CANARIES) for pid in workers.values()))
            for canary in CANARIES
        }


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_nothing_of_a_thousand_mails_is_left_in_memory(tmp_path: Path, loop: str) -> None:
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    assert found_after_mail(tmp_path, loop) == dict.fromkeys(CANARIES, 0)


def test_nothing_is_left_either_of_mails_whose_judgement_waits_for_look_ups(tmp_path: Path) -> None:
    """Nobody answers: what is kept for some minutes has no header text and no local-part."""
    more = (
        f'[fingerprint]\nresolvers = ["127.0.0.1:{own_port()}"]\n'  # where nobody listens, the kernel says so at once
    )
    assert found_after_mail(tmp_path, "asyncio", count=50, more=more) == dict.fromkeys(CANARIES, 0)
    store = SqliteStore(tmp_path / "var" / "catcher.db")
    waited = [o.may_be_revised for o in store.observations()]
    store.close()
    assert len(waited) == 200 and all(waited)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_the_search_finds_them_where_wiping_is_off(tmp_path: Path, loop: str) -> None:
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    found = found_after_mail(tmp_path, f"{loop} unwiped")
    assert found[b"canarybody"] and found[b"canarysubject"] and found[b"canarylocal"]


def test_the_command_line_itself_starts_it_so(tmp_path: Path) -> None:
    """``catcher serve`` as it comes, without the stand-in."""
    with running(tmp_path, program=CATCHER) as server:
        environment = Path(f"/proc/{server.serving_pid}/environ").read_bytes().split(b"\0")
        assert any(v.startswith(b"GLIBC_TUNABLES=") and b"glibc.malloc.tcache_count=0" in v for v in environment)
