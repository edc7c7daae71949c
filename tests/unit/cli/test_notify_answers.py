"""``catcher notify letter|posted|confirm``: the ways that a person goes, as an operator types them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.telling.addressee import Addressee
from catcher.model.telling.contact import Source
from catcher.model.telling.notice import LedgerEntry, Notice, NoticeForm
from catcher.model.telling.noticelife import Act, NoticeState
from catcher.store import SqliteStore
from tests.support.commands import SMALLEST, Catcher
from tests.support.desks import NOW
from tests.support.notices import notice

ARMY = IncidentKey("army.mil", Role.INTENDED, "army.ml")
SENT = (Act.APPROVED, Act.SENDING, Act.SENT)
CONFIG = f"""\
{SMALLEST}[notify]
domain = "notices.sink.example"
"""


@pytest.fixture(autouse=True)
def sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("catcher.wiring.SystemClock.now", lambda self: NOW)
    Path("catcher.toml").write_text(CONFIG)
    Path("catalogue.csv").write_text("domain,intended,policy\narmy.ml,army.mil,accept\nnavy.ml,navy.mil,accept\n")


def with_notice(*acts: Act, form: NoticeForm = NoticeForm.MAIL) -> Notice:
    """A notice to army.mil, to whom army.ml matters."""
    addressee = Addressee("security@army.mil", Source.ENTERED, trusted=True)
    made = notice(key=ARMY, addressee=addressee, form=form)
    store = SqliteStore(Path("var/catcher.db"))
    store.add_notice(made, b"%PDF-1.7 a letter")
    for minute, act in enumerate(acts, 1):
        made = store.add_step(made.id, LedgerEntry(act, NOW + timedelta(minutes=minute), "alice"))
    store.close()
    return made


def stored(id: str) -> Notice:
    store = SqliteStore(Path("var/catcher.db"))
    found = store.notice(id)
    store.close()
    assert found is not None
    return found


def policies() -> list[str]:
    return [line.split(",")[2] for line in Path("catalogue.csv").read_text().splitlines()[1:]]


class TestStop:
    def test_the_list_says_that_a_person_has_to_decide(self, catcher: Catcher) -> None:
        id = with_notice(*SENT, Act.STOP_REQUESTED).id
        assert f"stop-requested 2026-07-01 06:04 UTC; decide by `catcher notify confirm {id}`" in (
            catcher("notify", "list").out
        )

    def test_confirmed_its_mail_is_turned_away_at_once(self, catcher: Catcher) -> None:
        id = with_notice(*SENT, Act.STOP_REQUESTED).id
        assert "would be turned away" in catcher("notify", "confirm", id, "--dry-run").out
        assert policies() == ["accept", "accept"]
        assert catcher("notify", "confirm", id, "--as", "Bob").status == 0
        assert policies() == ["null", "accept"]
        step = stored(id).steps[-1]
        assert (step.act, step.who, step.note) == (Act.CONFIRMED, "Bob", "mail to army.ml is turned away")
        again = catcher("notify", "confirm", id)
        assert again.status == 2
        assert "nothing that its party asked for waits" in again.err

    def test_declined_nothing_changes(self, catcher: Catcher) -> None:
        id = with_notice(*SENT, Act.STOP_REQUESTED).id
        assert catcher("notify", "confirm", id, "--decline").status == 0
        assert policies() == ["accept", "accept"]
        assert stored(id).steps[-1].act is Act.DECLINED


def test_a_transfer_is_recorded_and_nothing_else(catcher: Catcher) -> None:
    id = with_notice(*SENT, Act.TRANSFER_REQUESTED).id
    assert catcher("notify", "confirm", id).status == 0
    assert policies() == ["accept", "accept"]
    assert stored(id).steps[-1].act is Act.CONFIRMED


class TestLetter:
    def test_it_is_written_read_approved_and_posted(self, catcher: Catcher) -> None:
        id = with_notice(form=NoticeForm.LETTER).id
        assert catcher("notify", "letter", id, "--to", "out.pdf").status == 0
        assert Path("out.pdf").read_bytes() == b"%PDF-1.7 a letter"
        early = catcher("notify", "posted", id)
        assert (early.status, "only an approved letter is posted" in early.err) == (2, True)
        catcher("notify", "approve", id)
        assert "print it" in catcher("notify", "list").out
        catcher("notify", "posted", id, "--as", "Bob")
        assert stored(id).state is NoticeState.SENT

    def test_a_mail_is_no_letter(self, catcher: Catcher) -> None:
        ran = catcher("notify", "letter", with_notice().id, "--to", "out.pdf")
        assert (ran.status, "it is a mail" in ran.err) == (2, True)
        assert not Path("out.pdf").exists()
