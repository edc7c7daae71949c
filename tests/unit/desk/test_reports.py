"""Previewing and building reports."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest

from catcher.desk import incidents, reports
from catcher.desk.context import Desk, NotFound
from catcher.desk.forms import ENDINGS
from catcher.model.errors import EnvironmentFailure
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.measures import Period
from catcher.model.leak.unstored import ANY_DOMAIN, UnstoredKey, UnstoredKind
from catcher.model.telling.report import Report
from catcher.report import Language
from tests.support.desks import desk, leak, mail

CONTRACTOR = IncidentKey("contractor.example", Role.SENDER, "army.ml").id
ARMY = IncidentKey("army.mil", Role.INTENDED, "army.ml").id
HOSPITAL = IncidentKey("hospital.example", Role.SENDER, "army.ml").id


@pytest.fixture(autouse=True)
def quick_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real one takes a second; tests/unit/report/test_letter.py looks at it."""
    monkeypatch.setattr("catcher.desk.forms.letter", lambda report, language: b"%PDF-")


def test_a_month_with_mails_that_were_only_counted_is_reported_as_at_least(table: Desk) -> None:
    def unstored(id: str, day: date, kind: UnstoredKind, domain: str = "army.ml") -> tuple[int, int]:
        filled = desk(leak())
        filled.store.add_rows([], unstored={UnstoredKey(day, domain, kind): 9})
        report = reports.preview(filled, id)
        return report.unstored, report.unstored_before

    period = reports.preview(table, CONTRACTOR).period
    within, before = period.last, period.previous.first
    assert unstored(CONTRACTOR, within, UnstoredKind.PROVEN) == (9, 0)
    assert unstored(CONTRACTOR, before, UnstoredKind.PROVEN) == (0, 9)
    assert unstored(CONTRACTOR, within, UnstoredKind.UNPROVEN) == (0, 0), "unproven mail is in no sender's incident"
    assert unstored(ARMY, within, UnstoredKind.UNPROVEN) == (9, 0)
    assert unstored(ARMY, within, UnstoredKind.UNPROVEN, "navy.ml") == (0, 0)
    assert unstored(ARMY, within, UnstoredKind.ABUSE) == (0, 0), "mail for the operator is in no incident"
    assert unstored(ARMY, within, UnstoredKind.UNPROVEN, ANY_DOMAIN) == (9, 0)


@pytest.fixture
def table() -> Desk:
    return desk(leak())


def test_those_that_are_due_are_built(table: Desk, tmp_path: Path) -> None:
    built = list(reports.build(table, tmp_path))
    assert [report.incident for report in built] == [ARMY, CONTRACTOR]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{id_}-2026-06.{form}" for id_ in (ARMY, CONTRACTOR) for form in ENDINGS
    )
    assert not any(report.left_out for report in built)
    assert built[1].subject.startswith("8 e-mails from contractor.example went to army.ml, not army.mil [R")


def test_all_are_built_on_demand_and_one_by_name(table: Desk, tmp_path: Path) -> None:
    assert [r.incident for r in reports.build(table, tmp_path, everything=True)] == [ARMY, CONTRACTOR, HOSPITAL]
    assert [r.incident for r in reports.build(table, tmp_path, ids=[HOSPITAL, HOSPITAL])] == [HOSPITAL]


