"""People decide: who approves what, and what no notice shall go out about."""

from __future__ import annotations

import pytest

from catcher.desk.context import NotFound
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.telling.notice import NoticeForm
from catcher.model.telling.noticelife import Act, NoticeState
from catcher.model.telling.suppression import Scope, Suppression
from catcher.notices.approval import NotNow, approve, decide, posted, requested, subject_of, suppress, text_of
from catcher.store import MemoryStore
from tests.support.notices import KEY, MORNING, another, step
from tests.support.sending import TEXT


def holding(*numbers: int, approvals: int = 1) -> MemoryStore:
    store = MemoryStore()
    for number in numbers:
        store.add_notice(another(number, approvals=approvals), TEXT)
    return store


def test_a_person_approves() -> None:
    store = holding(1, 2)
    done = list(approve(store, [another(1).id, another(2).id], who="alice", now=MORNING))
    assert [(n.state, n.approvers, n.steps[-1].at) for n in done] == [(NoticeState.APPROVED, ("alice",), MORNING)] * 2


def test_two_different_people_approve() -> None:
    store = holding(1, approvals=2)
    (first,) = approve(store, [another(1).id], who="alice", now=MORNING)
    assert first.state is NoticeState.DRAFTED
    with pytest.raises(NotNow, match="alice has approved it already; another person"):
        list(approve(store, [another(1).id], who="alice", now=MORNING))
    (second,) = approve(store, [another(1).id], who="bob", now=MORNING)
    assert second.state is NoticeState.APPROVED


def test_of_several_none_is_approved_when_one_cannot_be() -> None:
    store = holding(1, 2)
    store.add_step(another(2).id, step(Act.WITHDRAWN, 1))
    with pytest.raises(NotNow, match="it is withdrawn"):
        list(approve(store, [another(1).id, another(2).id], who="alice", now=MORNING))
    with pytest.raises(NotFound):
        list(approve(store, [another(1).id, "ntc-ffffffffffff"], who="alice", now=MORNING))
    found = store.notice(another(1).id)
    assert found is not None and found.state is NoticeState.DRAFTED


def test_what_is_approved_can_be_read() -> None:
    store = holding(1)
    text = text_of(store, another(1))
    assert text.startswith("From: notices@notices.sink.example\nSubject: a report\n\nsome text")


def test_a_text_that_is_gone_is_told_so() -> None:
    store = holding(1)
    withdrawn = store.add_step(another(1).id, step(Act.WITHDRAWN, 1))
    with pytest.raises(NotNow, match="gone"):
        text_of(store, withdrawn)


class TestSuppress:
    def test_it_takes_back_what_is_on_its_way_and_covered(self) -> None:
        store = holding(1, 2)
        other = another(3, key=IncidentKey("other.example", Role.SENDER, "army.ml"))
        store.add_notice(other, TEXT)
        for act in (Act.APPROVED, Act.SENDING, Act.SENT):
            store.add_step(another(2).id, step(act, 1))
        made = Suppression(Scope.PARTY, KEY.party, "they asked", "alice", MORNING)
        (taken_back,) = suppress(store, made)
        assert (taken_back.id, taken_back.state) == (another(1).id, NoticeState.SUPPRESSED)
        assert (taken_back.steps[-1].who, taken_back.steps[-1].note) == ("alice", "they asked")
        assert [n.state for n in store.notices()] == [NoticeState.SUPPRESSED, NoticeState.SENT, NoticeState.DRAFTED]
        assert list(store.suppressions()) == [made]

    def test_one_that_is_over_takes_nothing_back(self) -> None:
        store = holding(1)
        assert suppress(store, Suppression(Scope.PARTY, KEY.party, "", "a", MORNING, MORNING.date())) == []

    @pytest.mark.parametrize(
        ("what", "meant"),
        [
            (KEY.id, (Scope.INCIDENT, KEY.id)),
            ("Army.ML.", (Scope.DOMAIN, "army.ml")),
            ("contractor.example", (Scope.PARTY, "contractor.example")),
            ("bücher.example", (Scope.PARTY, "xn--bcher-kva.example")),
        ],
    )
    def test_what_a_person_may_name(self, what: str, meant: tuple[Scope, str]) -> None:
        assert subject_of(what, keys=[KEY], is_held=lambda name: name == "army.ml") == meant

    @pytest.mark.parametrize("what", ["inc-000000000000", "no domain", ""])
    def test_what_names_nothing(self, what: str) -> None:
        with pytest.raises(NotFound):
            subject_of(what, keys=[KEY], is_held=lambda name: False)


