"""Sending: every step is durable before the next, whatever dies where; nothing is lost, a copy is the same mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from itertools import pairwise
from pathlib import Path

import pytest

from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.ports import Store
from catcher.model.telling.notice import TEXT_DAYS, LedgerEntry, NoticeForm
from catcher.model.telling.noticelife import Act, NoticeState
from catcher.model.telling.suppression import Scope, Suppression
from catcher.notices.sending import retry_wait
from catcher.notices.smarthost import SmarthostReply, SmtpReplyKind
from catcher.store import MemoryStore, SqliteStore
from tests.support.notices import CONTACT, KEY, MORNING, another
from tests.support.sending import CODES, DOMAIN, TEXT, Dying, Host, Killed, Ticking, approved, sender_over

LATER = SmarthostReply(SmtpReplyKind.LATER, "RCPT 450 4.2.0 greylisted")
REFUSED = SmarthostReply(SmtpReplyKind.REFUSED, "DATA 552 5.3.4 too big")
NOBODY = SmarthostReply(SmtpReplyKind.NO_SUCH_ADDRESS, "RCPT 550 5.1.1 no such user")


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "catcher.db")
    yield made
    made.close()


def acts(store: Store, id: str) -> list[Act]:
    notice = store.notice(id)
    assert notice is not None
    return [step.act for step in notice.steps]


def test_an_approved_notice_is_sent_once(store: Store) -> None:
    id, host = approved(store), Host()
    (sent,) = sender_over(store, host, Ticking()).send()
    assert (sent.state, sent.steps[-1].note) == (NoticeState.SENT, "250 2.0.0 Ok")
    assert acts(store, id) == [Act.DRAFTED, Act.APPROVED, Act.SENDING, Act.SENT]
    assert list(sender_over(store, host, Ticking()).send()) == []
    assert len(host.taken) == 1


def test_the_mail_is_the_text_with_date_and_signature_in_an_envelope_that_names_the_notice(store: Store) -> None:
    id, host = approved(store), Host()
    list(sender_over(store, host, Ticking()).send())
    (mail,) = host.taken
    assert mail.octets.endswith(TEXT)
    parsed = message_from_bytes(mail.octets, policy=SMTP)
    sent = store.notice(id)
    assert sent is not None
    assert parsed["Date"].datetime == sent.first_sending_at
    assert "d=notices.sink.example" in parsed["DKIM-Signature"]
    assert mail.forward_path == CONTACT.address
    local_part, _, domain = mail.reverse_path.partition("@")
    assert (local_part.partition("+")[0], domain) == ("bounce", DOMAIN)
    answer = CODES.answer(local_part)
    assert answer is not None and answer[1] == id


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("replies", "state"),
    [
        ([], NoticeState.SENT),
        ([LATER], NoticeState.SENT),
        ([LATER, *[REFUSED] * 9], NoticeState.FAILED),
        ([NOBODY] * 9, NoticeState.FAILED),
    ],
    ids=["250", "450 250", "450 552", "550"],
)
@pytest.mark.parametrize("at", range(1, 9))
def test_wherever_it_dies_nothing_is_lost_and_a_copy_is_the_same_mail(
    store: Store, replies: list[SmarthostReply], state: NoticeState, at: int, after: bool
) -> None:
    id, host, clock = approved(store), Host(list(replies)), Ticking()
    dying = Dying(store, host, at, after=after)
    unknown = False
    for _ in range(6):
        try:
            list(sender_over(dying, dying, clock).send())
        except Killed:
            unknown = dying.acts[-1] == ("deliver" if after else Act.SENT)
            dying = Dying(store, host)
        clock.moment += timedelta(hours=7)
    notice = store.notice(id)
    assert notice is not None
    assert notice.state is state
    assert len({mail.octets for mail in host.offered}) == 1, "every copy is the same, octet for octet"
    if state is NoticeState.SENT:
        assert len(host.taken) <= 1 + unknown, "a copy only where the 250 came and nobody knew"
        assert host.taken
    else:
        assert host.taken == []


def test_of_several_the_others_go_on_after_a_crash(store: Store) -> None:
    for number in (1, 2, 3):
        key = IncidentKey(f"party{number}.example", Role.SENDER, "army.ml")
        approved(store, number, key=key)
    host, clock = Host(), Ticking()
    dying = Dying(store, host, 5)
    with pytest.raises(Killed):
        list(sender_over(dying, dying, clock).send())
    list(sender_over(store, host, clock).send())
    assert {notice.state for notice in store.notices()} == {NoticeState.SENT}
    assert len(host.taken) == 3


def test_a_smarthost_that_cannot_now_is_tried_again_with_longer_and_longer_waits(store: Store) -> None:
    id, host, clock = approved(store), Host([LATER] * 50), Ticking()
    moments = []
    while True:
        (notice,) = sender_over(store, host, clock).send()
        moments.append(notice.steps[-2].at)
        assert list(sender_over(store, host, clock).send()) == [], "not before its time"
        if notice.state is NoticeState.FAILED:
            break
        assert notice.again_at is not None
        clock.moment = notice.again_at
    waits = [round((b - a) / timedelta(minutes=1)) for a, b in pairwise(moments)]
    assert waits[:5] == [15, 30, 60, 120, 240]
    assert set(waits[5:]) == {360}
    assert timedelta(hours=40) < moments[-1] - moments[0] <= timedelta(hours=48)
    assert notice.steps[-1].note == f"given up after {len(moments)} attempts: {LATER.text}"
    assert acts(store, id).count(Act.SENDING) == len(moments)


def test_waits_stay_finite() -> None:
    assert retry_wait(1) == timedelta(minutes=15)
    assert retry_wait(10_000) == timedelta(hours=6)


def test_an_address_that_the_smarthost_will_not_have_makes_the_contact_bad(store: Store) -> None:
    approved(store)
    bad: list[tuple[str, str]] = []
    (failed,) = sender_over(store, Host([NOBODY]), Ticking(), bad).send()
    assert (failed.state, failed.steps[-1].note) == (NoticeState.FAILED, NOBODY.text)
    assert bad == [(KEY.party, CONTACT.address)]


def test_another_refusal_says_nothing_of_the_contact(store: Store) -> None:
    approved(store)
    bad: list[tuple[str, str]] = []
    (failed,) = sender_over(store, Host([REFUSED]), Ticking(), bad).send()
    assert (failed.state, bad) == (NoticeState.FAILED, [])


def test_what_nobody_approved_is_not_sent(store: Store) -> None:
    host = Host()
    store.add_notice(another(1), TEXT)
    store.add_notice(another(2, approvals=2), TEXT)
    store.add_step(another(2).id, LedgerEntry(Act.APPROVED, MORNING, "alice"))
    assert list(sender_over(store, host, Ticking()).send()) == []
    assert host.offered == []


def test_a_letter_is_posted_by_a_person(store: Store) -> None:
    approved(store, form=NoticeForm.LETTER)
    assert list(sender_over(store, Host(), Ticking()).send()) == []


def test_only_those_named(store: Store) -> None:
    ids = [approved(store, n, key=IncidentKey(f"p{n}.example", Role.SENDER, "army.ml")) for n in (1, 2)]
    (sent,) = sender_over(store, Host(), Ticking()).send(frozenset(ids[1:]))
    assert sent.id == ids[1]


def test_a_suppression_made_meanwhile_keeps_it_back(store: Store) -> None:
    approved(store)
    store.suppress(Suppression(Scope.DOMAIN, KEY.domain, "asked", "alice", MORNING))
    host = Host()
    assert list(sender_over(store, host, Ticking()).send()) == []
    assert host.offered == []


def test_what_is_taken_back_between_two_looks_is_not_sent(store: Store) -> None:
    """The step before the dialogue is refused by the store, so no octet is sent."""
    id, host = approved(store), Host()
    generator = sender_over(store, host, Ticking()).send()
    store.add_step(id, LedgerEntry(Act.SUPPRESSED, MORNING, "alice", "asked"))
    assert list(generator) == []
    assert host.offered == []


@pytest.mark.parametrize(
    ("tried", "state"), [((), NoticeState.WITHDRAWN), ((Act.SENDING,), NoticeState.FAILED)], ids=["untried", "tried"]
)
def test_old_numbers_are_not_sent(store: Store, tried: tuple[Act, ...], state: NoticeState) -> None:
    id, host, clock = approved(store), Host(), Ticking()
    for act in tried:
        store.add_step(id, LedgerEntry(act, MORNING + timedelta(minutes=2), "catcher"))
    clock.moment = MORNING + TEXT_DAYS
    (notice,) = sender_over(store, host, clock).send()
    assert notice.state is state
    assert host.offered == []
    assert store.notice_text(id) is None
