"""Finding, showing and exporting observations."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.desk import observations
from catcher.desk.context import NotFound
from catcher.model.leak.incident import Role
from catcher.model.mail.fingerprint import Sender, Tier
from catcher.model.mail.observation import Observation
from tests.support.desks import desk, mail
from tests.support.observations import observation
from tests.support.observations import observations as any_observation


def test_the_latest_come_first_and_the_limit_holds() -> None:
    table = desk([mail(day) for day in (2, 3, 4)])
    assert [o.observed_at.day for o in observations.find(table, limit=2)] == [4, 3]
    assert [o.observed_at.day for o in observations.find(table, newest_first=False)] == [2, 3, 4]


def test_domain_and_time_filter() -> None:
    table = desk([mail(2), mail(3), mail(3, domain="navy.ml"), mail(4)])
    since, until = (datetime(2026, 6, day, tzinfo=UTC) for day in (3, 4))
    assert [o.domain for o in observations.find(table, since=since, until=until)] == ["navy.ml", "army.ml"]
    assert [o.observed_at.day for o in observations.find(table, domain="navy.ml")] == [3]


def test_looking_folds_what_is_committed() -> None:
    table = desk([mail(2)])
    list(observations.find(table))
    assert {incident.key.role for incident in table.store.incidents()} == {Role.INTENDED, Role.SENDER}


def test_one_is_shown_by_its_number_or_its_reference() -> None:
    table = desk([mail(2, ref="ABCD-EFGH-JKLM"), mail(3)])
    assert [o.id for o in observations.show(table, "2")] == [2]
    assert [o.id for o in observations.show(table, "abcd-efgh-jklm")] == [1]


def test_a_reference_of_digits_is_found_when_no_number_is() -> None:
    table = desk([mail(2, ref="99999999")])
    assert [o.id for o in observations.show(table, "99999999")] == [1]


@pytest.mark.parametrize("name", ["7", "XXXX", "", "9" * 40, "٣"])
def test_what_is_not_there_is_said_plainly(name: str) -> None:
    with pytest.raises(NotFound, match="catcher observation list") as error:
        observations.show(desk([mail(2)]), name)
    assert error.value.exit_status == 2


def test_the_export_has_a_header_and_a_line_each() -> None:
    lines = list(observations.csv_lines([mail(2), mail(3)]))
    rows = list(csv.DictReader(lines))
    assert [row["sender_domain"] for row in rows] == ["contractor.example"] * 2
    assert tuple(rows[0]) == observations.CSV_COLUMNS
    assert rows[0]["counts"] == "yes"


def test_no_token_is_exported() -> None:
    assert "token-of" not in "".join(observations.csv_lines([mail(2, recipients=("token-of-r",))]))


def named(organisation: str) -> Observation:
    return observation(sender=Sender("a.example", organisation, Tier.VERIFIED, (), ()))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "|", "%"])
def test_no_cell_is_a_formula(start: str) -> None:
    _, line = observations.csv_lines([named(f"{start}cmd()")])
    (row,) = csv.reader([line])
    (cell,) = [cell for cell in row if "cmd()" in cell]
    assert cell.startswith("'")


@given(st.text(max_size=30))
def test_every_observation_is_one_line(organisation: str) -> None:
    lines = list(observations.csv_lines([named(organisation)]))
    assert len(lines) == 2
    assert len(next(csv.reader([lines[1]]))) == len(observations.CSV_COLUMNS)


@given(any_observation())
def test_any_observation_can_be_exported(o: Observation) -> None:
    _, line = observations.csv_lines([o])
    row = dict(zip(observations.CSV_COLUMNS, next(csv.reader([line])), strict=True))
    assert row["recipients"] == str(len(o.recipients))
    assert not any(token in line for token in o.recipients)
