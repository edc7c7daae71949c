"""Alerts reach the operator by signed webhook and by mail; a receiver that misbehaves is left after a while."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

from catcher.model.errors import EnvironmentFailure
from catcher.model.telling.alert import Alert, AlertKind
from catcher.notices.webhook import Webhook
from catcher.smtp import self_signed
from catcher.store import SqliteStore
from catcher.supervise.ports import own_port
from tests.support.mailbox import mailbox
from tests.support.observations import observation
from tests.support.server import Server, running

SECRET = "0123456789abcdef0123456789abcdef"
NOW = datetime.now(UTC)
TEST = Alert("test", AlertKind.TEST, NOW)


class Post:
    """What a webhook was sent."""

    def __init__(self, path: str, fields: dict[str, str], body: bytes) -> None:
        self.path, self.fields, self.body = path, fields, body

    def is_signed(self, secret: str = SECRET) -> bool:
        """As a receiver checks it."""
        stamp = self.fields["X-Catcher-Timestamp"]
        wanted = hmac.new(secret.encode(), stamp.encode() + b"." + self.body, hashlib.sha256).hexdigest()
        return abs(time.time() - int(stamp)) < 300 and self.fields["X-Catcher-Signature"] == f"sha256={wanted}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of localhost, in one file."""
    return self_signed(tmp_path_factory.mktemp("tls"), "localhost", NOW)[0]


@contextmanager
def receiver(certificate: Path, status: int = 200, **fields: str) -> Iterator[tuple[str, Queue[Post]]]:
    """An HTTPS server that answers every POST alike; its address, and what came."""
    posts: Queue[Post] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posts.put(Post(self.path, dict(self.headers), body))
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://localhost:{server.server_port}/hooks/catcher?to=duty", posts
    finally:
        server.shutdown()
        server.server_close()


def webhook(url: str, certificate: Path | None, seconds: float = 20.0) -> Webhook:
    context = ssl.create_default_context(cafile=None if certificate is None else str(certificate))
    return Webhook(url, SECRET.encode(), context, "catcher/test", seconds)


def deliver(hook: Webhook) -> None:
    asyncio.run(hook.deliver([TEST], datetime.now(UTC)))


def configured(folder: Path, url: str, certificate: Path, smarthost: int) -> str:
    secret = folder / "webhook.secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    return f"""\
[fingerprint]
lookups = false
[notify]
domain = "notices.sink.example"
smarthost = "127.0.0.1"
smarthost_port = {smarthost}
smarthost_tls = "none"
[alerts]
mail = "duty@operator.example"
webhook = "{url}"
secret = "{secret}"
authorities = "{certificate}"
"""


def with_a_leak(folder: Path) -> None:
    """A store with mail that counts, from before the server starts."""
    (folder / "var").mkdir(mode=0o700)
    store = SqliteStore(folder / "var" / "catcher.db")
    store.add([[observation(observed_at=NOW - timedelta(hours=1))]])
    store.close()


def test_a_server_tells_each_alert_once_on_both_ways(tmp_path: Path, certificate: Path) -> None:
    with_a_leak(tmp_path)
    until = (NOW + timedelta(days=3)).date()
    rows = f"domain,intended,policy,until,then\narmy.ml,army.mil,accept,{until},null\n"
    with receiver(certificate) as (url, posts), mailbox() as kept:
        more = configured(tmp_path, url, certificate, kept.port)
        with running(tmp_path, catalogue=rows, more=more) as server:
            post = posts.get(timeout=30)
            mail = kept.read(lambda: "")
            listed = _sent(server)
            server.json("alert", "list")
    assert post.is_signed()
    assert post.path == "/hooks/catcher?to=duty"
    told = json.loads(post.body)["alerts"]
    assert [(alert["kind"], alert["counts"]) for alert in told] == [
        ("new-party", {"mails": 1}),
        ("policy-ends", {"domains": 1, "days": (until - datetime.now(UTC).date()).days}),
    ]
    assert told[0]["incident"].startswith("inc-")
    text = mail.get_content()
    assert told[0]["incident"] in text
    assert (mail["To"], mail["From"]) == ("duty@operator.example", "notices@notices.sink.example")
    assert mail["DKIM-Signature"]
    for name in ("army", "contractor"):
        assert name not in post.body.decode() and name not in mail.as_string()
    assert {(alert["kind"], len(alert["deliveries"])) for alert in listed} == {("new-party", 2), ("policy-ends", 2)}
    assert posts.empty()


def test_a_server_whose_couriers_are_unusable_serves_and_says_that_no_alerts_are_sent(
    tmp_path: Path, certificate: Path
) -> None:
    more = configured(tmp_path, "https://localhost/hooks/catcher", certificate, own_port())
    (tmp_path / "webhook.secret").write_text("short\n")
    with running(tmp_path, more=more) as server:
        server.await_log("no alerts are sent: ")
        assert server.stop() == 0


def _sent(server: Server) -> list[dict[str, list[dict[str, object]]]]:
    """What the ledger says once both ways are noted."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        listed = server.json("alert", "list")
        if listed and all(each["sent_at"] for alert in listed for each in alert["deliveries"]):
            return listed
    raise AssertionError(f"not noted as sent: {listed}")


def test_the_command_tries_both_ways(tmp_path: Path, certificate: Path) -> None:
    with receiver(certificate) as (url, posts), mailbox() as kept:
        server = Server(tmp_path, more=configured(tmp_path, url, certificate, kept.port))
        assert [(row["channel"], row["taken"]) for row in server.json("alert", "test")] == [
            ("mail", True),
            ("webhook", True),
        ]
        assert posts.get(timeout=5).is_signed()
        assert "This is a test" in kept.read(lambda: "").get_content()


@pytest.mark.parametrize(
    ("status", "fields"), [(500, {}), (404, {}), (302, {"Location": "https://localhost/elsewhere"})]
)
def test_what_is_no_2xx_is_no_delivery_and_no_redirect_is_followed(
    certificate: Path, status: int, fields: dict[str, str]
) -> None:
    with receiver(certificate, status, **fields) as (url, posts):
        with pytest.raises(EnvironmentFailure, match=str(status)):
            deliver(webhook(url, certificate))
        posts.get_nowait()
        assert posts.empty()


def test_a_certificate_that_nobody_vouches_for_gets_nothing(certificate: Path) -> None:
    with receiver(certificate) as (url, posts):
        with pytest.raises(EnvironmentFailure, match="TLS"):
            deliver(webhook(url, None))
        assert posts.empty()


def test_nobody_there() -> None:
    with pytest.raises(EnvironmentFailure, match="can't be reached"):
        deliver(webhook(f"https://127.0.0.1:{own_port()}/", None))


def _endless() -> bytes:
    return b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 65_536


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (lambda: b"", "no answer within"),
        (lambda: b"HTTP/1.1 20", "no answer within"),
        (_endless, "speaks no HTTP"),
        (lambda: b"220 mx.sink.example ESMTP\r\n\r\n", "speaks no HTTP"),
    ],
    ids=["silence", "half a line", "a field without end", "another protocol"],
)
def test_a_receiver_that_keeps_us_waiting_or_talks_nonsense_is_left(
    certificate: Path, said: Callable[[], bytes], why: str
) -> None:
    async def play() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(said())
            await reader.read()
            writer.close()

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        async with server:
            with pytest.raises(EnvironmentFailure, match=why):
                await webhook(f"https://localhost:{port}/", certificate, seconds=2.0).deliver([TEST], NOW)

    asyncio.run(play())
