"""A notice's state follows from its steps, whatever happens in which order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.telling.notice import LedgerEntry, Notice, OutOfOrder, notice_id
from catcher.model.telling.noticelife import AFTER, Act, NoticeState
from catcher.model.telling.suppression import Scope, Suppression, suppressed
from tests.support.notices import KEY, MORNING, notice, step, steps


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        ((), NoticeState.DRAFTED),
        ((Act.APPROVED,), NoticeState.APPROVED),
        ((Act.APPROVED, Act.SENDING), NoticeState.SENDING),
        ((Act.APPROVED, Act.SENDING, Act.SENDING), NoticeState.SENDING),
        ((Act.APPROVED, Act.SENDING, Act.DEFERRED), NoticeState.DEFERRED),
        ((Act.APPROVED, Act.SENDING, Act.DEFERRED, Act.SENDING, Act.SENT), NoticeState.SENT),
        ((Act.APPROVED, Act.SENT), NoticeState.SENT),
        ((Act.APPROVED, Act.SENDING, Act.FAILED), NoticeState.FAILED),
        ((Act.APPROVED, Act.SENDING, Act.SENT, Act.BOUNCED), NoticeState.BOUNCED),
        ((Act.APPROVED, Act.SENDING, Act.SENT, Act.GOT_IT), NoticeState.ANSWERED),
        ((Act.APPROVED, Act.SENDING, Act.SENT, Act.GOT_IT, Act.BOUNCED), NoticeState.ANSWERED),
        ((Act.APPROVED, Act.SENDING, Act.SENT, Act.BOUNCED, Act.GOT_IT), NoticeState.ANSWERED),
        ((Act.APPROVED, Act.SENDING, Act.SENT, Act.GOT_IT, Act.WRONG), NoticeState.WRONG),
        ((Act.APPROVED, Act.SENDING, Act.SENT, Act.ESCALATED), NoticeState.SENT),
        ((Act.WITHDRAWN,), NoticeState.WITHDRAWN),
        ((Act.APPROVED, Act.SUPPRESSED), NoticeState.SUPPRESSED),
    ],
)
def test_the_state_follows_from_the_steps(acts: tuple[Act, ...], state: NoticeState) -> None:
    assert notice(*acts).state is state


@pytest.mark.parametrize("answer", [Act.GOT_IT, Act.STOP_REQUESTED, Act.TRANSFER_REQUESTED, Act.WRONG, Act.BOUNCED])
def test_an_answer_may_overtake_our_knowing_that_it_was_sent(answer: Act) -> None:
    """The process was killed after the smarthost's 250 and before the step was stored."""
    overtaken = notice(Act.APPROVED, Act.SENDING, answer)
    assert not overtaken.state.on_its_way, "it is not sent again"
    assert overtaken.with_step(step(Act.SENT, 9)).state is overtaken.state


@pytest.mark.parametrize("end", [Act.WITHDRAWN, Act.SUPPRESSED])
def test_what_is_taken_back_is_not_sent_but_may_have_been(end: Act) -> None:
    taken_back = notice(Act.APPROVED, Act.SENDING, end)
    with pytest.raises(OutOfOrder):
        taken_back.with_step(step(Act.SENDING, 9))
    assert taken_back.with_step(step(Act.SENT, 9)).state is NoticeState.SENT


def test_two_people_approve_where_two_are_asked_for() -> None:
    waiting = notice(step(Act.APPROVED, 1, "alice"), step(Act.APPROVED, 2, "alice"), approvals=2)
    assert waiting.state is NoticeState.DRAFTED
    with pytest.raises(OutOfOrder):
        waiting.with_step(step(Act.SENDING, 3))
    approved = waiting.with_step(step(Act.APPROVED, 3, "bob"))
    assert approved.state is NoticeState.APPROVED
    assert approved.approvers == ("alice", "bob")


def test_nothing_is_sent_that_nobody_approved() -> None:
    with pytest.raises(OutOfOrder):
        notice(Act.SENDING)
    with pytest.raises(OutOfOrder):
        notice(Act.SENT)


