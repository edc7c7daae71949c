"""``catcher incident``: what a person reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.unstored import UnstoredKey, UnstoredKind
from catcher.model.mail.fingerprint import MailClass
from catcher.model.mail.marking import Marking, Scheme
from catcher.model.mail.observation import Observation
from catcher.model.mail.policy import Policy
from catcher.store import SqliteStore
from tests.support.commands import Catcher
from tests.support.folding import folder
from tests.support.observations import observation

KEY = IncidentKey("contractor.example", Role.SENDER, "army.ml")


def filled(sink: Path) -> None:
    """A leak that stopped three weeks ago, and a policy that turns mail away since yesterday."""
    now = datetime.now(UTC)
    store = SqliteStore(sink / "var" / "catcher.db")
    store.add(
        [
            [observation(transaction=f"t{n}", retry_tag=None, observed_at=now - timedelta(days=20 + n))]
            for n in range(30)
        ]
    )
    store.note_policies(now.date() - timedelta(days=1), {"army.ml": Policy.NULL})
    store.fold(folder)
    store.close()


def test_the_list_and_the_single_incident_say_where_it_stands(catcher: Catcher, sink: Path) -> None:
    filled(sink)
    lines = [line for line in catcher("incident", "list").out.splitlines() if KEY.id in line]
    assert len(lines) == 1
    assert "quiet" in lines[0]
    shown = catcher("incident", "show", KEY.id).out
    assert "quiet since" in shown
    assert "policy turns mail away since" in shown
    (row,) = catcher("incident", "show", KEY.id, "--json").rows
    assert row["life"]["silent_days"] == 18
    assert row["effect"] is None


def test_it_says_how_many_mails_do_not_count_and_why(catcher: Catcher, sink: Path) -> None:
    day = datetime.now(UTC).replace(day=1, hour=9, minute=0, second=0, microsecond=0)
    person = observation().nature

    def mail(n: int, **changes: Any) -> list[Observation]:
        more = {"reverse_path_token": f"prvs{n}", "author_token": f"author{n // 2}"}
        return [observation(transaction=f"t{n}", retry_tag=None, observed_at=day, **(more | changes))]

    report = replace(person, mail_class=MailClass.AUTOMATIC, reasons=("dmarc-report",))
    store = SqliteStore(sink / "var" / "catcher.db")
    store.add([mail(n, markings=(Marking(Scheme.MSIP, "secret"),)) for n in range(4)])
    store.add([mail(5, fresh=False, fresh_reason="old"), mail(6, nature=report), mail(7, mail_class=MailClass.BULK)])
    store.add([mail(8, nature=replace(person, reasons=("in-reply-to",)), fresh_reason="provider")])
    store.fold(folder)
    store.close()
    shown = catcher("incident", "show", KEY.id).out
    for line in (
        "mails                    8, 5 count",
        "don't count              3: 1 automatic, 1 bulk, 1 old",
        "answers, scans, reports  1 answer, 1 dmarc-report (on 1 day, of 1 reporter)",
        "sending mailboxes        3 on 1 days (3 by the author, 5 by the reverse-path)",
        "marked                   4: secret 4 from 2 mailboxes",
        "second approver          -",
    ):
        assert line in shown
    (row,) = catcher("incident", "show", KEY.id, "--json").rows
    assert row["reasons"]["old"] == {"mails": 1, "counted": 0}
    assert row["kinds"]["answer"] == {"mails": 1, "counted": 1}
    assert row["reports"] == {"dmarc-report": {"mails": 1, "days": 1, "reporters": 1}}
    assert row["levels"] == {"secret": {"mails": 4, "mailboxes": 2}}
    assert (row["authors"]["number"], row["reverse_paths"]["number"]) == (3, 5)
    assert (row["notice"]["kind"], row["notice"]["second_approver"]) == ("leak", False)


def test_the_list_says_what_kind_of_notice_is_due(catcher: Catcher, sink: Path) -> None:
    day = datetime(2026, 10, 1, 9, tzinfo=UTC)
    answer = replace(observation().nature, reasons=("in-reply-to",))
    store = SqliteStore(sink / "var" / "catcher.db")
    for n in range(3):
        box = {"transaction": f"t{n}", "retry_tag": None, "reverse_path_token": f"box{n}", "nature": answer}
        store.add([[observation(observed_at=day + timedelta(days=n), fresh_reason="provider", **box)]])
    store.fold(folder)
    store.close()
    (line,) = [line for line in catcher("incident", "list").out.splitlines() if KEY.id in line]
    assert line.rstrip().endswith("due (answers), second approver")


def test_an_observation_says_whether_it_counts_and_why_not(catcher: Catcher, sink: Path) -> None:
    store = SqliteStore(sink / "var" / "catcher.db")
    store.add([[observation(fresh=False, fresh_reason="old")]])
    store.fold(folder)
    store.close()
    assert "no: it was signed more than three days ago" in catcher("observation", "show", "1").out
    (row,) = catcher("observation", "show", "1", "--json").rows
    assert row["counts"] == {"counts": False, "reason": "old"}


def test_where_mails_were_only_counted_the_numbers_are_at_least(catcher: Catcher, sink: Path) -> None:
    filled(sink)
    store = SqliteStore(sink / "var" / "catcher.db")
    today = datetime.now(UTC).date()
    store.add_rows(
        [],
        unstored={
            UnstoredKey(today - timedelta(days=20), "army.ml", UnstoredKind.PROVEN): 7,
            UnstoredKey(today - timedelta(days=20), "army.ml", UnstoredKind.UNPROVEN): 5,
            UnstoredKey(today - timedelta(days=20), "navy.ml", UnstoredKind.PROVEN): 3,
            UnstoredKey(today - timedelta(days=20), "army.ml", UnstoredKind.ABUSE): 40,
            UnstoredKey(today - timedelta(days=20), "navy.ml", UnstoredKind.POSTMASTER): 1,
        },
    )
    store.close()
    listed = catcher("incident", "list").out
    assert "at least 30" in next(line for line in listed.splitlines() if KEY.id in line)
    month = f"{today - timedelta(days=20):%Y-%m}"
    shown = catcher("incident", "show", KEY.id, "--period", month).out
    assert "only counted             7 further mails to army.ml, of this party or others" in shown
    (row,) = catcher("incident", "show", KEY.id, "--period", month, "--json").rows
    assert (row["unstored"], row["unstored_in_period"]) == (7, 7)
    army = IncidentKey("army.mil", Role.INTENDED, "army.ml")
    (row,) = catcher("incident", "show", army.id, "--json").rows
    assert row["unstored"] == 12, "for whom unproven mail to the domain was meant isn't known, so it may be theirs"
    said = catcher("observation", "list").err
    assert "15 further mails were only counted" in said
    assert "41 further mails were for postmaster@ or abuse@" in said
    assert "1 further mail was for postmaster@" in catcher("observation", "list", "--domain", "navy.ml").err
    for verb in (("list",), ("list", "--json"), ("export",)):
        assert "12 further mails" in catcher("observation", *verb, "--domain", "army.ml").err
    assert "only counted" in catcher("observation", "show", "ZZZZ-ZZZZ-ZZZZ").err
