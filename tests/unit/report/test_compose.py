"""Composing: what may be told to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from catcher.incident import fold, measure_incident
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.measures import Period
from catcher.model.mail.observation import Observation, SizeClass
from catcher.model.mail.policy import Outcome
from catcher.model.telling.report import Report, ReportOperator, ReportRules
from catcher.report import Directory, Language, ReportForm, compose, reference, render
from tests.support.observations import observation, sender

JUNE = Period.parse("2026-06")
NOW = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)


def seen(day: int, domain: str = "contractor.example", mailbox: str = "a", **changes: object) -> Observation:
    moment = datetime(2026, 6, day, 8, 15, tzinfo=UTC)
    return observation(observed_at=moment, sender=sender(domain), reverse_path_token=mailbox, **changes)


def report(
    *mails: Observation,
    role: Role,
    party: str | None = None,
    listed: Mapping[str, str] | None = None,
    evidence: Sequence[Observation] = (),
    now: datetime = NOW,
    names: bool = True,
) -> Report:
    folded = fold(mails, party_of=lambda domain: None if domain == "freemail.example" else domain).values()
    incident = next(i for i in folded if i.key.role is role and party in (None, i.key.party))
    return compose(
        measure_incident(incident, JUNE),
        operator=ReportOperator("Registry of Example"),
        directory=Directory((listed or {}).get),
        limits=ReportRules(3, 3, 2, 2, 30),
        now=now,
        evidence=evidence,
        names=names,
    )


BELOW = [seen(3), seen(4)]
ABOVE = [seen(day, "travel.example", f"box{day}") for day in (3, 4, 5)]


def test_the_intended_party_learns_names_only_above_the_floor() -> None:
    made = report(*BELOW, *ABOVE, role=Role.INTENDED)
    assert [str(c.name) for c in made.counterparts] == ["travel.example"]
    assert (made.unnamed.organisations, made.unnamed.count.counted) == (1, 2)
    assert made.organisations == 2
    assert made.counterparts[0].share == pytest.approx(0.6)


def test_one_that_the_directory_lists_is_named_from_a_lower_floor_on() -> None:
    listed = {"contractor.example": "Contractor"}
    for mails, named in (
        ([seen(3, mailbox="a"), seen(4, mailbox="b")], ["Contractor"]),
        ([seen(3, mailbox="a"), seen(4, mailbox="a")], []),
        ([seen(3, mailbox="a"), seen(3, mailbox="b")], []),
    ):
        made = report(*mails, role=Role.INTENDED, listed=listed)
        assert [c.name.organisation for c in made.counterparts] == named
        told = report(*mails, role=Role.SENDER, listed=listed)
        assert told.other_side.named == bool(named)


def test_a_contact_that_nobody_confirmed_learns_no_name() -> None:
    made = report(*BELOW, *ABOVE, role=Role.INTENDED, listed={"contractor.example": "Contractor"}, names=False)
    assert made.counterparts == ()
    assert (made.unnamed.organisations, made.unnamed.count.counted, made.organisations) == (2, 5, 2)
    texts = [render(made, form) for form in ReportForm] + [render(made, ReportForm.TEXT, Language.FRENCH)]
    assert not [text for text in texts if "travel.example" in text or "contractor.example" in text]


def test_a_listed_one_without_mail_that_counts_is_not_named() -> None:
    unfresh = [seen(3, fresh=False)]
    made = report(*unfresh, role=Role.INTENDED, listed={"contractor.example": "Contractor"})
    assert not made.counterparts
    assert made.unnamed.organisations == 0


def test_freemail_is_told_as_a_number() -> None:
    made = report(*(seen(d, "freemail.example", f"box{d}") for d in (3, 4, 5)), role=Role.INTENDED)
    assert not made.counterparts
    assert made.unnamed.no_organisation.counted == 3
    assert "freemail.example" not in str(made.to_json())


def test_the_sender_learns_of_no_other_organisation() -> None:
    made = report(*BELOW, *ABOVE, role=Role.SENDER, party="contractor.example")
    assert not made.counterparts
    assert "travel.example" not in str(made.to_json())
    assert str(made.intended) == "army.mil"


def test_the_latest_ten_mails_are_evidence() -> None:
    mails = [seen(day, ref=f"REF{day}") for day in range(3, 29)]
    made = report(*mails, role=Role.SENDER, evidence=mails)
    assert [row.ref for row in made.evidence] == [f"REF{day}" for day in range(28, 18, -1)]
    assert (made.evidence[0].size_class, made.evidence[0].outcome) == (SizeClass.UP_TO_10_KB, Outcome.ACCEPTED)


def test_evidence_older_than_thirty_days_is_not_told() -> None:
    mails = [seen(3), seen(20)]
    made = report(*mails, role=Role.SENDER, evidence=mails, now=NOW + timedelta(days=10))
    assert [row.minute.day for row in made.evidence] == [20]


def test_a_retry_is_no_evidence() -> None:
    mails = [seen(20)]
    made = report(*mails, role=Role.SENDER, evidence=[seen(20, retry_of=1)])
    assert not made.evidence


def test_the_intended_party_gets_no_evidence_rows() -> None:
    """They are the sender's: the reference would let another find the mail in its own logs."""
    made = report(*BELOW, role=Role.INTENDED, evidence=BELOW)
    assert not made.evidence


def test_the_series_has_every_day_of_the_month() -> None:
    made = report(*BELOW, role=Role.SENDER)
    assert [bar.first.day for bar in made.series] == list(range(1, 31))
    assert sum(bar.count.mails for bar in made.series) == 2


def test_the_series_of_a_running_month_ends_today() -> None:
    made = report(*BELOW, role=Role.SENDER, now=datetime(2026, 6, 10, tzinfo=UTC))
    assert made.series[-1].first.day == 10
    assert not made.complete


def test_the_reference_follows_from_incident_and_month() -> None:
    key = IncidentKey("army.mil", Role.INTENDED, "army.ml")
    assert reference(key, JUNE) == reference(key, JUNE) == report(*BELOW, role=Role.INTENDED).ref
    others = {reference(key, JUNE.previous), reference(IncidentKey("army.mil", Role.SENDER, "army.ml"), JUNE)}
    assert reference(key, JUNE) not in others


def test_no_rule_is_made_of_a_domain_that_is_none() -> None:
    made = report(observation(domain="a';Remove-Mailbox", observed_at=ABOVE[0].observed_at), role=Role.SENDER)
    assert made.remedies == ()


def test_a_report_has_no_token_of_a_mailbox() -> None:
    mails = [seen(day, mailbox="cafecafecafecafe", recipients=("feedfeedfeedfeed",)) for day in (3, 4, 5)]
    for role in (Role.INTENDED, Role.SENDER):
        text = str(report(*mails, role=role, evidence=mails).to_json())
        assert "cafe" not in text
        assert "feed" not in text
