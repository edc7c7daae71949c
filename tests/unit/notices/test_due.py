"""Which notices are due: thresholds, one a month, quiet days, suppressions, the next contact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from catcher.desk import incidents
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.measures import Period
from catcher.model.mail.observation import Observation
from catcher.model.telling.contact import Contact
from catcher.model.telling.notice import Notice
from catcher.model.telling.noticelife import Act
from catcher.model.telling.suppression import Scope, Suppression
from catcher.notices.due import DueNotice, due_notices
from tests.support.contacts import contact
from tests.support.desks import NOW, desk, mail
from tests.support.notices import CONTACT, MORNING, notice, step

TODAY = NOW.date()
DAY = timedelta(days=1)
KEY = IncidentKey("contractor.example", Role.SENDER, "army.ml")
SECURITY = contact(address=CONTACT.address)
ABUSE = contact(address="abuse@contractor.example", preference=1)


def leak(domain: str = "army.ml", *, month: int = 6, days: Iterable[int] = range(2, 10)) -> list[Observation]:
    return [mail(day, mailbox=f"box{day % 4}", domain=domain, month=month) for day in days]


def found(
    observations: Iterable[Observation],
    *,
    notices: Sequence[Notice] = (),
    suppressions: Sequence[Suppression] = (),
    contacts: Sequence[Contact] = (SECURITY, ABUSE),
    today: date = TODAY,
    quiet_days: int = 14,
    escalate_days: int = 30,
) -> list[DueNotice]:
    """What is due to contractor.example as the sender."""
    table = desk(observations, now=datetime.combine(today, time(6), tzinfo=UTC))
    this = Period.of(today)
    return [
        each
        for each in due_notices(
            [a for period in (this, this.previous) for a in incidents.listing(table, period=period)],
            notices=notices,
            suppressions=suppressions,
            contacts_of=lambda party: contacts if party == KEY.party else (),
            quiet_days=quiet_days,
            escalate_days=escalate_days,
            now=datetime.combine(today, time(6), tzinfo=UTC),
        )
        if each.key.role is Role.SENDER
    ]


def told(*acts: Act, **changes: object) -> Notice:
    """A notice of June, sent a minute after the draft."""
    return notice(Act.APPROVED, Act.SENDING, Act.SENT, *acts, **changes)


def test_an_incident_above_the_thresholds_goes_to_the_best_contact() -> None:
    (each,) = found(leak())
    assert (each.key, each.contact, each.held_back, each.follows) == (KEY, SECURITY, "", None)


@pytest.mark.parametrize(
    "observations",
    [
        [mail(2, mailbox="a"), mail(3, mailbox="b"), mail(3, mailbox="c")],
        [mail(day, mailbox="a") for day in range(2, 20)],
        [mail(day, mailbox=f"b{day}", fresh=False) for day in range(2, 20)],
    ],
    ids=["two days", "one mailbox", "nothing that counts"],
)
def test_below_a_threshold_nothing_is_due(observations: list[Observation]) -> None:
    assert found(observations) == []


@pytest.mark.parametrize(("today", "number"), [(date(2026, 7, 31), 1), (date(2026, 8, 1), 0)])
def test_what_is_older_than_last_month_is_not_told_any_more(today: date, number: int) -> None:
    assert len(found(leak(), today=today)) == number


def test_of_two_months_the_latest_is_told() -> None:
    (each,) = found([*leak(), *leak(month=7)], today=date(2026, 7, 20))
    assert each.appraisal.measures.period.name == "2026-07"


@pytest.mark.parametrize(
    "acts", [(), (Act.APPROVED,), (Act.APPROVED, Act.SENDING), (Act.APPROVED, Act.SENDING, Act.SENT)]
)
def test_one_month_is_told_once(acts: tuple[Act, ...]) -> None:
    assert found(leak(), notices=[notice(*acts)], quiet_days=0) == []


def test_the_next_month_is_told_after_the_quiet_days() -> None:
    mails = [*leak(), *leak(month=7)]
    sent_at = MORNING.date()
    (held,) = found(mails, notices=[told()], today=sent_at + 13 * DAY)
    assert held.held_back == "they had a notice; quiet until 2026-07-15"
    (each,) = found(mails, notices=[told()], today=sent_at + 14 * DAY)
    assert each.contact == SECURITY


def test_another_incident_of_the_same_party_keeps_quiet_too_but_not_the_other_role() -> None:
    other = replace(KEY, domain="navy.ml")
    (held,) = found(leak(), notices=[told(key=other)])
    assert "quiet until" in held.held_back
    (each,) = found(leak(), notices=[told(key=replace(other, role=Role.INTENDED))])
    assert each.contact == SECURITY


def test_of_two_incidents_the_larger_goes_first_and_the_other_waits() -> None:
    larger, smaller = found([*leak("navy.ml", days=range(2, 8)), *leak("army.ml", days=range(2, 12))])
    assert (larger.key.domain, larger.contact) == ("army.ml", SECURITY)
    assert (smaller.key.domain, smaller.held_back) == ("navy.ml", "the notice on army.ml goes first")
    (waiting,) = found(leak(), notices=[notice(key=replace(KEY, domain="navy.ml"))])
    assert waiting.held_back == f"{notice(key=replace(KEY, domain='navy.ml')).id} to them is on its way"


def test_a_wrong_contact_is_followed_by_the_next_one_at_once() -> None:
    (each,) = found(leak(), notices=[told(Act.WRONG)])
    assert (each.contact, each.follows) == (ABUSE, told().id)


def test_a_bounce_that_is_not_mended_in_two_days_is_followed_by_the_next_contact() -> None:
    bounced = told(Act.BOUNCED)
    (held,) = found(leak(), notices=[bounced], today=TODAY + DAY)
    assert held.held_back == f"{bounced.id} bounced; the next contact's turn comes 2026-07-03"
    (each,) = found(leak(), notices=[bounced], today=TODAY + 3 * DAY)
    assert (each.contact, each.follows) == (ABUSE, bounced.id)


def test_a_bounce_that_was_mended_is_followed_by_nobody() -> None:
    assert found(leak(), notices=[told(Act.BOUNCED, Act.GOT_IT)], today=TODAY + 3 * DAY) == []


def test_a_refused_one_goes_to_the_next_contact() -> None:
    (each,) = found(leak(), notices=[notice(Act.APPROVED, Act.SENDING, Act.FAILED)])
    assert each.contact == ABUSE


def test_when_all_contacts_came_back_a_person_is_told() -> None:
    (each,) = found(leak(), notices=[told(Act.BOUNCED)], contacts=[SECURITY], today=TODAY + 3 * DAY)
    assert each.contact is None
    assert each.held_back == "every contact was tried; see `catcher contact list contractor.example`"


def test_without_a_contact_a_person_is_told_what_to_do() -> None:
    (each,) = found(leak(), contacts=[replace(SECURITY, own=False)])
    assert each.held_back == "no contact that may be written to; see `catcher contact list contractor.example`"
    (each,) = found(leak(), contacts=[])
    assert each.held_back.startswith("no contact is known; `catcher contact find contractor.example` looks for one")


@pytest.mark.parametrize(
    ("scope", "subject"), [(Scope.PARTY, KEY.party), (Scope.INCIDENT, KEY.id), (Scope.DOMAIN, KEY.domain)]
)
def test_a_suppression_holds_it_back(scope: Scope, subject: str) -> None:
    made = Suppression(scope, subject, "they asked", "alice", MORNING, date(2026, 9, 1))
    (each,) = found(leak(), suppressions=[made])
    assert each.held_back == "suppressed until 2026-09-01 by alice: they asked"


@pytest.mark.parametrize("end", [Act.WITHDRAWN])
def test_what_was_withdrawn_is_due_again(end: Act) -> None:
    (each,) = found(leak(), notices=[notice(step(end, 1))])
    assert (each.contact, each.follows) == (SECURITY, None)
