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
CATALOGUE = """\
domain,intended,policy,until,then,note,lang
navy.ml,navy.mil,explain
army.ml,army.mil,refuse
marine.test,marine.example,explain,,,,fr
armee.test,armee.example,refuse,,,,fr
"""
OPERATOR = """\
[operator]
name = "Registry of Example"
contact = "hostmaster@operator.example"
url = "https://operator.example/strayed-mail"
[fingerprint]
lookups = false
"""
RECIPIENTS = {
    "explain": "someone@navy.ml",
    "refuse": "someone@army.ml",
    "explain-fr": "quelqu.un@marine.test",
    "refuse-fr": "quelqu.un@armee.test",
}
PAIRS = [tuple(row.split(",")[:2]) for row in CATALOGUE.splitlines()[1:]]
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
    text = re.sub(r"(ref\s+)[0-9A-Z]{4}(-[0-9A-Z]{4})+", r"\1REF", text)
    text = re.sub(r"127\.0\.0\.1(\]?):\d+", r"127.0.0.1\1:PORT", text)
    lines = (line.rstrip() for line in f"Subject: {notice['Subject']}\n\n{text}".splitlines())
    return "\n".join(lines).strip() + "\n"


def assert_golden(name: str, text: str) -> None:
    """A change of the text is to be read as prose: run with REWRITE_CASES=1, look at the difference."""
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("REWRITE_CASES"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", RECIPIENTS)
def test_the_notice_of_a_postfix(server: Server, bounces: Mailbox, case: str) -> None:
    with postfix(HERE, "mail.contractor.example", main=_POSTFIX.format(sink=server.smtp, bounces=bounces.port)) as mta:
        recipient = RECIPIENTS[case]
        mta.submit(MAIL % recipient.encode(), sender="alice@contractor.example", recipients=(recipient,))
        assert_golden(f"postfix-{case}", readable(bounces, lambda: mta.log))


@pytest.mark.parametrize("case", RECIPIENTS)
def test_the_notice_of_an_exim(server: Server, bounces: Mailbox, case: str) -> None:
    with exim(server.smtp, bounces=bounces.port) as mta:
        recipient = RECIPIENTS[case]
        mta.send(MAIL % recipient.encode(), sender="alice@contractor.example", recipient=recipient)
        assert_golden(f"exim-{case}", readable(bounces, lambda: mta.log))


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.txt")), ids=lambda file: file.stem)
def test_a_notice_says_what_a_person_needs(file: Path) -> None:
    """What was wrong, what would be right, who says so and where, a reference; nobody's mailbox in our words."""
    text = re.sub(r"\s+", " ", file.read_text(encoding="utf-8"))
    assert "550 5.1.2" in text
    ours = text.partition("550 5.1.2 ")[2]
    said = re.match(r"(\S+) (?:is not|n'est pas) (\S+?) ?[:;] ", ours)
    assert said and said.groups() in PAIRS
    assert ours.count(said[2]) == 2, "the remedy names the domain that was meant"
    assert "Registry of Example" in ours
    assert "https://operator.example/strayed-mail" in ours
    assert "ref REF" in ours
    assert "someone" not in ours and "quelqu.un" not in ours
    assert ("recorded" in ours or "inscrit" in ours) == ("explain" in file.stem)
    assert "the plan" not in text
