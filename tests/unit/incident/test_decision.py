"""The decision by role: what makes a notice due, what doesn't, and when a second person approves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from catcher.incident import NoticeDecision, count_mailboxes, fold, judge_notice, mailbox_totals, measure_incident
from catcher.model.leak.incident import Incident, Role
from catcher.model.leak.measures import Measures, NoticeKind, Period
from catcher.model.mail.counting import Residual
from catcher.model.mail.fingerprint import AuthResult, DkimResult, DmarcResult, MailClass, Nature
from catcher.model.mail.observation import Observation
from tests.support.folding import party_of
from tests.support.observations import observation, sender

JUNE = Period.parse("2026-06")
ANSWER = Nature(MailClass.PERSON, 0.9, None, ("in-reply-to",))


def seen(day: int, mailbox: str, **changes: object) -> Observation:
    moment = datetime(2026, 6, day, 8, 0, tzinfo=UTC)
    return observation(observed_at=moment, reverse_path_token=mailbox, **changes)


def answer(day: int, mailbox: str, **changes: object) -> Observation:
    return seen(day, mailbox, nature=ANSWER, **changes)


def forward(day: int, author: str | None, **changes: object) -> Observation:
    proven = DmarcResult(AuthResult.PASS if author else AuthResult.NONE, author, None)
    authentication = replace(observation().authentication, dkim=(), dmarc=proven)
    more = {"fresh_reason": "forward", "mail_class": MailClass.BULK, "authentication": authentication}
    return seen(day, "box", **(more | changes))


def unbound(day: int, mailbox: str, tenant: str = "contractor.onmicrosoft.com", **changes: object) -> Observation:
    key = DkimResult(AuthResult.PASS, tenant, "s1", "rsa-sha256", False)
    authentication = replace(observation().authentication, dkim=(key,))
    return seen(day, mailbox, fresh=False, fresh_reason="unbound-tenant", authentication=authentication, **changes)


def of(mails: tuple[Observation, ...], role: Role, party: str | None = None) -> Incident:
    folded = fold(mails, party_of=party_of).values()
    (found,) = [i for i in folded if i.key.role is role and party in (None, i.key.party)]
    return found


def decisions(incident: Incident, bound: frozenset[str] = frozenset()) -> NoticeDecision:
    """The decision while the tokens live, which is the same after they are deleted."""
    live = judge_notice(measure_incident(incident, JUNE, bound=bound))
    gone = replace(incident, mailboxes=frozenset(), settled=mailbox_totals(incident.mailboxes))
    assert judge_notice(measure_incident(gone, JUNE, bound=bound)) == live
    return live


def sent(*mails: Observation, bound: frozenset[str] = frozenset()) -> NoticeDecision:
    return decisions(of(mails, Role.SENDER, "contractor.example"), bound)


def meant(*mails: Observation, bound: frozenset[str] = frozenset()) -> NoticeDecision:
    return decisions(of(mails, Role.INTENDED), bound)


def forwarded(*mails: Observation) -> NoticeDecision:
    return decisions(of(mails, Role.FORWARDER))


class TestSenders:
    def test_two_mailboxes_on_two_days_must_answer_nothing(self) -> None:
        own = (seen(1, "a"), seen(2, "b"))
        assert sent(*own, answer(3, "c")).kind is NoticeKind.LEAK
        assert sent(*own, answer(3, "c")).due
        one_box = sent(seen(1, "a"), seen(2, "a"), answer(3, "b"), answer(3, "c"))
        assert "1 sending mailbox that answers nothing (needs 2)" in str(one_box) and not one_box.due
        one_day = sent(seen(1, "a"), seen(1, "b"), answer(2, "b"), answer(3, "c"))
        assert "1 day with mail that answers nothing (needs 2)" in str(one_day) and not one_day.due

    def test_what_rests_on_answers_alone_is_its_own_kind(self) -> None:
        found = sent(answer(1, "a"), answer(2, "b"), answer(3, "c"))
        assert (found.due, found.kind) == (True, NoticeKind.ANSWERS)
        assert str(found).startswith("would notify (answers): 3 sending mailboxes (at least 3); 3 days (at least 3)")
        assert not sent(answer(1, "a"), answer(2, "b"), answer(2, "c")).due

    def test_one_person_behind_changing_reverse_paths_is_one_mailbox(self) -> None:
        found = sent(*(seen(day, f"prvs{day}", author_token="ada") for day in range(1, 9)))
        assert str(found).startswith("would not notify: 1 sending mailbox (needs 3)")

    def test_one_reverse_path_of_many_authors_is_one_mailbox(self) -> None:
        """A form or a service writes From as it likes, and sends by one reverse-path."""
        found = sent(*(seen(day, "www", author_token=f"author{day}") for day in range(1, 9)))
        assert str(found).startswith("would not notify: 1 sending mailbox (needs 3)")

    def test_an_author_that_no_aligned_signature_proves_is_none(self) -> None:
        bare = replace(observation().authentication, dkim=())
        mails = [seen(d, "ada", author_token=f"forged{d}", authentication=bare, fresh_reason="spf") for d in (1, 2, 3)]
        measures = measure_incident(of(tuple(mails), Role.SENDER), JUNE)
        assert (measures.authors.number, measures.reverse_paths.number) == (1, 1)

    def test_both_figures_are_there_and_whether_they_differ_by_half(self) -> None:
        batv = tuple(seen(day, f"prvs{day}", author_token="ada") for day in (1, 2, 3))
        measures = measure_incident(of(batv, Role.SENDER), JUNE)
        assert (measures.senders.number, measures.authors.number, measures.reverse_paths.number) == (1, 1, 3)
        assert measures.mailboxes_differ
        alike = measure_incident(of((seen(1, "a"), seen(2, "b"), seen(3, "c")), Role.SENDER), JUNE)
        assert not alike.mailboxes_differ


class TestSecondApprover:
    def test_a_way_with_a_residual_attack_alone_needs_one(self) -> None:
        found = sent(*(seen(day, f"box{day}", fresh_reason="provider") for day in (1, 2, 3)))
        assert (found.due, found.second_approver) == (True, True)
        assert Residual.SAME_PLATFORM_REPLAY in found.residuals

    def test_enough_mail_of_other_ways_needs_none(self) -> None:
        firm = [seen(day, f"box{day}") for day in (1, 2, 3)]
        found = sent(*firm, *(seen(day, f"more{day}", fresh_reason="provider") for day in (1, 2, 3)))
        assert (found.due, found.second_approver, found.residuals) == (True, False, ())

    def test_two_firm_mailboxes_and_a_third_by_a_residual_way_need_one(self) -> None:
        found = sent(seen(1, "a"), seen(2, "b"), seen(3, "c", fresh_reason="provider"))
        assert (found.due, found.second_approver) == (True, True)

    def test_firm_answers_do_not_carry_a_leak_of_residual_mail(self) -> None:
        answers = [answer(day, f"box{day}") for day in (1, 2, 3)]
        found = sent(*answers, *(seen(day, f"own{day}", fresh_reason="provider") for day in (4, 5)))
        assert (found.due, found.kind, found.second_approver) == (True, NoticeKind.LEAK, True)

    def test_an_answer_by_a_residual_way_is_residual(self) -> None:
        found = sent(*(answer(day, f"box{day}", fresh_reason="provider") for day in (1, 2, 3)))
        assert (found.due, found.kind, found.second_approver) == (True, NoticeKind.ANSWERS, True)


SHOPS = ("shop-a.example", "shop-b.example", "shop-c.example", "shop-d.example")


class TestIntendedParties:
    def test_a_sender_counts_from_two_days_on(self) -> None:
        once = [seen(day, f"box{day}", sender=sender(shop)) for day, shop in enumerate(SHOPS, 1)]
        found = meant(*once)
        assert not found.due and "4 mails are of senders with mail on fewer than 2 days" in str(found)
        twice = [seen(day + 5, f"box{day}", sender=sender(shop)) for day, shop in enumerate(SHOPS[:3], 1)]
        assert meant(*once, *twice).due
        assert not meant(*once, *twice[:2]).due, "two senders of one mailbox each"

    def test_who_is_no_organisation_is_a_sender_by_mailbox(self) -> None:
        free = {"sender": sender("freemail.example")}
        once = [seen(day, f"box{day}", **free) for day in range(1, 20)]
        assert not meant(*once).due
        twice = [seen(day, box, **free) for box in ("a", "b", "c") for day in (1, 3)]
        assert not meant(*twice).due, "two days"
        assert not meant(*twice, seen(5, "once", **free)).due, "the third day is of another sender"
        assert meant(*twice, seen(5, "a", **free)).due

    def test_mailboxes_that_change_by_themselves_pass_no_floor(self) -> None:
        free = {"sender": sender("freemail.example"), "author_token": "ada"}
        assert not meant(*(seen(day, f"prvs{day}", **free) for day in range(1, 9))).due

    def test_answers_and_forwards_never_make_it_due(self) -> None:
        answers = [answer(day, f"box{day}") for day in range(1, 9)]
        assert not meant(*answers).due
        measures = measure_incident(of((*answers, forward(3, "author.example")), Role.INTENDED), JUNE)
        assert (measures.tally.total.mails, measures.tally.total.counted) == (9, 8)
        forwards = [forward(day, f"author{day}.example") for day in range(1, 9)]
        assert str(meant(*forwards)) == "would not notify: none of 8 mails in 2026-06 counts"

    def test_three_mailboxes_of_one_organisation_are_enough(self) -> None:
        assert meant(seen(1, "a"), seen(2, "b"), seen(3, "c")).due


class TestForwarders:
    def test_five_days_and_three_authors_organisations_make_it_due(self) -> None:
        mails = [forward(day, f"author{day % 3}.example") for day in range(1, 6)]
        found = forwarded(*mails)
        assert (found.due, found.kind) == (True, NoticeKind.FORWARD)
        assert not forwarded(*mails[:4]).due, "four days"
        assert not forwarded(*(forward(day, f"author{day % 2}.example") for day in range(1, 9))).due, "two authors"
        assert not forwarded(*(forward(day, None) for day in range(1, 9))).due, "no proven author"

    def test_the_author_s_organisation_is_the_counterpart_and_gets_no_incident(self) -> None:
        folded = fold([forward(1, "author.example")], party_of=party_of).values()
        assert {(i.key.party, i.key.role) for i in folded} == {
            ("contractor.example", Role.FORWARDER),
            ("army.mil", Role.INTENDED),
        }
        (cell,) = of((forward(1, "author.example"),), Role.FORWARDER).cells
        assert cell.counterpart == "author.example"
        (cell,) = of((forward(1, "freemail.example"),), Role.FORWARDER).cells
        assert cell.counterpart == ""

    def test_five_days_of_journal_reports_are_a_rule_whoever_their_author_is(self) -> None:
        report = Nature(MailClass.AUTOMATIC, 0.5, None, ("journal-report",))
        reports = [forward(day, "contractor.example", nature=report) for day in range(1, 6)]
        found = forwarded(*reports)
        assert (found.due, found.kind, found.second_approver) == (True, NoticeKind.FORWARD, True)
        assert not forwarded(*reports[:4]).due

    def test_a_replayed_forward_is_in_the_figures_alone(self) -> None:
        mails = [forward(day, f"author{day}.example", replayed=True) for day in range(1, 9)]
        assert not forwarded(*mails).due


CONTRACTOR = frozenset({"contractor.example"})


class TestTenants:
    MAILS = tuple(unbound(day, f"box{day}") for day in (1, 2, 3))

    def test_an_unbound_tenant_is_in_the_figures_and_never_due(self) -> None:
        found = sent(*self.MAILS)
        assert not found.due
        assert "3 mails count only if the tenant that signs them is the sender's" in str(found)

    def test_a_bound_one_counts_and_a_second_person_approves(self) -> None:
        found = sent(*self.MAILS, bound=CONTRACTOR)
        assert (found.due, found.second_approver) == (True, True)
        assert found.residuals
        assert meant(*self.MAILS, bound=CONTRACTOR).due
        assert not sent(*self.MAILS, bound=frozenset({"other.example"})).due

    @pytest.mark.parametrize("bound", [frozenset(), CONTRACTOR])
    def test_of_two_tenants_none_counts_and_a_person_is_asked(self, bound: frozenset[str]) -> None:
        mails = (*self.MAILS, unbound(4, "box4", "mallory.onmicrosoft.com"))
        for found in (sent(*mails, bound=bound), meant(*mails, bound=bound)):
            assert not found.due
            assert "2 tenants sign for contractor.example: none of their mail counts, a person is asked" in str(found)

    def test_the_names_of_one_tenant_are_one(self) -> None:
        names = ("contractor-example.20230601.gappssmtp.com", "contractor-example.20251101.gappssmtp.com")
        assert sent(*(unbound(day, f"box{day}", names[day % 2]) for day in (1, 2, 3)), bound=CONTRACTOR).due
        hybrid = ("contractor.onmicrosoft.com", "contractor.mail.onmicrosoft.com")
        assert sent(*(unbound(day, f"box{day}", hybrid[day % 2]) for day in (1, 2, 3)), bound=CONTRACTOR).due

    def test_tenants_whose_names_are_numbers_are_several(self) -> None:
        names = ("163.onmicrosoft.com", "126.onmicrosoft.com")
        assert not sent(*(unbound(day, f"box{day}", names[day % 2]) for day in (1, 2, 3)), bound=CONTRACTOR).due

    def test_answers_and_replays_of_a_bound_tenant_do_not_count(self) -> None:
        assert not sent(*(unbound(day, f"b{day}", nature=ANSWER) for day in (1, 2, 3)), bound=CONTRACTOR).due
        assert not sent(*(unbound(day, f"b{day}", replayed=True) for day in (1, 2, 3)), bound=CONTRACTOR).due


def test_reasons_are_counted_for_those_that_count_and_those_that_do_not() -> None:
    mails = (seen(1, "a"), seen(2, "a", fresh=False, fresh_reason="old"), seen(3, "a", mail_class=MailClass.BULK))
    measures: Measures = measure_incident(of(mails, Role.SENDER), JUNE)
    assert {str(reason): (count.mails, count.counted) for reason, count in measures.tally.reasons.items()} == {
        "dkim": (1, 1),
        "old": (1, 0),
        "bulk": (1, 0),
    }


def test_a_crowd_without_mailboxes_is_empty() -> None:
    assert not count_mailboxes((), "2026-06").totals
