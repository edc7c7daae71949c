"""The ladder: another contact, a letter, the CSIRT; a bounce that may be mended, and when a contact is bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from catcher.model.telling.addressee import Addressee
from catcher.model.telling.contact import Contact, Source
from catcher.model.telling.notice import LedgerEntry, Notice, NoticeForm
from catcher.model.telling.noticelife import Act
from catcher.notices.escalation import BY_HAND, NextStep, makes_bad, next_step
from tests.support.contacts import contact
from tests.support.notices import KEY, notice

SECURITY = contact(address="security@contractor.example")
ABUSE = contact(address="abuse@contractor.example", preference=1)
CSIRT = contact(address="reports@csirt.example", source=Source.CSIRT, own=False, confirmed_by="alice")
EVERYONE = (SECURITY, ABUSE, CSIRT)
SENT = (Act.APPROVED, Act.SENDING, Act.SENT)
FIRST = date(2026, 7, 1)
DAYS = 30


def on(day: date, to: Contact | None, *acts: Act, number: int = 1, follows: str | None = None) -> Notice:
    """A notice that was drafted, sent and answered (``acts``) on ``day``, to a contact or by letter."""
    made = notice(
        id=f"ntc-{number:012x}",
        addressee=Addressee(BY_HAND, Source.ENTERED, trusted=False) if to is None else Addressee.of(to),
        form=NoticeForm.LETTER if to is None else NoticeForm.MAIL,
        follows=follows,
        period=f"{day:%Y-%m}",
    )
    made = replace(made, steps=())
    at = datetime.combine(day, time(8), tzinfo=UTC)
    for minute, act in enumerate((Act.DRAFTED, *(acts or SENT))):
        made = made.with_step(LedgerEntry(act, at + timedelta(minutes=minute), "alice"))
    return made


def step_after(
    notices: Sequence[Notice],
    today: date,
    contacts: Sequence[Contact] = EVERYONE,
    *,
    period: str = "2026-08",
    episode: date | None = None,
) -> NextStep:
    return next_step(
        KEY,
        period,
        notices=notices,
        contacts=contacts,
        episode=episode,
        escalate_days=DAYS,
        now=datetime.combine(today, time(6), tzinfo=UTC),
    )


def later(days: int) -> date:
    return FIRST + timedelta(days=days)


def chain(*ways: Contact | None) -> list[Notice]:
    """Each notice went out ``DAYS`` after the one before, and none was answered."""
    made: list[Notice] = []
    for number, way in enumerate(ways):
        follows = made[-1].id if made else None
        made.append(on(later(number * DAYS), way, number=number + 1, follows=follows))
    return made


class TestNoAnswer:
    def test_until_its_days_are_over_the_same_contact_is_written_to(self) -> None:
        assert step_after(chain(SECURITY), later(DAYS - 1)).contact == SECURITY

    def test_then_another_contact_of_the_party_is(self) -> None:
        found = step_after(chain(SECURITY), later(DAYS))
        assert (found.contact, found.form, found.held_back) == (ABUSE, NoticeForm.MAIL, "")
        assert found.follows == chain(SECURITY)[0]

    def test_then_a_letter_that_names_nobody(self) -> None:
        found = step_after(chain(SECURITY, ABUSE), later(2 * DAYS))
        assert (found.contact, found.form, found.held_back) == (None, NoticeForm.LETTER, "")
        assert found.addressee == Addressee(BY_HAND, Source.ENTERED, trusted=False)

    def test_then_the_csirt(self) -> None:
        assert step_after(chain(SECURITY, ABUSE, None), later(3 * DAYS)).contact == CSIRT

    def test_and_then_a_person_is_told_that_there_is_no_other_way(self) -> None:
        found = step_after(chain(SECURITY, ABUSE, None, CSIRT), later(4 * DAYS))
        assert found.addressee is None
        assert "no answer on any way" in found.held_back

    def test_a_csirt_that_nobody_confirmed_is_not_written_to(self) -> None:
        stranger = replace(CSIRT, confirmed_by=None)
        assert step_after(chain(SECURITY, None), later(2 * DAYS), [SECURITY, stranger]).held_back

    def test_on_the_new_way_an_answer_is_waited_for(self) -> None:
        found = step_after(chain(SECURITY, ABUSE), later(DAYS + 20))
        assert "it waits for an answer until 2026-08-30" in found.held_back

    @pytest.mark.parametrize("answer", [Act.GOT_IT, Act.STOP_REQUESTED, Act.TRANSFER_REQUESTED])
    def test_who_answered_stays_the_one_to_write_to(self, answer: Act) -> None:
        assert step_after([on(FIRST, SECURITY, *SENT, answer)], later(100)).contact == SECURITY

    def test_what_was_told_in_an_earlier_episode_is_over(self) -> None:
        assert step_after(chain(SECURITY), later(100), episode=later(50)).contact == SECURITY

    def test_a_notice_of_another_incident_is_none_of_this_one(self) -> None:
        other = replace(chain(SECURITY)[0], key=replace(KEY, domain="navy.ml"))
        assert step_after([other], later(100)).contact == SECURITY


class TestComingBack:
    def test_a_bounce_waits_two_days_for_a_sign_of_life(self) -> None:
        bounced = on(FIRST, SECURITY, *SENT, Act.BOUNCED)
        assert "bounced" in step_after([bounced], later(1), period="2026-07").held_back
        assert step_after([bounced], later(3), period="2026-07").contact == ABUSE

    def test_one_that_bounced_last_month_hinders_nothing(self) -> None:
        bounced = on(FIRST, SECURITY, *SENT, Act.BOUNCED)
        assert step_after([bounced], later(35)).contact == SECURITY, "it is bad by then, and no contact at all"

    @pytest.mark.parametrize(
        ("acts", "days", "bad"),
        [
            ((*SENT, Act.WRONG), 0, True),
            ((*SENT, Act.BOUNCED), 1, False),
            ((*SENT, Act.BOUNCED), 3, True),
            ((*SENT, Act.BOUNCED, Act.GOT_IT), 3, False),
            (SENT, 100, False),
            ((Act.APPROVED, Act.SENDING, Act.FAILED), 3, False),
        ],
        ids=["wrong", "bounced", "not mended", "mended", "sent", "refused by the smarthost"],
    )
    def test_when_a_contact_is_bad(self, acts: Sequence[Act], days: int, bad: bool) -> None:
        now = datetime.combine(later(days), time(9), tzinfo=UTC)
        assert (makes_bad(on(FIRST, SECURITY, *acts), now) is not None) is bad

    def test_a_letter_makes_nobody_bad(self) -> None:
        now = datetime.combine(later(9), time(9), tzinfo=UTC)
        assert makes_bad(on(FIRST, None, *SENT, Act.WRONG), now) is None
