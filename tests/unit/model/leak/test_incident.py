"""Incidents: their numbers follow from their keys alone, for ever."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from catcher.model.leak.incident import Cell, Count, Incident, IncidentKey, Role
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import MailClass, MailKind, Tier
from catcher.model.mail.policy import Outcome

_names = st.from_regex(r"[a-z]{1,12}\.(example|ml|mil)", fullmatch=True)
_keys = st.builds(IncidentKey, _names, st.sampled_from(Role), _names)


def cell(day: int) -> Cell:
    names = ("", Tier.CLAIMED, MailClass.PERSON, Outcome.ACCEPTED, "")
    return Cell(date(2026, 11, day), *names, True, CountReason.UNPROVEN, MailKind.ORDINARY)


def test_numbers_that_operators_have_written_down_stay() -> None:
    assert IncidentKey("army.mil", Role.INTENDED, "army.ml").id == "inc-061b2b5d5b14"
    assert IncidentKey("contractor.example", Role.SENDER, "army.ml").id == "inc-e047c872b982"


@given(_keys, _keys)
def test_two_incidents_have_two_numbers(a: IncidentKey, b: IncidentKey) -> None:
    assert (a.id == b.id) == (a == b)


def test_the_two_roles_of_one_party_are_two_incidents() -> None:
    assert IncidentKey("army.mil", Role.INTENDED, "army.ml").id != IncidentKey("army.mil", Role.SENDER, "army.ml").id


def test_an_incidents_sums_are_those_of_its_cells() -> None:
    key = IncidentKey("army.mil", Role.INTENDED, "army.ml")
    incident = Incident(key, {cell(9): Count(3, 1), cell(3): Count(2, 2)})
    assert (incident.mails, incident.counted) == (5, 3)
    assert (incident.first_day, incident.last_day) == (date(2026, 11, 3), date(2026, 11, 9))


def test_an_empty_incident_has_no_days() -> None:
    incident = Incident(IncidentKey("army.mil", Role.INTENDED, "army.ml"))
    assert (incident.mails, incident.first_day, incident.last_day) == (0, None, None)
