"""Everybody else's software delivers: each sender with each feature, and what is recorded of it is right."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from catcher.model.mail.observation import Observation
from catcher.supervise.ports import own_port
from tests.support.senders import SENDERS, Feature, Letter, Sender
from tests.support.senders.letter import Deliver
from tests.support.senders.proxies import BEHIND, PROXY
from tests.support.senders.queues import SECURE
from tests.support.server import Server, running
from tests.support.signing import RSA_RECORD, signed

ZONE = """\
$ORIGIN contractor.example.
$TTL 300
@                SOA ns1 hostmaster 1 7200 900 1209600 300
@                NS  ns1
ns1              A   127.0.0.1
@                TXT "v=spf1 ip4:127.0.0.1 -all"
s1._domainkey    TXT {record}
"""
"""What the senders' organisation publishes."""

MORE = """\
[fingerprint]
lookups = true
resolvers = ["127.0.0.1:{port}"]
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A sink that looks up in its own zones."""
    folder, port = tmp_path_factory.mktemp("server"), own_port()
    key = RSA_RECORD.decode()
    record = " ".join(f'"{key[at : at + 250]}"' for at in range(0, len(key), 250))
    (folder / "contractor.zone").write_text(ZONE.format(record=record))
    more = MORE.format(port=port) + '[[dns.zone]]\nname = "contractor.example"\nfile = "contractor.zone"\n'
    with running(
        folder, dns=("127.0.0.1", port), more=more, smtp_more=f'proxy_from = ["{PROXY}/32"]\n', log_level="warning"
    ) as server:
        yield server


@pytest.fixture(scope="module")
def senders(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Deliver]]:
    """Those that run already, by name."""
    with ExitStack() as stack:
        opened: dict[str, Deliver] = {}

        class Opening(dict[str, Deliver]):
            def __missing__(self, name: str) -> Deliver:
                sender = next(sender for sender in SENDERS if sender.name == name)
                deliver = stack.enter_context(sender.open(server.smtp, tmp_path_factory.mktemp("sender")))
                self[name] = deliver
                return deliver

        opened = Opening()
        yield opened


HEADER = (
    "From: Alice <{sender}>\r\nTo: {to}\r\nSubject: hello\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n"
    "Message-ID: <1@contractor.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
)
BODY = b"hello\r\n.\r\n..\r\n. a line that begins with a dot\r\n\r\nworld   \r\n"
RANDOM = random.Random(2026)
LARGE = b"".join(base64.b64encode(RANDOM.randbytes(57)) + b"\r\n" for _ in range(136_000))
"""10.6 MB in lines as MIME has them."""


def letter(feature: Feature) -> Letter:
    """What is delivered to try ``feature``. All but the plain one are signed."""
    sender, recipients, body = "alice@contractor.example", ["plain@army.ml"], BODY
    match feature:
        case Feature.STARTTLS:
            sender = SECURE
        case Feature.SEVERAL:
            recipients = ["one@army.ml", "two@army.ml", "three@army.ml"]
        case Feature.LARGE | Feature.BDAT:
            body = LARGE
        case Feature.SMTPUTF8:
            sender, recipients = "jürgen@contractor.example", ["müller@army.ml"]
    message = HEADER.format(sender=sender, to=", ".join(recipients)).encode() + body
    if feature is not Feature.PLAIN:
        message = signed(message, algorithm="rsa-sha256")
    return Letter(
        sender,
        tuple(recipients),
        message,
        tls=feature is Feature.STARTTLS,
        utf8=feature is Feature.SMTPUTF8,
        bdat=feature is Feature.BDAT,
    )


CASES = [(sender, feature) for sender in SENDERS for feature in Feature if feature in sender.features]


@pytest.mark.parametrize(
    ("sender", "feature"), CASES, ids=[f"{sender.name}-{feature}".replace(" ", "-") for sender, feature in CASES]
)
def test_a_sender_delivers(server: Server, senders: dict[str, Deliver], sender: Sender, feature: Feature) -> None:
    deliver = senders[sender.name]
    sent = letter(feature)
    before = len(server.observations())
    account = deliver(sent)
    [observation] = server.observations()[before:]
    assert_it_is_right(observation, sent, behind_a_proxy=Feature.PROXY in sender.features)
    if feature is Feature.BDAT:
        assert sender.spoken in account
    if account:
        refs = re.findall(r"ref ([0-9A-Za-z-]+)", account)
        assert not refs or observation.ref in refs


def assert_it_is_right(observation: Observation, sent: Letter, *, behind_a_proxy: bool) -> None:
    seen = observation.to_json()
    assert observation.client == (BEHIND if behind_a_proxy else "127.0.0.1")
    assert seen["outcome"] == "accepted"
    assert seen["tls"] is sent.tls
    assert seen["size_class"] == ("more" if len(sent.message) > 10_000_000 else "10kB")
    assert len(set(seen["recipients"])) == len(sent.recipients)
    assert seen["reverse_path"]["domain"] == "contractor.example"
    found = seen["authentication"]
    assert found["spf"]["result"] == ("fail" if behind_a_proxy else "pass")
    signatures = [(each["result"], each["domain"], each["aligned"]) for each in found["dkim"]]
    if sent.message.startswith(b"DKIM-Signature"):
        assert signatures == [("pass", "contractor.example", True)]
    else:
        assert "pass" not in [result for result, *_ in signatures]