@given(st.lists(steps(), max_size=12), st.data())
def test_the_state_is_the_same_wherever_the_ledger_was_cut(tried: list[LedgerEntry], data: st.DataObject) -> None:
    """A crash leaves a beginning of the ledger: going on from there gives what going on without a crash gave."""
    whole = notice()
    for each in tried:
        if whole.steps[-1].act is each.act or each.act not in {*AFTER[whole.state], Act.ESCALATED}:
            continue
        whole = whole.with_step(each)
    cut = data.draw(st.integers(1, len(whole.steps)))
    again = Notice(**{name: getattr(whole, name) for name in Notice.__slots__} | {"steps": whole.steps[:cut]})
    assert again.state in NoticeState
    for each in whole.steps[cut:]:
        again = again.with_step(each)
    assert (again, again.state) == (whole, whole.state)


@given(st.lists(steps(), max_size=12))
def test_sending_needs_approval_by_as_many_people_as_are_asked_for(tried: list[LedgerEntry]) -> None:
    made = notice(approvals=2)
    for each in tried:
        try:
            made = made.with_step(each)
        except OutOfOrder:
            continue
    went = {
        NoticeState.SENDING,
        NoticeState.DEFERRED,
        NoticeState.SENT,
        NoticeState.FAILED,
        NoticeState.BOUNCED,
        NoticeState.ANSWERED,
        NoticeState.WRONG,
    }
    assert made.state not in went or len(made.approvers) >= 2 or made.first(Act.SENDING) is None
    assert made.first(Act.SENDING) is None or len(made.approvers) >= 2


def test_the_date_of_the_mail_is_that_of_the_first_attempt() -> None:
    tried = notice(Act.APPROVED, Act.SENDING, step(Act.DEFERRED, 3, again_at=MORNING + timedelta(hours=1)))
    assert tried.again_at == MORNING + timedelta(hours=1)
    again = tried.with_step(step(Act.SENDING, 70))
    assert again.first_sending_at == tried.steps[2].at
    assert (again.attempts, again.again_at) == (2, None)


def test_ids_differ_by_incident_month_address_and_day() -> None:
    day = MORNING.date()
    base = notice_id(KEY.id, "2026-06", "a@party.example", day)
    assert base == notice_id(KEY.id, "2026-06", "a@party.example", day)
    others = {
        notice_id("inc-1", "2026-06", "a@party.example", day),
        notice_id(KEY.id, "2026-07", "a@party.example", day),
        notice_id(KEY.id, "2026-06", "b@party.example", day),
        notice_id(KEY.id, "2026-06", "a@party.example", day + timedelta(days=1)),
    }
    assert len(others | {base}) == 5


def test_the_printed_form_shows_no_address() -> None:
    assert "security@" not in repr(notice())


class TestSuppression:
    @pytest.mark.parametrize(
        ("scope", "subject"), [(Scope.PARTY, KEY.party), (Scope.INCIDENT, KEY.id), (Scope.DOMAIN, KEY.domain)]
    )
    def test_by_party_incident_and_domain(self, scope: Scope, subject: str) -> None:
        made = Suppression(scope, subject, "asked", "alice", MORNING)
        assert suppressed([made], KEY, date(2100, 1, 1)) == made
        assert suppressed([Suppression(scope, "else.example", "", "", MORNING)], KEY, MORNING.date()) is None

    def test_until_a_day(self) -> None:
        made = Suppression(Scope.PARTY, KEY.party, "asked", "alice", MORNING, date(2026, 9, 1))
        assert suppressed([made], KEY, date(2026, 8, 31)) == made
        assert suppressed([made], KEY, date(2026, 9, 1)) is None

    def test_the_latest_on_a_subject_holds(self) -> None:
        for_good = Suppression(Scope.PARTY, KEY.party, "asked", "alice", MORNING)
        lifted = Suppression(Scope.PARTY, KEY.party, "they changed their mind", "bob", MORNING, MORNING.date())
        assert suppressed([for_good, lifted], KEY, MORNING.date()) is None
        assert suppressed([lifted, for_good], KEY, MORNING.date()) == for_good
