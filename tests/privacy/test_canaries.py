"""Promise 1: nothing said in a mail is in any file afterwards, in any form; where something is kept, it is found.

The same for names that nothing proves: HELO, reverse names, names of failed signatures, what was typed left of a
catalogued domain (DESIGN §3 "What is stored of a mail").
"""

from __future__ import annotations

import asyncio
import base64
import re
import smtplib
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from tests.support import leaky
from tests.support.canaries import Canaries
from tests.support.nameserver import name_server, reply
from tests.support.server import ARMY, SECONDS, Server, running

CATALOGUE = ARMY + "refused.example,intended.example,refuse\nnull.example,,null\n"
DOMAINS = ("army.ml", "navy.ml", "refused.example", "null.example", "foreign.example")

CANARIES = Canaries(
    {
        "body": "bq7vCanaryHx4Mzw",
        "encoded": "Nf5tCanaryEw8Rjc",
        "attachment": "attw3CanaryLk8Pd",
        "subject": "Sj5CanaryRr2Tuvx",
        "display": "Dn8CanaryYq1Wcgh",
        "message id": "Mi3CanaryUz6Bnfl",
        "free text": "Ft9CanaryOg7Sekp",
        "field name": "Fn4CanaryVi5Jado",
        "sender": "sn2canaryxr9kqwe",
        "recipient": "rc6canarytb3hvuy",
        "login": "Lg1CanaryPm4Zxsi",
        "password": "Pw8CanaryKd7Qfet",
        "command": "Cm5CanaryWn2Ylbg",
        "parameter": "Pa7CanaryIo9Xrtz",
        "helo": "hl4canaryfw2zkqm",
        "helo of a bounce": "hb7canarygd5xvne",
        "helo that spf fails": "hf2canaryjt9lbsu",
        "reverse name": "pt3canarywc8mrhy",
        "typed sub-domain": "ts6canaryzo1gpak",
        "signature's domain": "sd9canaryue4wjxf",
        "signature's selector": "ss1canarybm7hvtq",
        "author's literal": "al5canarynr3dyoc",
        "author's odd domain": "ao8canarykx6fiwg",
    }
)
WORDS = CANARIES.words
DOMAIN, SELECTOR = "signature's domain", "signature's selector"
LITERAL, ODD = "author's literal", "author's odd domain"

MESSAGE = "\r\n".join(
    (
        f'From: "{WORDS["display"]}" <{WORDS["sender"]}@contractor.example>',
        f"To: {WORDS['recipient']}@army.ml",
        f"Subject: {WORDS['subject']}",
        f"Message-ID: <{WORDS['message id']}@contractor.example>",
        "Date: Mon, 02 Nov 2026 10:00:00 +0000",
        f"X-Remark: {WORDS['free text']}",
        f"X-{WORDS['field name']}: yes",
        "Received: from desk (desk [192.0.2.9]) by mail.contractor.example; Mon, 02 Nov 2026 09:59:59 +0000",
        f"References: <{WORDS['message id']}.1@contractor.example>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        f"CONFIDENTIAL. Meet at {WORDS['body']}.",
        "--b",
        f'Content-Type: application/pdf; name="{WORDS["attachment"]}.pdf"',
        f'Content-Disposition: attachment; filename="{WORDS["attachment"]}.pdf"',
        "Content-Transfer-Encoding: base64",
        "",
        base64.b64encode(f"before {WORDS['encoded']} after".encode()).decode(),
        "--b--",
        "",
    )
).encode()


def speak(server: Server, *lines: bytes) -> None:
    """Says ``lines`` one after the other, whatever comes back, until the server has enough of it."""
    with socket.create_connection(server.smtp, timeout=SECONDS) as client, suppress(ConnectionError):
        client.recv(4096)
        for line in lines:
            client.sendall(line + b"\r\n")
            if not client.recv(4096):
                break


def mail_everywhere(server: Server) -> int:
    """One mail to each domain, a canary in every place; returns how many were taken or explained after the data."""
    ended = 0
    with smtplib.SMTP(*server.smtp, local_hostname="mail.contractor.example", timeout=SECONDS) as client:
        client.ehlo()
        for domain in DOMAINS:
            client.rset()
            client.mail(f"{WORDS['sender']}@contractor.example", options=[f"ENVID={WORDS['parameter']}"])
            code, _ = client.rcpt(f"{WORDS['recipient']}@{domain}")
            if code == 250:
                client.data(MESSAGE.replace(b"army.ml", domain.encode()))
                ended += 1
    return ended


