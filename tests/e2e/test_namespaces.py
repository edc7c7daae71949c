"""A real MTA and a real look-up: Postfix on one host finds catcher on another through the DNS, and delivers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.mails import mails_of_people
from tests.support.netns import two_hosts
from tests.support.postfix import Postfix, postfix
from tests.support.server import Server, running
from tests.support.unbound import unbound

SENDER, SINK = "198.51.100.10", "198.51.100.53"
MAILS = 200

CONTRACTOR = (
    'contractor.example. TXT "v=spf1 ip4:198.51.100.10 -all"',
    "contractor.example. MX 10 mail.contractor.example.",
    "mail.contractor.example. A 198.51.100.10",
    "10.100.51.198.in-addr.arpa. PTR mail.contractor.example.",
)
"""What the sender publishes about itself."""


@dataclass
class World:
    mta: Postfix
    sink: Server


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A contractor's mail host, and a sink on ports 53 and 25; the resolver knows only the sink's address."""
    folder = tmp_path_factory.mktemp("hosts")
    with ExitStack() as stack:
        contractor, sink = stack.enter_context(two_hosts(SENDER, SINK, resolver="127.0.0.1"))
        stack.enter_context(
            unbound(
                contractor,
                folder / "unbound",
                stubs={"army.ml": SINK, "sink.example": SINK, "contractor.example": SINK, "in-addr.arpa": SINK},
                data=CONTRACTOR,
            )
        )
        server = stack.enter_context(
            running(
                folder / "sink",
                prefix=sink.prefix,
                dns=(SINK, 53),
                smtp=(SINK, 25),
                more=f'[fingerprint]\nlookups = true\nresolvers = ["{SENDER}:53"]\n',
            )
        )
        yield World(stack.enter_context(postfix(contractor, "mail.contractor.example")), server)


@pytest.fixture(scope="module")
def delivered(world: World) -> World:
    """The world after 200 mails went their way."""
    for number, mail in enumerate(mails_of_people(MAILS)):
        world.mta.submit(mail, sender="alice@contractor.example", recipients=(f"person{number}@army.ml",))
    world.mta.await_sent(MAILS, seconds=120)
    return world


def test_every_mail_becomes_exactly_one_observation(delivered: World) -> None:
    observations = delivered.sink.json("observation", "list")
    assert Counter(o["domain"] for o in observations) == {"army.ml": MAILS}
    assert len({o["ref"] for o in observations}) == MAILS
    assert len({token for o in observations for token in o["recipients"]}) == MAILS
    assert {o["retry_of"] for o in observations} == {None}


def test_the_reference_stands_in_the_senders_own_log(delivered: World) -> None:
    """A mail that a busy machine puts off is sent again."""
    log = delivered.mta.log
    tries = [line for line in log.splitlines() if "relay=mx.sink.example[198.51.100.53]:25" in line]
    put_off = [line for line in tries if "status=deferred" in line]
    assert len(tries) - len(put_off) == MAILS, put_off
    assert all(o["ref"] in log for o in delivered.sink.json("observation", "list"))


def test_the_sender_is_known_by_a_real_look_up(delivered: World) -> None:
    """SPF passes for the envelope's domain; the From fields of these mails name others, who are never believed."""
    for observation in delivered.sink.json("observation", "list"):
        assert observation["authentication"]["spf"] == {
            "result": "pass",
            "domain": "contractor.example",
            "scope": "mfrom",
        }
        assert observation["sender"]["domain"] == "contractor.example"
        assert observation["sender"]["tier"] == "authenticated"


def test_there_is_an_incident_for_the_intended_party_and_its_report(delivered: World, tmp_path: Path) -> None:
    delivered.sink.catcher("report", "build")
    incidents = {(i["party"], i["role"]): i for i in delivered.sink.json("incident", "list")}
    incident = incidents["army.mil", "intended"]
    assert incident["mails"] == MAILS
    delivered.sink.catcher("report", "build", "--all", "--to", str(tmp_path))
    texts = [path.read_text() for path in tmp_path.rglob("*") if path.suffix == ".txt"]
    assert any("army.mil" in text and "army.ml" in text and str(MAILS) in text for text in texts)
