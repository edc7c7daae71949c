"""Measuring: what reports and notices are told of an incident in a month."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from catcher.incident import fold, latest_period, measure_incident, merge, series
from catcher.incident.measures import Granularity
from catcher.model.leak.incident import Count, Counted, Incident, IncidentKey, MailboxTotal, Role, Side
from catcher.model.leak.measures import LevelSeen, Mailboxes, Measures, Period, ReportsSeen
from catcher.model.mail.fingerprint import MailClass, MailKind, Nature, Tier
from catcher.model.mail.marking import Marking, Scheme
from catcher.model.mail.observation import Observation
from catcher.model.mail.policy import Outcome
from tests.support.observations import observation, observations, sender

JUNE = Period.parse("2026-06")


def at(day: int, month: int = 6, **changes: object) -> Observation:
    return observation(observed_at=datetime(2026, month, day, 9, 30, tzinfo=UTC), **changes)


def incident(*seen: Observation, role: Role = Role.INTENDED) -> Incident:
    folded = fold(seen, party_of=lambda domain: None if domain == "freemail.example" else domain)
    (found,) = [i for i in folded.values() if i.key.role is role]
    return found


def june(*seen: Observation, role: Role = Role.INTENDED) -> Measures:
    return measure_incident(incident(*seen, role=role), JUNE)


@given(st.lists(observations(), min_size=1, max_size=20))
def test_every_breakdown_adds_up_to_the_total(seen: list[Observation]) -> None:
    for folded in fold(seen, party_of=lambda domain: domain).values():
        period = latest_period(folded)
        assert period is not None
        measures = measure_incident(folded, period)
        tally = measures.tally
        for breakdown in (
            tally.classes.values(),
            tally.tiers.values(),
            tally.outcomes.values(),
            (bar.count for bar in measures.series),
            (party.count for party in measures.counterparts),
        ):
            assert sum(breakdown, start=Count()) == tally.total
        assert tally.encrypted.mails <= tally.crossed.mails <= tally.total.mails


@given(st.lists(observations(), min_size=1, max_size=20), st.sampled_from(Granularity))
def test_a_series_holds_every_mail_once_and_in_order(seen: list[Observation], step: Granularity) -> None:
    for folded in fold(seen, party_of=lambda domain: domain).values():
        bars = series(folded, step)
        assert sum(bar.count.mails for bar in bars) == folded.mails
        assert [bar.first for bar in bars] == sorted({bar.first for bar in bars})


def to_form(day: int, token: str = "9" * 16, by: str = "shop.example", **changes: object) -> Observation:
    """A newsletter, or a shop's mail, to an address that somebody gave as their own."""
    found = {"mail_class": MailClass.AUTOMATIC, "recipients": (token,), "sender": sender(by), **changes}
    return at(day, **found)


def test_an_address_that_programs_write_to_again_and_again_reflects() -> None:
    """Somebody's own, mistyped in a form: one sender on three days, or three senders on one."""
    assert june(to_form(1), to_form(2)).reflecting == 0
    assert june(to_form(1), to_form(2), to_form(2)).reflecting == 0, "a day is a day, however many mails it has"
    assert june(to_form(1), to_form(2), to_form(9, mail_class=MailClass.BULK)).reflecting == 1
    assert june(*(to_form(1, by=f"{name}.example") for name in ("shop", "bank", "school"))).reflecting == 1
    assert june(to_form(1), to_form(2, token="8" * 16), to_form(3, token="7" * 16)).reflecting == 0


def test_an_address_that_people_write_to_does_not_reflect() -> None:
    mistyped = [to_form(day) for day in (1, 2, 3)]
    assert june(*mistyped, at(5, recipients=("9" * 16,))).reflecting == 0


def test_reflection_counts_towards_nothing() -> None:
    """Even where a program's mail were called one that counts."""
    measures = june(*(to_form(day, fresh=True, tier=Tier.VERIFIED) for day in range(1, 9)))
    assert measures.reflecting == 1
    assert (measures.senders.number, measures.recipients.number, measures.daily_mailboxes) == (0, 0, 0)
    assert measures.tally.total == Count(8, 0)