def misbehave(server: Server) -> None:
    """Log-ins, unknown commands, a client that vanishes in its data, addresses that can't be parsed."""
    secret = base64.b64encode(f"\0{WORDS['login']}\0{WORDS['password']}".encode())
    hello = b"EHLO mail.contractor.example"
    login, password = (base64.b64encode(WORDS[word].encode()) for word in ("login", "password"))
    speak(server, hello, b"AUTH PLAIN " + secret)
    speak(server, hello, b"AUTH\tPLAIN " + secret)
    speak(server, hello, b"AUTH LOGIN", login, password)
    speak(server, hello, b"AUTH LOGIN " + login, password)
    speak(server, hello, b"auth plain", secret)
    command, sender, recipient = (WORDS[word].encode() for word in ("command", "sender", "recipient"))
    speak(server, hello, command, b"NOOP " + command, b"VRFY " + command, b"HELP " + command, b"\x01\x02" + command)
    speak(
        server,
        hello,
        b"MAIL FROM:<" + sender + b"@contractor..example>",
        b"MAIL FROM:" + sender,
        b"RCPT TO:" + recipient,
    )
    speak(
        server, hello, b"MAIL FROM:<" + sender + b"@contractor.example> NONSENSE=" + command, b"RCPT TO:<" + recipient
    )
    envelope = (
        hello,
        b"MAIL FROM:<" + sender + b"@contractor.example>",
        b"RCPT TO:<" + recipient + b"@army.ml>",
        b"DATA",
    )
    with socket.create_connection(server.smtp, timeout=SECONDS) as client:
        client.recv(4096)
        for line in envelope:
            client.sendall(line + b"\r\n")
            client.recv(4096)
        client.sendall(MESSAGE[:-40])


def store_fails(server: Server) -> None:
    """A mail whose observation can't be stored: whatever is logged of it."""
    with (
        server.unwritable_store(),
        smtplib.SMTP(*server.smtp, local_hostname="mail.contractor.example", timeout=SECONDS) as client,
    ):
        client.ehlo()
        client.mail(f"{WORDS['sender']}@contractor.example")
        client.rcpt(f"{WORDS['recipient']}@army.ml")
        assert client.data(MESSAGE)[0] == 451


def look_at_everything(server: Server, folder: Path) -> None:
    """Has every output made, and keeps what it printed beside the rest."""
    folder.mkdir()
    mail = server.folder.parent.with_name("mail.eml")  # outside of what is searched
    mail.write_bytes(MESSAGE)
    for number, arguments in enumerate(
        (
            ("observation", "list", "--json"),
            ("observation", "list"),
            ("incident", "list", "--json"),
            ("incident", "list"),
            ("report", "list"),
            ("store", "verify"),
            ("fingerprint", "--json", "--no-lookups", str(mail)),
            ("report", "build", "--all", "--to", str(folder / "reports")),
        )
    ):
        (folder / f"out{number}").write_text(server.catcher(*arguments))


NAMES = "\r\n".join(
    (
        "From: <writer@{author}>",
        "To: someone@army.ml",
        "Subject: hello",
        "Date: Mon, 02 Nov 2026 10:00:00 +0000",
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={WORDS[DOMAIN]}.example;",
        f" s={WORDS[SELECTOR]}; h=from:to; bh={'A' * 43}=; b={'B' * 86}==",
        "",
        "hello",
        "",
    )
)
"""A mail whose names nobody proves."""
AUTHORS = ("contractor.example", f"[{WORDS[LITERAL]}]", f"{WORDS[ODD]}_.example")
HELOS = (
    ("someone@contractor.example", f"{WORDS['helo']}.example"),
    ("", f"{WORDS['helo of a bounce']}-192-0-2-7.dsl.example.net"),
    ("", f"{WORDS['helo that spf fails']}.example"),
)
"""MAIL FROM and HELO."""


