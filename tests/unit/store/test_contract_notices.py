"""The contract of ``ports.Store`` for notices, their steps and texts, and suppressions, over every implementation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from catcher.model.ports import Store
from catcher.model.telling.notice import TEXT_DAYS, Notice, OutOfOrder
from catcher.model.telling.noticelife import Act, NoticeState
from catcher.model.telling.suppression import Scope, Suppression
from tests.support.folding import folder
from tests.support.notices import MORNING, another, notice, step

TEXT = b"Subject: a report\r\n\r\n\x00\xff"


def test_a_draft_comes_back_as_it_went_in(store: Store) -> None:
    drafted = notice(follows="ntc-000000000001", approvals=2)
    assert store.add_notice(drafted, TEXT)
    assert store.notice(drafted.id) == drafted
    assert list(store.notices()) == [drafted]
    assert store.notice_text(drafted.id) == TEXT


def test_a_notice_that_is_there_is_left_as_it_is(store: Store) -> None:
    store.add_notice(notice(), TEXT)
    before = store.add_step(notice().id, step(Act.APPROVED, 1, "alice"))
    assert not store.add_notice(notice(), b"another text")
    assert list(store.notices()) == [before]
    assert store.notice_text(before.id) == TEXT


def test_what_does_not_begin_with_a_draft_is_not_taken(store: Store) -> None:
    with pytest.raises(OutOfOrder):
        store.add_notice(replace(notice(), steps=(step(Act.SENT),)), TEXT)
    assert list(store.notices()) == []


def test_a_step_that_may_be_there_once_is_not_added_again(store: Store) -> None:
    sent = notice(Act.APPROVED, Act.SENDING, Act.SENT)
    store.add_notice(sent, TEXT)
    answered = store.add_step(sent.id, step(Act.GOT_IT, 10), once=True)
    assert store.add_step(sent.id, step(Act.GOT_IT, 20), once=True) == answered
    assert store.notice(sent.id) == answered
    assert len(store.add_step(sent.id, step(Act.GOT_IT, 20)).steps) == len(answered.steps) + 1


def test_notices_come_in_the_order_of_their_drafts(store: Store) -> None:
    made = [another(number) for number in (3, 1, 2)]
    for each in made:
        store.add_notice(each, TEXT)
    store.add_step(made[1].id, step(Act.WITHDRAWN, 1))
    assert [each.id for each in store.notices()] == [each.id for each in made]


def test_a_step_is_added_to_the_second(store: Store) -> None:
    store.add_notice(notice(), TEXT)
    odd = timedelta(microseconds=999_999)
    store.add_step(notice().id, replace(step(Act.APPROVED, 1, "alice"), at=MORNING + odd))
    store.add_step(notice().id, step(Act.SENDING, 2))
    deferred = step(Act.DEFERRED, 3, note="450 later", again_at=MORNING + timedelta(hours=1) + odd)
    found = store.add_step(notice().id, deferred)
    assert found.steps[1].at == MORNING
    assert found.steps[3].again_at == MORNING + timedelta(hours=1)
    assert store.notice(found.id) == found


def test_a_step_that_cannot_follow_is_not_stored(store: Store) -> None:
    store.add_notice(notice(), TEXT)
    with pytest.raises(OutOfOrder):
        store.add_step(notice().id, step(Act.SENDING, 1))
    assert store.notice(notice().id) == notice()


def test_an_unknown_notice_has_no_steps(store: Store) -> None:
    with pytest.raises(KeyError):
        store.add_step("ntc-000000000000", step(Act.APPROVED))
    assert store.notice("ntc-000000000000") is None
    assert store.notice_text("ntc-000000000000") is None


@pytest.mark.parametrize(
    ("acts", "kept"),
    [
        ((Act.APPROVED,), True),
        ((Act.APPROVED, Act.SENDING), True),
        ((Act.APPROVED, Act.SENDING, Act.DEFERRED), True),
        ((Act.APPROVED, Act.SENDING, Act.SENT), False),
        ((Act.APPROVED, Act.SENDING, Act.FAILED), False),
        ((Act.APPROVED, Act.SENDING, Act.GOT_IT), False),
        ((Act.WITHDRAWN,), False),
        ((Act.SUPPRESSED,), False),
    ],
)
def test_a_text_lives_as_long_as_its_notice_is_on_its_way(store: Store, acts: tuple[Act, ...], kept: bool) -> None:
    store.add_notice(notice(), TEXT)
    for minute, act in enumerate(acts, 1):
        store.add_step(notice().id, step(act, minute, "alice"))
    assert store.notice_text(notice().id) == (TEXT if kept else None)


def test_old_texts_are_purged_and_their_notices_stay(store: Store) -> None:
    """So that evidence of a mail is not kept by a draft that nobody approves."""
    young = another(7)
    young = replace(young, steps=(replace(young.steps[0], at=MORNING + timedelta(seconds=1)),))
    for each in (notice(), young):
        store.add_notice(each, TEXT)
    now = MORNING + TEXT_DAYS + timedelta(seconds=1)
    would = store.purge(now, keep_days=30, folder=folder, dry_run=True)
    assert would.notice_texts_deleted == 1
    assert store.notice_text(notice().id) == TEXT
    assert store.purge(now, keep_days=30, folder=folder) == would
    assert [store.notice_text(each.id) for each in (notice(), young)] == [None, TEXT]
    assert [each.state for each in store.notices()] == [NoticeState.DRAFTED, NoticeState.DRAFTED]


def test_suppressions_come_in_the_order_in_which_they_were_made(store: Store) -> None:
    made = [
        Suppression(Scope.PARTY, "contractor.example", "asked for it", "alice", MORNING, date(2026, 9, 1)),
        Suppression(Scope.DOMAIN, "army.ml", "é\n'", "bob", MORNING),
    ]
    for each in made:
        store.suppress(replace(each, at=each.at + timedelta(microseconds=5)))
    assert list(store.suppressions()) == made


def test_notices_outlive_everything_else(store: Store) -> None:
    """What was told to whom, and who approved it, is the operator's account."""
    sent: Notice = notice(Act.APPROVED, Act.SENDING, Act.SENT)
    store.add_notice(sent, TEXT)
    store.purge(MORNING + timedelta(days=4000), keep_days=1, folder=folder)
    assert store.notice(sent.id) == sent