@given(st.lists(observations(), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_reflection_is_the_same_in_every_order_and_batch(seen: list[Observation], random: Random) -> None:
    def reflecting(parts: list[list[Observation]]) -> dict[str, int]:
        sums: dict[str, Incident] = {}
        for part in parts:
            for id, folded in fold(part, party_of=lambda domain: domain).items():
                sums[id] = merge(sums[id], folded) if id in sums else folded
        return {id: measure_incident(found, JUNE).reflecting for id, found in sums.items()}

    shuffled = random.sample(seen, len(seen))
    cut = random.randrange(len(seen))
    assert reflecting([seen]) == reflecting([shuffled[:cut], shuffled[cut:]])


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    folded = incident(at(3), at(7))
    assert [bar.first for bar in series(folded, Granularity.WEEK)] == [date(2026, 6, 1)]
    assert [bar.first for bar in series(folded, Granularity.MONTH)] == [date(2026, 6, 1)]
    assert [bar.first for bar in series(folded, Granularity.DAY)] == [date(2026, 6, 3), date(2026, 6, 7)]


def test_only_the_period_is_measured() -> None:
    measures = june(at(30, month=5), at(1), at(30), at(1, month=7))
    assert measures.tally.total.mails == 2
    assert (measures.tally.latest, measures.tally.days) == (date(2026, 6, 30), 2)
    assert measures.since == date(2026, 5, 30)


def test_the_month_before_is_known_only_when_the_incident_is_that_old() -> None:
    assert june(at(3)).previous is None
    assert june(at(3), at(2, month=5)).previous == Count(1, 1)
    assert june(at(3), at(2, month=4)).previous == Count(0, 0)


def test_mailboxes_are_counted_once_however_often_they_write() -> None:
    measures = june(*(at(day, reverse_path_token=token) for day in (2, 3, 4) for token in ("a", "b")))
    assert measures.senders == Mailboxes(2)
    assert measures.recipients == Mailboxes(1)


def test_a_mailbox_whose_mail_does_not_count_is_not_counted() -> None:
    measures = june(at(2, fresh=False), at(3, reverse_path_token="b"))
    assert measures.senders == Mailboxes(1)


def settled(counterpart: str, mailboxes: int, period: str = "2026-06") -> set[MailboxTotal]:
    return {
        MailboxTotal(period, counterpart, side, "", counted, number)
        for side in (Side.AUTHOR, Side.REVERSE_PATH)
        for counted, number in ((Counted.NO, 2), (Counted.YES, mailboxes))
    }


def test_settled_periods_give_their_totals_and_say_about_when_they_are_sums() -> None:
    folded = incident(at(2))
    gone = Incident(folded.key, folded.cells, settled=frozenset(settled("contractor.example", 4)))
    assert measure_incident(gone, JUNE).senders == Mailboxes(4)
    totals = frozenset(settled("contractor.example", 4) | settled("", 3) | settled("", 9, "2026-05"))
    assert measure_incident(Incident(folded.key, folded.cells, settled=totals), JUNE).senders == Mailboxes(
        7, about=True
    )
    mixed = Incident(folded.key, folded.cells, folded.mailboxes, frozenset(settled("", 1)))
    assert measure_incident(mixed, JUNE).senders == Mailboxes(2, about=True)


def test_a_counterparty_may_be_named_from_three_mailboxes_over_three_days_on() -> None:
    three = [at(day, reverse_path_token=f"box{day}") for day in (2, 3, 4)]
    (party,) = june(*three).counterparts
    assert party.above_floor
    (party,) = june(*three[:2], at(4, reverse_path_token="box2")).counterparts
    assert not party.above_floor, "two mailboxes"
    (party,) = june(*three[:2], at(3, reverse_path_token="box9")).counterparts
    assert not party.above_floor, "two days"
    (party,) = june(*(at(d, reverse_path_token=f"box{d}", fresh=False) for d in (2, 3, 4))).counterparts
    assert not party.above_floor, "mail that doesn't count"


def test_those_who_are_no_organisation_are_never_above_the_floor() -> None:
    free = sender("freemail.example")
    (party,) = june(*(at(d, sender=free, reverse_path_token=f"box{d}") for d in (2, 3, 4, 5))).counterparts
    assert (party.domain, party.above_floor) == ("", False)


def test_counterparties_come_in_the_order_of_what_counts() -> None:
    bulk = [at(d, sender=sender("bulk.example"), mail_class=MailClass.BULK) for d in range(1, 9)]
    measures = june(*bulk, at(2), at(3), at(2, sender=sender("b.example")), at(2, sender=sender("a.example")))
    assert [p.domain for p in measures.counterparts] == ["contractor.example", "a.example", "b.example", "bulk.example"]


def test_what_was_refused_did_not_cross() -> None:
    measures = june(
        at(2, tls=False, markings=(Marking(Scheme.CLASSIFICATION, "secret"),)),
        at(3),
        at(4, outcome=Outcome.EXPLAINED),
        at(5, outcome=Outcome.REFUSED, mail_class=MailClass.UNKNOWN, tier=Tier.AUTHENTICATED),
    )
    tally = measures.tally
    assert (tally.crossed, tally.encrypted, tally.marked) == (Count(3, 3), Count(2, 2), Count(1, 1))


def test_marked_is_what_a_grave_marking_protects() -> None:
    urgent = (Marking(Scheme.IMPORTANCE, "high"),)
    light = [Marking(Scheme.CLASSIFICATION, level) for level in ("other", "public", "unclassified", "personal")]
    assert june(
        at(2, markings=urgent),
        *(at(3, markings=(*urgent, marking)) for marking in light),
        at(4, markings=(*urgent, Marking(Scheme.CLASSIFICATION, "restricted"))),
    ).tally.marked == Count(1, 1)


def test_a_level_is_named_from_two_mailboxes_on_where_it_was_signed_or_the_mail_counts() -> None:
    secret, signed = (Marking(Scheme.MSIP, "secret"),), (Marking(Scheme.MSIP, "secret", signed=True),)
    light = Marking(Scheme.MSIP, "restricted", signed=True)
    assert june(at(2, markings=secret), at(3, markings=secret)).levels == {}, "one mailbox"
    both = june(at(2, markings=secret), at(3, markings=secret, reverse_path_token="b"))
    assert both.levels == {"secret": LevelSeen(2, 2)}
    tags = [at(2, markings=secret, author_token="ada", reverse_path_token=f"prvs{n}") for n in range(3)]
    assert june(*tags).levels == {}, "one author"
    unsigned = [at(n, markings=secret, reverse_path_token=f"{n}", fresh=False) for n in (2, 3)]
    assert june(*unsigned).levels == {} and june(*unsigned).tally.marked == Count(2, 0)
    proven = [at(n, markings=(*secret, light), reverse_path_token=f"{n}", fresh=False) for n in (2, 3)]
    assert june(*proven).levels == {"restricted": LevelSeen(2, 2)}, "the graver one is unsigned"
    named = [at(n, markings=signed, reverse_path_token=f"{n}", fresh=False) for n in (2, 3)]
    assert june(*named).levels == {"secret": LevelSeen(2, 2)}


def test_reports_of_programs_have_their_own_numbers() -> None:
    def report(day: int, word: str, domain: str) -> Observation:
        nature = Nature(MailClass.AUTOMATIC, 0.5, None, (word,))
        return at(day, nature=nature, sender=sender(domain))

    seen = [report(2, "dmarc-report", "a.example"), report(3, "dmarc-report", "b.example"), report(3, "scan", "")]
    seen += [report(3, "dmarc-report", "freemail.example"), report(4, "tls-report", "a.example")]
    measures = june(*seen)
    assert measures.reports == {
        MailKind.DMARC_REPORT: ReportsSeen(3, 2, 2),
        MailKind.TLS_REPORT: ReportsSeen(1, 1, 1),
    }
    assert measures.tally.kinds[MailKind.SCAN] == Count(1, 0)


def test_a_mailbox_that_writes_on_most_days_is_a_daily_one() -> None:
    daily = [at(day, reverse_path_token="a") for day in range(2, 8)]
    assert june(*daily, at(9, reverse_path_token="b")).daily_mailboxes == 1
    assert june(*daily[:4]).daily_mailboxes == 0, "too few days"
    others = [at(day, reverse_path_token=f"box{day}") for day in range(8, 20)]
    assert june(*daily, *others).daily_mailboxes == 0, "most days are others'"


def test_an_incident_without_mail_has_no_latest_period() -> None:
    assert latest_period(Incident(IncidentKey("army.mil", Role.INTENDED, "army.ml"))) is None
    assert latest_period(incident(at(3), at(9, month=7))) == Period.parse("2026-07")