def unproving(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    """A name server that confirms no name: the reverse name leads elsewhere, SPF fails, a key is of another signer."""
    name, qtype = query.question[0].name.to_text(True), dns.rdatatype.to_text(query.question[0].rdtype)
    match qtype:
        case "PTR":
            return [reply(query, f"{name}. 60 IN PTR {WORDS['reverse name']}.example.")]
        case "A":
            return [reply(query, f"{name}. 60 IN A 198.51.100.9")]
        case "TXT" if name.startswith(WORDS["helo that spf fails"]):
            return [reply(query, f'{name}. 60 IN TXT "v=spf1 -all"')]
        case _:
            return [reply(query, rcode=dns.rcode.NXDOMAIN)]


def mail_with_names(server: Server) -> int:
    """Mails with every unproven name in every place; returns how many were taken."""
    ended = 0
    for sender, helo in HELOS:
        with smtplib.SMTP(*server.smtp, local_hostname=helo, timeout=SECONDS) as client:
            client.ehlo()
            for author in AUTHORS:
                client.mail(sender)
                client.rcpt(f"someone@deep.{WORDS['typed sub-domain']}.army.ml")
                ended += client.data(NAMES.format(author=author).encode())[0] == 250
            client.mail(sender)
            client.rcpt(f"someone@{WORDS['typed sub-domain']}.refused.example")
    return ended


def test_no_name_that_nothing_proves_is_in_any_file(tmp_path: Path) -> None:
    def scenario(resolver: str) -> None:
        more = f'[fingerprint]\nlookups = true\nresolvers = ["{resolver}"]\n'
        with running(tmp_path / "server", catalogue=CATALOGUE, log_level="debug", more=more) as server:
            assert mail_with_names(server) == len(HELOS) * len(AUTHORS)
            look_at_everything(server, tmp_path / "outputs")
            server.stop()
            stored = server.json("observation", "list")
            assert len(stored) == len(HELOS) * (len(AUTHORS) + 1)
            spf = [(o["authentication"]["spf"]["result"], o["authentication"]["spf"]["domain"]) for o in stored]
            assert ("fail", None) in spf, "the sink looked nothing up"
            assert deliveries(server) == [], "the delivery log is off by default"
            assert {i["typed"] for o in stored for i in o["intended"]} == {"army.ml", "refused.example"}

    async def with_names() -> None:
        async with name_server(unproving) as names:
            await asyncio.to_thread(scenario, f"{names.address.host}:{names.address.port}")
            asked = " ".join(names.asked)
            for place in ("helo", "helo of a bounce", "helo that spf fails", "reverse name", "signature's domain"):
                assert WORDS[place] in asked, f"nobody asked about {place}, so nothing is shown of it"

    asyncio.run(with_names())
    assert CANARIES.in_folders([tmp_path]) == []


DELIVERY = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ [0-9A-Z]{4} (accepted|explained|refused) (10kB|-)")
"""All that a line of the delivery log may be."""


def deliveries(server: Server) -> list[str]:
    """The lines of the delivery log."""
    return [text for file in (server.folder / "var" / "deliveries").glob("*") for text in file.read_text().splitlines()]


def test_nothing_of_a_mail_is_in_any_file(tmp_path: Path) -> None:
    more = "deliveries = true\n[fingerprint]\nlookups = false\n"  # continues the section [log]
    with running(tmp_path / "server", catalogue=CATALOGUE, log_level="debug", more=more) as server:
        assert mail_everywhere(server) == 2
        misbehave(server)
        look_at_everything(server, tmp_path / "outputs")
        observations = server.json("observation", "list")
        assert sorted(o["domain"] for o in observations) == ["army.ml", "navy.ml", "refused.example"]
        lines = deliveries(server)
        assert all(DELIVERY.fullmatch(text) for text in lines)
        assert sorted(text.split()[2] for text in lines) == sorted(o["outcome"] for o in observations)
        assert {text.split()[1] for text in lines} == {o["ref"][:4] for o in observations}
        assert {"catcher.db", "catcher.db-wal"} <= {path.name for path in (server.folder / "var").iterdir()}
        assert list((tmp_path / "outputs").rglob("*.html"))
        assert CANARIES.in_folders([tmp_path]) == []
        store_fails(server)
        server.stop()
    assert server.log.read_text(), "at DEBUG a server that says nothing was not listened to"
    assert CANARIES.in_folders([tmp_path]) == []


@pytest.mark.parametrize("place", leaky.LEAKS)
def test_a_server_that_keeps_something_is_caught(tmp_path: Path, place: str) -> None:
    program = (sys.executable, str(leaky.__file__), place)
    with running(tmp_path / "server", catalogue=CATALOGUE, program=program) as server:
        mail_everywhere(server)
        misbehave(server)
        server.stop()
    assert place in {finding.canary for finding in CANARIES.in_folders([tmp_path])}
