"""What the person who mistyped reads: the notice of their own mail server, made of our words. Golden files hold it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.exim import exim
from tests.support.mailbox import Mailbox, mailbox
from tests.support.netns import HERE
from tests.support.postfix import postfix
from tests.support.server import Server, running
from tests.support.tree import ROOT

GOLDEN = ROOT / "tests" / "cases" / "bounces"
CATALOGUE = "domain,intended,policy\nnavy.ml,navy.mil,explain\narmy.ml,army.mil,refuse\n"
OPERATOR = """\
[operator]
name = "Registry of Example"
contact = "hostmaster@operator.example"
url = "https://operator.example/strayed-mail"
[fingerprint]
lookups = false
"""
RECIPIENTS = {"explain": "someone@navy.ml", "refuse": "someone@army.ml"}
MAIL = b"From: Alice <alice@contractor.example>\nTo: <%s>\nSubject: the plan\n\nhello\n"

_POSTFIX = """\
default_transport = smtp:[{sink[0]}]:{sink[1]}
transport_maps = inline:{{ {{ contractor.example = smtp:[127.0.0.1]:{bounces} }} }}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server"), catalogue=CATALOGUE, more=OPERATOR) as server:
        yield server


@pytest.fixture
def bounces() -> Iterator[Mailbox]:
    with mailbox() as kept:
        yield kept


def readable(kept: Mailbox, log: Callable[[], str]) -> str:
    """What a mail program shows first of the notice, without what differs each time."""
    notice = kept.read(log)
    part = notice.get_body(("plain",))
    assert part is not None
    text = part.get_content().partition("------ This is a copy of")[0]
    text = re.sub(r"ref [0-9A-Z]{4}(-[0-9A-Z]{4})+", "ref REF", text)
    text = re.sub(r"127\.0\.0\.1(\]?):\d+", r"127.0.0.1\1:PORT", text)
    lines = (line.rstrip() for line in f"Subject: {notice['Subject']}\n\n{text}".splitlines())
    return "\n".join(lines).strip() + "\n"


def assert_golden(name: str, text: str) -> None:
    """A change of the text is to be read as prose: run with REWRITE_CASES=1, look at the difference."""
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("REWRITE_CASES"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("policy", RECIPIENTS)
def test_the_notice_of_a_postfix(server: Server, bounces: Mailbox, policy: str) -> None:
    with postfix(HERE, "mail.contractor.example", main=_POSTFIX.format(sink=server.smtp, bounces=bounces.port)) as mta:
        recipient = RECIPIENTS[policy]
        mta.submit(MAIL % recipient.encode(), sender="alice@contractor.example", recipients=(recipient,))
        assert_golden(f"postfix-{policy}", readable(bounces, lambda: mta.log))


@pytest.mark.parametrize("policy", RECIPIENTS)
def test_the_notice_of_an_exim(server: Server, bounces: Mailbox, policy: str) -> None:
    with exim(server.smtp, bounces=bounces.port) as mta:
        recipient = RECIPIENTS[policy]
        mta.send(MAIL % recipient.encode(), sender="alice@contractor.example", recipient=recipient)
        assert_golden(f"exim-{policy}", readable(bounces, lambda: mta.log))


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.txt")), ids=lambda file: file.stem)
def test_a_notice_says_what_a_person_needs(file: Path) -> None:
    """Which address was wrong, which domain it isn't, that our words name nobody's mailbox, and a reference."""
    text = file.read_text(encoding="utf-8")
    assert "550 5.1.2" in text
    assert re.search(r"(navy|army)\.ml is not (navy|army)\.mil", re.sub(r"\s+", " ", text))
    assert "ref REF" in text
    assert "the plan" not in text
