"""``catcher notify`` as an operator types it, over a real database."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from catcher.model.telling.notice import LedgerEntry
from catcher.model.telling.noticelife import Act
from catcher.store import SqliteStore
from catcher.supervise.lock import lock
from tests.support.commands import SMALLEST, Catcher
from tests.support.desks import NOW, mail
from tests.support.folding import folder

CONFIG = f"""\
{SMALLEST}[operator]
name = "Registry of Example"
contact = "desk@registry.example"
[notify]
domain = "notices.sink.example"
smarthost = "127.0.0.1"
smarthost_port = 1
smarthost_tls = "none"
"""


@pytest.fixture(autouse=True)
def sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a leak of this month from contractor.example, whose contact the operator entered."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("catcher.wiring.SystemClock.now", lambda self: NOW)
    Path("catcher.toml").write_text(CONFIG)
    Path("catalogue.csv").write_text("domain,intended\narmy.ml,army.mil\n")
    Path("contacts.csv").write_text(
        "party,address,language,openpgp\ncontractor.example,security@contractor.example,,\n"
    )
    store = SqliteStore(Path("var/catcher.db"))
    store.add([[mail(day, mailbox=f"box{day % 4}")] for day in range(2, 10)])
    store.fold(folder)
    store.close()


def drafted(catcher: Catcher) -> str:
    (row,) = [row for row in catcher("notify", "list", "--json").rows if "id" in row]
    return str(row["id"])


def test_list_drafts_what_is_due_and_says_what_is_held_back(catcher: Catcher) -> None:
    told = catcher("notify", "list", "--dry-run", "--json").rows
    assert [(row["state"], row["party"]) for row in told] == [("due", "army.mil"), ("due", "contractor.example")]
    assert [row["held_back"] for row in told] == [
        "no contact is known; `catcher contact find army.mil` looks for one, `contact add` enters one",
        "",
    ]
    notice, rest = catcher("notify", "list", "--json").rows
    assert (notice["state"], notice["party"], notice["contact"]["address"]) == (
        *("drafted", "contractor.example"),
        "security@contractor.example",
    )
    assert rest == told[0]


def test_list_for_people(catcher: Catcher) -> None:
    ran = catcher("notify", "list")
    assert "security@contractor.example; waits for approval" in ran.out
    assert "held back" in ran.out


def test_list_by_state(catcher: Catcher) -> None:
    drafted(catcher)
    assert [row["state"] for row in catcher("notify", "list", "--json", "--state", "drafted").rows] == ["drafted"]
    assert catcher("notify", "list", "--json", "--state", "sent").rows == []


def test_a_draft_is_read_word_for_word_before_it_is_approved(catcher: Catcher) -> None:
    id = drafted(catcher)
    read = catcher("notify", "approve", "--dry-run", id)
    assert read.out.startswith("From: Registry of Example <notices@notices.sink.example>\n")
    assert "8 e-mails from contractor.example went to army.ml, not army.mil" in read.out
    (row,) = catcher("notify", "list", "--json", "--state", "drafted").rows
    assert row["id"] == id


def test_who_approved_stands_in_the_ledger(catcher: Catcher) -> None:
    id = drafted(catcher)
    (row,) = catcher("notify", "approve", id, "--as", "Alice", "--json").rows
    assert (row["state"], row["steps"][-1]["act"], row["steps"][-1]["who"]) == ("approved", "approved", "Alice")
    again = catcher("notify", "approve", id, "--as", "Alice")
    assert (again.status, again.out) == (2, "")
    assert "Alice has approved it already" in again.err


def test_without_a_name_it_is_who_is_logged_in(catcher: Catcher) -> None:
    (row,) = catcher("notify", "approve", drafted(catcher), "--json").rows
    assert row["steps"][-1]["who"] == pwd.getpwuid(os.getuid()).pw_name


def test_a_name_has_to_be_one(catcher: Catcher) -> None:
    ran = catcher("notify", "approve", drafted(catcher), "--as", "\x1b[2J")
    assert (ran.status, "printable" in ran.err) == (2, True)
    assert [row["state"] for row in catcher("notify", "list", "--json").rows if "id" in row] == ["drafted"]


def test_two_people_where_the_operator_wants_it(catcher: Catcher) -> None:
    Path("catcher.toml").write_text(CONFIG + "second_approver = true\n")
    id = drafted(catcher)
    (row,) = catcher("notify", "approve", id, "--as", "Alice", "--json").rows
    assert row["state"] == "drafted"
    assert "approved by Alice; waits for approval" in catcher("notify", "list").out
    (row,) = catcher("notify", "approve", id, "--as", "Bob", "--json").rows
    assert row["state"] == "approved"


def test_an_unknown_notice(catcher: Catcher) -> None:
    for command in ("approve", "send"):
        ran = catcher("notify", command, "ntc-000000000000")
        assert (ran.status, ran.err) == (2, "no notice has that id; `catcher notify list` shows them\n")


def test_send_says_first_what_it_would_send(catcher: Catcher) -> None:
    id = drafted(catcher)
    assert catcher("notify", "send", "--dry-run", "--json").rows == []
    catcher("notify", "approve", id)
    assert [row["id"] for row in catcher("notify", "send", "--dry-run", "--json").rows] == [id]
    assert "security@contractor.example" in catcher("notify", "send", "--dry-run").out


def test_a_smarthost_that_is_not_there_costs_nothing(catcher: Catcher) -> None:
    id = drafted(catcher)
    catcher("notify", "approve", id)
    ran = catcher("notify", "send")
    assert (ran.status, ran.out) == (3, "")
    assert "smarthost 127.0.0.1 port 1: Connection refused" in ran.err
    (row,) = catcher("notify", "list", "--json", "--state", "approved").rows
    assert [step["act"] for step in row["steps"]] == ["drafted", "approved"]


def test_a_notice_that_was_named_and_does_not_go_is_told(catcher: Catcher) -> None:
    """Whoever names a draft shall not believe that it went."""
    id = drafted(catcher)
    for more in ((), ("--dry-run",)):
        ran = catcher("notify", "send", id, *more)
        assert ran.status == 1
        assert f"{id} is not sent now; it is drafted: security@contractor.example; waits for approval" in ran.err


def test_an_empty_list_says_where_to_look(catcher: Catcher) -> None:
    Path("var/catcher.db").unlink()
    ran = catcher("notify", "list")
    assert (ran.status, ran.out) == (0, "")
    assert "none is due; `catcher incident show INCIDENT` says why" in ran.err


def test_one_sender_at_a_time(catcher: Catcher) -> None:
    fd = lock(Path("var"), "notify")
    try:
        ran = catcher("notify", "send")
    finally:
        os.close(fd)
    assert (ran.status, "another `catcher notify send` is at work" in ran.err) == (3, True)


@pytest.mark.parametrize("missing", ["domain", "smarthost"])
def test_without_domain_or_smarthost_nothing_is_sent(catcher: Catcher, missing: str) -> None:
    lines = [line for line in CONFIG.splitlines() if not line.startswith(f"{missing} ")]
    Path("catcher.toml").write_text("\n".join(lines) + "\n")
    ran = catcher("notify", "send")
    assert ran.status == 2
    assert ran.err.startswith(
        f"catcher.toml: notify.{missing}: it is not set, and nothing can be sent without it; name "
    )


def test_suppress_takes_back_and_keeps_back(catcher: Catcher) -> None:
    id = drafted(catcher)
    said = catcher("notify", "suppress", "contractor.example", "--reason", "they asked", "--dry-run", "--json")
    assert said.rows[0]["taken_back"] == [id]
    assert [row["state"] for row in catcher("notify", "list", "--json").rows if "id" in row] == ["drafted"]
    done = catcher("notify", "suppress", "contractor.example", "--reason", "they asked", "--as", "Alice")
    assert done.out.splitlines() == [
        "party contractor.example: no notices, for good",
        f"{id} to security@contractor.example is taken back",
    ]
    rows = catcher("notify", "list", "--json").rows
    assert [row["state"] for row in rows] == ["suppressed", "due", "due"]
    assert rows[-1]["held_back"] == "suppressed by Alice: they asked"


@pytest.mark.parametrize(("what", "scope"), [("army.ml", "domain"), ("contractor.example", "party")])
def test_what_a_suppression_is_about(catcher: Catcher, what: str, scope: str) -> None:
    (row,) = catcher("notify", "suppress", what, "--reason", "r", "--until", "2026-09-01", "--json").rows
    assert (row["scope"], row["subject"], row["until"]) == (scope, what, "2026-09-01")


def test_an_unknown_incident_is_not_suppressed(catcher: Catcher) -> None:
    assert catcher("notify", "suppress", "inc-000000000000", "--reason", "r").status == 2


def test_a_report_and_the_incident_say_who_was_told(catcher: Catcher) -> None:
    id = drafted(catcher)
    store = SqliteStore(Path("var/catcher.db"))
    for act in (Act.APPROVED, Act.SENDING, Act.SENT):
        store.add_step(id, LedgerEntry(act, NOW, "someone"))
    store.close()
    (incident,) = [row["id"] for row in catcher("incident", "list", "--json").rows if row["party"] == "army.mil"]
    (report,) = catcher("report", "preview", incident, "--json").rows
    assert [party["told"] for party in report["counterparts"]] == ["2026-07-01"]
    (own,) = [row["id"] for row in catcher("incident", "list", "--json").rows if row["party"] == "contractor.example"]
    assert catcher("incident", "show", own, "--json").rows[0]["told"] == ["2026-07-01"]
    assert "2026-07-01" in next(li for li in catcher("incident", "show", own).out.splitlines() if li.startswith("told"))