def test_an_unknown_incident_builds_nothing(table: Desk, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        reports.build(table, tmp_path, ids=[ARMY, "inc-00000000"])
    assert not list(tmp_path.iterdir())


def test_files_are_the_operators_alone(table: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "state" / "reports"
    for report in reports.build(table, folder):
        assert {stat.S_IMODE(path.stat().st_mode) for path in report.files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_building_twice_gives_the_same_files(table: Desk, tmp_path: Path) -> None:
    first = {path: path.read_bytes() for report in reports.build(table, tmp_path) for path in report.files}
    again = {path: path.read_bytes() for report in reports.build(table, tmp_path) for path in report.files}
    assert first == again


def test_a_folder_that_cannot_be_written_is_named(table: Desk, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(EnvironmentFailure, match="give another folder"):
        list(reports.build(table, blocked))


def test_the_senders_report_has_its_references_and_the_intended_partys_has_none(table: Desk, tmp_path: Path) -> None:
    own, other = (json.loads(file(p, ".json").read_text()) for p in reversed(list(reports.build(table, tmp_path))))
    known = {o.ref for o in table.store.observations() if o.sender.domain == "contractor.example"}
    assert {row["ref"] for row in own["evidence"]} == known
    assert other["evidence"] == []


def test_no_file_holds_a_token(table: Desk, tmp_path: Path) -> None:
    for report in reports.build(table, tmp_path, everything=True):
        for path in report.files:
            assert b"token-of" not in path.read_bytes()


def test_the_kit_is_a_folder_of_files_to_paste(table: Desk, tmp_path: Path) -> None:
    (built,) = reports.build(table, tmp_path, ids=[CONTRACTOR])
    kit = {path.name: path.read_text() for path in built.files if path.parent.name.endswith(".kit")}
    assert {"typo_domains", "exim_router", "exchange-online.ps1", "rpz.zone", "mimecast.csv"} <= set(kit)
    assert "army.ml IN CNAME ." in kit["rpz.zone"]


def test_the_mail_is_a_draft_from_the_operators_contact(table: Desk, tmp_path: Path) -> None:
    (built,) = reports.build(table, tmp_path, ids=[CONTRACTOR])
    draft = message_from_bytes(file(built, ".eml").read_bytes(), policy=SMTP)
    assert draft["From"].addresses[0].addr_spec == table.operator.contact
    assert draft["To"] is None
    assert draft["Subject"] == built.subject


def test_a_form_that_cannot_be_made_here_is_named_and_the_others_are_there(
    table: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def impossible(report: Report, language: Language) -> bytes:
        raise EnvironmentFailure("no letters here")

    monkeypatch.setattr("catcher.desk.forms.letter", impossible)
    (built,) = reports.build(table, tmp_path, ids=[CONTRACTOR])
    assert built.left_out == ("no letters here",)
    assert {path.suffix for path in built.files} >= {".txt", ".html", ".csv", ".json", ".eml"}


def test_an_operator_without_an_address_gets_every_other_form(table: Desk, tmp_path: Path) -> None:
    nameless = replace(table, operator=replace(table.operator, contact="by telephone"))
    (built,) = reports.build(nameless, tmp_path, ids=[CONTRACTOR])
    assert any("[operator] contact" in reason for reason in built.left_out)
    assert not [path for path in built.files if path.suffix == ".eml"]


def test_a_report_in_french_lies_beside_the_english_one(table: Desk, tmp_path: Path) -> None:
    for language in Language:
        list(reports.build(table, tmp_path, ids=[CONTRACTOR], language=language))
    names = {path.name for path in tmp_path.glob("*.html")}
    assert names == {f"{CONTRACTOR}-2026-06.html", f"{CONTRACTOR}-2026-06-fr.html"}


def test_who_was_told_when_stands_in_the_other_sides_report(table: Desk) -> None:
    told = {("army.mil", "army.ml"): date(2026, 6, 2), ("army.mil", "navy.ml"): date(2026, 6, 9)}
    assert reports.preview(table, CONTRACTOR, notified_on=told).other_side.told == date(2026, 6, 2)
    assert reports.preview(table, CONTRACTOR).other_side.told is None


def file(built: reports.Built, suffix: str) -> Path:
    (path,) = [path for path in built.files if path.suffix == suffix and not path.parent.name.endswith(".kit")]
    return path


def test_a_preview_is_what_is_built_and_writes_nothing(table: Desk, tmp_path: Path) -> None:
    preview = reports.preview(table, CONTRACTOR)
    built = next(iter(reports.build(table, tmp_path, ids=[CONTRACTOR])))
    assert json.loads(file(built, ".json").read_text()) == json.loads(json.dumps(preview.to_json()))


def test_the_list_says_what_is_due_and_what_is_built(table: Desk, tmp_path: Path) -> None:
    list(reports.build(table, tmp_path, ids=[ARMY]))
    listed = {c.appraisal.incident.key.id: c for c in reports.candidates(table, tmp_path)}
    assert {id_: (c.appraisal.verdict.due, c.built) for id_, c in listed.items()} == {
        ARMY: (True, True),
        CONTRACTOR: (True, False),
        HOSPITAL: (False, False),
    }
    assert listed[ARMY].ref == reports.preview(table, ARMY).ref


def test_a_month_without_mail_has_no_report(table: Desk, tmp_path: Path) -> None:
    """Not even one that is asked for by name: it would tell of nothing."""
    january = Period.parse("2026-01")
    assert list(reports.build(table, tmp_path, everything=True, period=january)) == []
    with pytest.raises(NotFound, match=f"no mail of {ARMY} was seen in 2026-01"):
        reports.build(table, tmp_path, ids=[ARMY], period=january)
    with pytest.raises(NotFound, match="no mail of"):
        reports.preview(table, ARMY, period=january)


def test_one_domain_as_sender_and_as_intended_party_keeps_its_evidence_apart(tmp_path: Path) -> None:
    """An organisation may mistype its own name: then it is both sides of the leak."""
    table = desk([mail(day, "army.mil", f"box{day}") for day in (2, 3, 4)])
    roles = {a.incident.key.id: a.incident.key.role for a in incidents.listing(table)}
    rows = {roles[r.incident]: json.loads(file(r, ".json").read_text()) for r in reports.build(table, tmp_path)}
    assert len(rows[Role.SENDER]["evidence"]) == 3
    assert rows[Role.INTENDED]["evidence"] == []
