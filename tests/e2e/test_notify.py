"""Notices through a real Postfix as smarthost: encrypted, logged in, proven; wherever it is killed, none is lost.

Longer than others: the dialogue is killed at every stage.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, strict
from pathlib import Path
from typing import Any

import dkim  # type: ignore[import-untyped]
import pytest

from catcher.model.errors import EnvironmentFailure
from catcher.model.leak.measures import Period
from catcher.model.telling.answer import Verb
from catcher.notices import boundedsmtp
from catcher.notices.smarthost import Smarthost
from catcher.privacy import notice_codes
from catcher.store import SqliteStore
from tests.support.desks import mail
from tests.support.mailbox import Mailbox, mailbox
from tests.support.peers import peer
from tests.support.proxy import Proxy, Stage, proxy
from tests.support.server import CATCHER
from tests.support.smarthost import PASSWORD, USER, RunningSmarthost, smarthost

SECONDS = 60
CONFIG = """\
[operator]
name = "Registry of Example"
contact = "desk@registry.example"
[dns]
listen = ["127.0.0.1:5300"]
[smtp]
listen = ["127.0.0.1:2500"]
[catalogue]
files = ["catalogue.csv"]
[notify]
domain = "notices.sink.example"
smarthost = "{host}"
smarthost_port = {port}
smarthost_tls = "{tls}"
smarthost_authorities = "{authorities}"
smarthost_user = "catcher"
smarthost_password = "password"
"""


@dataclass
class Sink:
    """A folder with a configuration and a store that holds a leak of last month."""

    folder: Path

    def run(self, *arguments: str, status: int = 0, prefix: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        done = subprocess.run(
            [*prefix, *CATCHER, "notify", *arguments, "--json", "-c", str(self.folder / "catcher.toml")],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines()]

    def states(self) -> list[str]:
        store = SqliteStore(self.folder / "var" / "catcher.db")
        try:
            return [notice.state.value for notice in store.notices()]
        finally:
            store.close()

    def configure(
        self, post: RunningSmarthost, *, port: int = 0, tls: str = "starttls", host: str = "localhost"
    ) -> None:
        text = CONFIG.format(host=host, port=port or post.port, tls=tls, authorities=post.authorities)
        (self.folder / "catcher.toml").write_text(text)


@pytest.fixture(scope="module")
def inbox() -> Iterator[Mailbox]:
    with mailbox() as kept:
        yield kept


@pytest.fixture(scope="module")
def post(inbox: Mailbox) -> Iterator[RunningSmarthost]:
    with smarthost(inbox.port, auth_only=False) as running:
        yield running


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory, post: RunningSmarthost) -> Path:
    """A folder whose one notice is approved."""
    sink = Sink(tmp_path_factory.mktemp("approved"))
    (sink.folder / "catalogue.csv").write_text("domain,intended\narmy.ml,army.mil\n")
    (sink.folder / "contacts.csv").write_text(
        "party,address,language,openpgp\ncontractor.example,security@contractor.example,,\n"
    )
    (sink.folder / "password").write_text(PASSWORD + "\n")
    (sink.folder / "password").chmod(0o600)
    last = Period.of(datetime.now(UTC).date()).previous.first
    store = SqliteStore(sink.folder / "var" / "catcher.db")
    store.add([[mail(2, mailbox=f"box{n}", observed_at=_noon(last + timedelta(days=n)))] for n in range(6)])
    store.close()
    sink.configure(post)
    id = next(row["id"] for row in sink.run("list") if "id" in row)
    sink.run("approve", id, "--as", "Alice")
    return sink.folder


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.fixture
def sink(approved: Path, tmp_path: Path) -> Sink:
    """A copy of that folder."""
    return Sink(Path(shutil.copytree(approved, tmp_path / "sink")))


def test_a_notice_arrives_encrypted_logged_in_and_proven(sink: Sink, post: RunningSmarthost, inbox: Mailbox) -> None:
    sink.configure(post)
    (sent,) = sink.run("send")
    assert sent["state"] == "sent"
    assert re.fullmatch(r"250 2\.0\.0 Ok: queued as \w+", sent["steps"][-1]["note"])
    octets = inbox.octets(lambda: post.log)
    post.postfix.await_log(f"sasl_username={USER}")
    text = _of_ours(octets)
    parsed = message_from_bytes(octets, policy=strict + SMTP.clone(raise_on_defect=True))
    assert isinstance(parsed, EmailMessage)
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert not [part for part in parsed.walk() if part.get_content_disposition()], "a first notice has no attachment"
    assert parsed["Message-ID"] == f"<{sent['message_id']}>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert text.isascii()
    assert max(map(len, text.split(b"\r\n"))) <= 78
    assert b"\n" not in text.replace(b"\r\n", b"") and b"\r" not in text.replace(b"\r\n", b"")
    address = inbox.reverse_paths[-1]
    codes = notice_codes(sink.folder / "var" / "keys")
    assert address == codes.address(Verb.BOUNCE, sent["id"], "notices.sink.example")
    name, _, record = _published(sink)
    assert dkim.verify(octets, dnsfunc=lambda asked, timeout=5: {f"{name}.".encode(): record.encode()}[asked])
    assert _verified_by_catcher(sink, octets, name, record) == "pass"
    body = parsed.get_body(("plain",))
    assert body is not None
    assert codes.addresses(sent["id"], "notices.sink.example").got_it in body.get_content()


def _of_ours(octets: bytes) -> bytes:
    """The mail without the trace fields that Postfix put before it."""
    return octets[octets.index(b"DKIM-Signature:") :]


def _published(sink: Sink) -> tuple[str, str, str]:
    """Name and text of the record that ``catcher check`` says is to be published."""
    said = subprocess.run(
        [*CATCHER, "check", "-c", str(sink.folder / "catcher.toml")], capture_output=True, text=True, timeout=SECONDS
    ).stdout
    found = re.search(r'publish at (\S+): TXT "([^"]+)"', said)
    assert found is not None, said
    return found[1], "TXT", found[2]


def _verified_by_catcher(sink: Sink, octets: bytes, name: str, record: str) -> str:
    """The word of ``catcher fingerprint`` over the mail, with that record as its only DNS."""
    (sink.folder / "mail.eml").write_bytes(octets)
    pieces = " ".join(f'"{record[n : n + 200]}"' for n in range(0, len(record), 200))
    zone = f"sink.example. 300 IN SOA ns1.sink.example. h.sink.example. 1 1 1 1 1\n{name}. 300 IN TXT {pieces}\n"
    (sink.folder / "keys.zone").write_text(zone)
    done = subprocess.run(
        [
            *(*CATCHER, "fingerprint", str(sink.folder / "mail.eml"), "--json"),
            *("--zone", str(sink.folder / "keys.zone"), "--mail-from", "bounce@notices.sink.example"),
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    (result,) = json.loads(done.stdout)["authentication"]["dkim"]
    return str(result["result"])


@pytest.mark.parametrize(
    ("host", "tls", "password", "authority", "told"),
    [
        ("127.0.0.1", "starttls", PASSWORD, True, "its certificate is not right"),
        ("localhost", "starttls", PASSWORD, False, "its certificate is not right"),
        ("localhost", "starttls", "wrong", True, "535 5.7.8"),
        ("localhost", "implicit", PASSWORD, True, "TLS failed"),
    ],
    ids=["another name", "an unknown authority", "a wrong password", "no TLS at once"],
)
def test_nothing_is_said_to_a_smarthost_that_is_not_the_right_one(
    sink: Sink, post: RunningSmarthost, host: str, tls: str, password: str, authority: bool, told: str
) -> None:
    """The password isn't said before the certificate is verified, and no notice has a step more."""
    sink.configure(post, host=host, tls=tls)
    (sink.folder / "password").write_text(password)
    if not authority:
        text = (sink.folder / "catcher.toml").read_text()
        (sink.folder / "catcher.toml").write_text(re.sub(r"smarthost_authorities = .*\n", "", text))
    done = subprocess.run(
        [*CATCHER, "notify", "send", "-c", str(sink.folder / "catcher.toml")],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert told in done.stderr
    assert PASSWORD not in done.stderr and "Traceback" not in done.stderr
    assert sink.states() == ["approved"]


@pytest.mark.parametrize("said", [b"", b"220-one", b"220 smtp.sink.example\r\n250-"], ids=["nothing", "half", "more"])
def test_a_smarthost_that_never_ends_its_reply_is_left(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it may take over one octet: the connection as a whole has an end."""
    monkeypatch.setattr(boundedsmtp, "SESSION_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host = Smarthost("127.0.0.1", listening.getsockname()[1], "none", "mx.sink.example")
        with ThreadPoolExecutor(1) as other, pytest.raises(EnvironmentFailure, match="it hung up"):
            served = other.submit(_say, listening, said)
            with host.session():
                pass
        assert served.result(SECONDS) in (b"", b"ehlo mx.sink.example\r\n")


def _say(listening: socket.socket, said: bytes) -> bytes:
    """Says that to one client; returns what it said before it left."""
    connection, _ = listening.accept()
    with connection:
        connection.settimeout(SECONDS)
        connection.sendall(said)
        heard = b""
        while octets := connection.recv(1024):
            heard += octets
        return heard


@pytest.mark.parametrize("stage", Stage)
def test_killed_at_any_stage_of_the_dialogue_none_is_lost(
    sink: Sink, post: RunningSmarthost, inbox: Mailbox, stage: Stage
) -> None:
    """A second copy only where the 250 was never heard or not stored, and then octet for octet the same mail."""
    with proxy(post.port) as between:
        sink.configure(post, port=between.port, tls="none")
        _killed(sink, between, stage)
    sink.configure(post, tls="none")
    after = sink.states()
    if after != ["sent"]:
        assert after == (["approved"] if stage is Stage.GREETED else ["sending"])
        (sent,) = sink.run("send")
        assert sent["state"] == "sent"
    arrived = [_of_ours(inbox.octets(lambda: post.log))]
    if stage.taken and after != ["sent"]:
        arrived.append(_of_ours(inbox.octets(lambda: post.log)))
    assert len(set(arrived)) == 1
    assert inbox.empty
    assert sink.run("send") == [], "once sent, it is not sent again"


@pytest.mark.parametrize("nth", [2, 3, 4])
def test_killed_at_any_sync_to_disk_none_is_lost(sink: Sink, post: RunningSmarthost, inbox: Mailbox, nth: int) -> None:
    """SIGKILL when the ledger asks for its nth sync; a step is stored whole, or not at all."""
    inject = f"inject=fdatasync,fsync:signal=KILL:when={nth}"
    killing = (str(peer("strace")), "-f", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", inject)
    sink.configure(post, tls="none")
    done = subprocess.run(
        [*killing, *CATCHER, "notify", "send", "-c", str(sink.folder / "catcher.toml")],
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    after = sink.states()
    assert done.returncode == -signal.SIGKILL
    if after != ["sent"]:
        (sent,) = sink.run("send")
        assert sent["state"] == "sent"
    arrived = {_of_ours(inbox.octets(lambda: post.log))}
    while not inbox.empty:
        arrived.add(_of_ours(inbox.octets(lambda: post.log)))
    assert len(arrived) == 1


def _killed(sink: Sink, between: Proxy, stage: Stage) -> None:
    with subprocess.Popen(
        [*CATCHER, "notify", "send", "-c", str(sink.folder / "catcher.toml")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        between.kill_at(stage, process.pid)
        assert process.wait(SECONDS) in (-signal.SIGKILL, 0 if stage is Stage.TOLD else -signal.SIGKILL)
