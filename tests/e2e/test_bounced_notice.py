"""A notice that bounces, through a real Postfix, makes its contact bad and moves on to the next one."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.cli import main
from catcher.model.leak.measures import Period
from catcher.model.telling.contact import ContactStatus
from catcher.model.telling.notice import Notice
from catcher.model.telling.noticelife import NoticeState
from catcher.store import SqliteStore
from catcher.supervise.ports import own_port
from catcher.wiring import SystemClock
from tests.support.desks import mail
from tests.support.netns import HERE
from tests.support.postfix import postfix
from tests.support.server import Server, running

NOTIFY = """\
[operator]
name = "Registry of Example"
contact = "desk@registry.example"
[fingerprint]
lookups = false
[notify]
domain = "notices.sink.example"
smarthost = "127.0.0.1"
smarthost_port = {port}
smarthost_tls = "none"
"""
MAIN = """\
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
default_transport = smtp:[{sink[0]}]:{sink[1]}
"""
"""All goes to the sink, which takes the report and refuses the notice: contractor.example is none of its names."""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
anvil     unix  - - n - 1 anvil
proxymap  unix  - - n - - proxymap
"""
LATER = datetime.now(UTC) + timedelta(days=3)
"""When a bounce is no longer mended."""


def leak() -> list[list[object]]:
    """Enough mail of contractor.example for a notice today and in three days."""
    first = Period.of(LATER.date()).previous.first
    noon = datetime(first.year, first.month, 1, 12, tzinfo=UTC)
    return [[mail(2, mailbox=f"box{n}", observed_at=noon + timedelta(days=n))] for n in range(6)]


def prepare(folder: Path) -> None:
    rows = "".join(f"contractor.example,{name}@contractor.example,,\n" for name in ("security", "abuse"))
    (folder / "contacts.csv").write_text(f"party,address,language,openpgp\n{rows}")
    (folder / "var").mkdir(mode=0o700)
    store = SqliteStore(folder / "var" / "catcher.db")
    store.add(leak())  # type: ignore[arg-type]
    store.close()


def notices(server: Server) -> list[Notice]:
    store = SqliteStore(server.folder / "var" / "catcher.db")
    found = list(store.notices())
    store.close()
    return found


def test_the_next_contact_has_its_turn_after_two_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = own_port()
    prepare(tmp_path)
    with running(tmp_path, more=NOTIFY.format(port=port)) as server:
        main_cf = MAIN.format(sink=server.smtp)
        with postfix(HERE, "smarthost.sink.example", main=main_cf, master=MASTER.format(port=port)) as mta:
            (drafted,) = [row for row in server.json("notify", "list") if row["state"] == "drafted"]
            assert drafted["contact"]["address"] == "security@contractor.example"
            server.json("notify", "approve", drafted["id"], "--as", "Alice")
            (sent,) = server.json("notify", "send")
            assert sent["state"] == "sent"
            mta.await_log("status=sent")  # the one mail that it can deliver is its report
        (bounced,) = notices(server)
        assert bounced.state is NoticeState.BOUNCED
        held = [row for row in server.json("notify", "list") if row.get("held_back", "").startswith(bounced.id)]
        assert len(held) == 1, "for two days it may be mended"

        monkeypatch.setattr(SystemClock, "now", lambda self: LATER)
        monkeypatch.setattr(sys, "argv", ["catcher", "notify", "list", "-c", str(server.config)])
        main()
        assert "did not reach them: the next contact" in capsys.readouterr().out
        _, following = notices(server)
        assert following.addressee.address == "abuse@contractor.example"
        assert following.follows == bounced.id
        store = SqliteStore(tmp_path / "var" / "catcher.db")
        statuses = {contact.address: contact.status for contact in store.contacts("contractor.example")}
        store.close()
        assert statuses["security@contractor.example"] is ContactStatus.BAD
