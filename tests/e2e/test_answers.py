"""Notices are answered over real SMTP: each address does what it says, a forged code nothing; a bounce counts."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catcher.intake.answers import ACTS
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.telling.answer import Verb
from catcher.model.telling.notice import Notice
from catcher.model.telling.noticelife import Act, NoticeState
from catcher.privacy import NoticeCodes, notice_codes
from catcher.store import SqliteStore
from tests.support.netns import HERE
from tests.support.notices import another, step
from tests.support.postfix import postfix
from tests.support.server import Server, running

DOMAIN = "notices.sink.example"
NOTIFY = f'[notify]\ndomain = "{DOMAIN}"\n[fingerprint]\nlookups = false\n'
MAIL = "From: Analyst <analyst@contractor.example>\r\nSubject: the secret plan\r\n\r\nWe look into it.\r\n"


ARMY = IncidentKey("army.mil", Role.INTENDED, "army.ml")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server"), more=NOTIFY) as server:
        yield server


@pytest.fixture
def codes(server: Server) -> NoticeCodes:
    return notice_codes(server.folder / "var" / "keys")


def database(server: Server) -> Path:
    return server.folder / "var" / "catcher.db"


def sent(server: Server, number: int) -> Notice:
    """A notice to an intended party that went out."""
    store = SqliteStore(database(server))
    notice = another(number, key=ARMY)
    store.add_notice(notice, b"text")
    for minute, act in enumerate((Act.APPROVED, Act.SENDING, Act.SENT), 1):
        notice = store.add_step(notice.id, step(act, minute, "alice"))
    store.close()
    return notice


def now(server: Server, notice: Notice) -> Notice:
    store = SqliteStore(database(server))
    found = store.notice(notice.id)
    store.close()
    assert found is not None
    return found


def answer(server: Server, address: str, sender: str = "analyst@contractor.example") -> None:
    with smtplib.SMTP(*server.smtp, timeout=30) as client:
        client.sendmail(sender, [address], MAIL)


@pytest.mark.parametrize(("number", "verb"), [(n, v) for n, v in enumerate(Verb, 1) if v is not Verb.BOUNCE])
def test_each_address_says_what_it_says_once(server: Server, codes: NoticeCodes, number: int, verb: Verb) -> None:
    notice = sent(server, number)
    address = codes.address(verb, notice.id, DOMAIN)
    before = datetime.now(UTC).replace(microsecond=0)
    answer(server, address)
    answer(server, address.upper())
    steps = now(server, notice).steps[len(notice.steps) :]
    assert [(s.act, s.who, s.note) for s in steps] == [(ACTS[verb], "answer", "")]
    assert before <= steps[0].at <= datetime.now(UTC)


def test_a_confirmation_that_is_only_tried_is_told_in_json(server: Server, codes: NoticeCodes) -> None:
    notice = sent(server, 23)
    answer(server, codes.address(Verb.STOP, notice.id, DOMAIN))
    (would,) = server.json("notify", "confirm", notice.id, "--as", "Alice", "--dry-run")
    assert (would["dry_run"], would["request"], would["turns_mail_away"]) == (True, Act.STOP_REQUESTED, True)
    assert now(server, notice).steps[-1].act is Act.STOP_REQUESTED, "nothing was done"


def test_a_forged_code_does_nothing(server: Server, codes: NoticeCodes) -> None:
    notice = sent(server, 20)
    others = NoticeCodes(bytes(32))
    for verb in Verb:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            answer(server, others.address(verb, notice.id, DOMAIN))
        ((code, text),) = refused.value.recipients.values()
        assert (code, text.split()[0]) == (550, b"5.1.1")
    assert now(server, notice).steps == notice.steps


def test_an_answer_is_no_observation_and_leaves_nothing_of_itself(server: Server, codes: NoticeCodes) -> None:
    notice = sent(server, 21)
    before = len(server.observations())
    answer(server, codes.address(Verb.GOT_IT, notice.id, DOMAIN))
    assert now(server, notice).state is NoticeState.ANSWERED
    assert len(server.observations()) == before
    files = [server.log, *(server.folder / "var").glob("catcher.db*")]
    written = b"".join(file.read_bytes() for file in files)
    for word in (b"analyst", b"secret plan", b"look into it"):
        assert word not in written


def test_the_bounce_of_a_postfix_comes_home(server: Server, codes: NoticeCodes) -> None:
    """The notice goes out through a Postfix whose next hop knows no such mailbox: its own report says so to us."""
    notice = sent(server, 22)
    host, port = server.smtp
    routes = f"""\
default_transport = error:5.1.1 no such mailbox
transport_maps = inline:{{ {{ {DOMAIN} = smtp:[{host}]:{port} }} }}
"""
    reverse_path = codes.address(Verb.BOUNCE, notice.id, DOMAIN)
    with postfix(HERE, "smarthost.sink.example", main=routes) as mta:
        mta.submit(MAIL.replace("\r\n", "\n").encode(), sender=reverse_path, recipients=("desk@contractor.example",))
        mta.await_log("status=sent", seconds=30)
    bounced = now(server, notice)
    assert bounced.state is NoticeState.BOUNCED
    assert [s.act for s in bounced.steps[len(notice.steps) :]] == [Act.BOUNCED]
