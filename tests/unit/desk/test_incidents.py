"""Listing and showing incidents."""

from __future__ import annotations

import json

import pytest

from catcher.desk import incidents
from catcher.desk.context import NotFound
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.measures import Period
from tests.support.desks import desk, leak, mail

CONTRACTOR = IncidentKey("contractor.example", Role.SENDER, "army.ml").id


def test_all_are_listed_in_the_order_of_their_keys_with_their_verdict() -> None:
    listed = [(a.incident.key.party, a.verdict.due) for a in incidents.listing(desk(leak()))]
    assert listed == [("army.mil", True), ("contractor.example", True), ("hospital.example", False)]


def test_a_month_lists_only_what_had_mail_in_it() -> None:
    table = desk([*leak(), mail(9, "travel.example", month=5)])
    listed = [a.incident.key.party for a in incidents.listing(table, period=Period.parse("2026-05"))]
    assert listed == ["army.mil", "travel.example"]


def test_the_latest_month_is_measured_unless_another_is_named() -> None:
    table = desk([*leak(), mail(9, month=5)])
    assert incidents.show(table, CONTRACTOR).measures.period.name == "2026-06"
    may = incidents.show(table, CONTRACTOR, period=Period.parse("2026-05"))
    assert may.measures.tally.total.mails == 1
    assert str(may.verdict).startswith("would not notify")


def test_an_unknown_incident_is_said_plainly() -> None:
    with pytest.raises(NotFound, match="catcher incident list"):
        incidents.show(desk(leak()), "inc-00000000")


def test_json_says_what_the_table_says_and_more() -> None:
    appraisal = incidents.show(desk(leak()), CONTRACTOR)
    line = json.loads(json.dumps(appraisal.to_json()))
    assert (line["mails"], line["counted"], line["first_day"]) == (8, 8, "2026-06-02")
    assert line["notice"]["due"] is True
    full = json.loads(json.dumps(appraisal.to_full_json()))
    assert full["senders"] == {"number": 4, "about": False}
    assert [party["domain"] for party in full["counterparts"]] == ["army.mil"]
    assert sum(day["mails"] for day in full["days"]) == sum(month["mails"] for month in full["months"]) == 8
    assert "token-of" not in json.dumps(full)