class TestLetters:
    def letter(self) -> MemoryStore:
        store = MemoryStore()
        store.add_notice(another(1, form=NoticeForm.LETTER), b"%PDF-1.7")
        return store

    def test_an_approved_letter_is_told_once_it_is_posted(self) -> None:
        store = self.letter()
        list(approve(store, [another(1).id], who="alice", now=MORNING))
        (sent,) = posted(store, [another(1).id], who="bob", now=MORNING)
        assert (sent.state, sent.steps[-1].who, sent.steps[-1].note) == (NoticeState.SENT, "bob", "posted")
        assert store.notice_text(sent.id) is None
        with pytest.raises(NotNow, match="only an approved letter is posted, and once"):
            list(posted(store, [another(1).id], who="bob", now=MORNING))

    def test_one_that_nobody_approved_is_not_posted(self) -> None:
        with pytest.raises(NotNow, match="it is drafted"):
            list(posted(self.letter(), [another(1).id], who="bob", now=MORNING))

    def test_a_mail_is_not_posted(self) -> None:
        with pytest.raises(NotNow, match="catcher notify send"):
            list(posted(holding(1), [another(1).id], who="bob", now=MORNING))

    def test_it_is_read_as_pdf(self) -> None:
        with pytest.raises(NotNow, match="catcher notify letter"):
            text_of(self.letter(), another(1, form=NoticeForm.LETTER))


def sent(store: MemoryStore, number: int, *acts: Act) -> None:
    for minute, act in enumerate((Act.APPROVED, Act.SENDING, Act.SENT, *acts), 1):
        store.add_step(another(number).id, step(act, minute, "alice"))


def test_approving_another_way_is_noted_at_the_notice_without_answer() -> None:
    store = holding(1)
    sent(store, 1)
    store.add_notice(another(2, follows=another(1).id), TEXT)
    list(approve(store, [another(2).id], who="alice", now=MORNING))
    before = store.notice(another(1).id)
    assert before is not None
    assert (before.state, before.steps[-1].act, before.steps[-1].note) == (
        NoticeState.SENT,
        Act.ESCALATED,
        another(2).id,
    )


class TestRequests:
    @pytest.mark.parametrize("request_", [Act.STOP_REQUESTED, Act.TRANSFER_REQUESTED])
    @pytest.mark.parametrize("done", [True, False])
    def test_a_person_decides_once(self, request_: Act, done: bool) -> None:
        store = holding(1)
        sent(store, 1, request_)
        notice, asked = requested(store, another(1).id)
        assert asked is request_
        decided = decide(store, notice, done=done, who="alice", note="as agreed", now=MORNING)
        assert decided.state is NoticeState.ANSWERED
        assert decided.steps[-1].act is (Act.CONFIRMED if done else Act.DECLINED)
        with pytest.raises(NotNow, match="nothing that its party asked for waits"):
            requested(store, another(1).id)

    def test_without_a_request_there_is_nothing_to_decide(self) -> None:
        store = holding(1)
        sent(store, 1, Act.GOT_IT)
        with pytest.raises(NotNow):
            requested(store, another(1).id)

    def test_what_is_asked_for_later_waits_again(self) -> None:
        store = holding(1)
        sent(store, 1, Act.TRANSFER_REQUESTED, Act.DECLINED, Act.STOP_REQUESTED)
        assert requested(store, another(1).id)[1] is Act.STOP_REQUESTED
