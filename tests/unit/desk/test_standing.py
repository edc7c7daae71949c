"""Where incidents stand and what notices did, from the store's ledgers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from catcher.catalogue import Catalogue
from catcher.desk import incidents
from catcher.desk.context import Desk
from catcher.desk.incidents import Appraisal
from catcher.desk.policies import note_policies
from catcher.desk.standing import notified_days
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.life import IncidentState, Trend
from catcher.model.mail.fingerprint import AuthResult, DmarcResult
from catcher.model.mail.observation import Observation
from catcher.model.mail.policy import Policy
from catcher.model.telling.addressee import Addressee
from catcher.model.telling.contact import Source
from catcher.model.telling.notice import LedgerEntry, Notice, NoticeForm
from catcher.model.telling.noticelife import Act
from catcher.store import MemoryStore
from tests.support.catalogues import row
from tests.support.desks import desk, mail

NOTICE = datetime(2026, 4, 28, 10, 0, tzinfo=UTC)
TODAY = datetime(2026, 6, 24, 6, 0, tzinfo=UTC)
CONTRACTOR = IncidentKey("contractor.example", Role.SENDER, "army.ml")
ARMY = IncidentKey("army.mil", Role.INTENDED, "army.ml")


def wrote(first: date, last: date, party: str = "contractor.example", step: int = 2) -> list[Observation]:
    days = range(0, (last - first).days + 1, step)
    dates = [first + timedelta(days=n) for n in days]
    return [mail(day.day, party, month=day.month) for day in dates]


def notice(key: IncidentKey, *acts: Act, at: datetime = NOTICE) -> Notice:
    """A notice that was drafted, approved and sent, with further ``acts``."""
    made = Notice(
        id=f"ntc-{key.id[4:]}",
        key=key,
        period="2026-04",
        addressee=Addressee("security@example.org", Source.IMPORTED, trusted=True),
        form=NoticeForm.MAIL,
        language="en",
        ref="R2345ABCD",
        message_id="ntc-1@notices.sink.example",
        approvals=1,
    )
    for minute, act in enumerate((Act.DRAFTED, Act.APPROVED, Act.SENDING, Act.SENT, *acts)):
        made = made.with_step(LedgerEntry(act, at + timedelta(minutes=minute), "catcher"))
    return made


def table(*notices: Notice) -> Desk:
    """contractor.example wrote until its notice, hospital.example goes on."""
    store = MemoryStore()
    for each in notices:
        store.add_notice(each, b"")
    seen = [
        *wrote(date(2026, 3, 1), NOTICE.date()),
        *wrote(date(2026, 3, 1), date(2026, 6, 22), "hospital.example"),
    ]
    return desk(seen, store=store, now=TODAY)


def shown(desk: Desk, key: IncidentKey) -> Appraisal:
    return incidents.show(desk, key.id)


def test_every_incident_of_a_list_says_where_it_stands() -> None:
    listed = {a.incident.key.party: a.standing for a in incidents.listing(table())}
    assert {party: standing.life.state for party, standing in listed.items() if standing.life} == {
        "army.mil": IncidentState.OPEN,
        "contractor.example": IncidentState.QUIET,
        "hospital.example": IncidentState.OPEN,
    }
    assert not any(standing.effect for standing in listed.values())


def test_the_notice_to_a_sender_is_judged_beside_the_senders_without_one() -> None:
    effect = shown(table(notice(CONTRACTOR)), CONTRACTOR).standing.effect
    assert effect is not None
    assert (effect.notice, effect.trend) == (NOTICE.date(), Trend.FELL)
    assert effect.control is not None
    assert effect.control.trend is Trend.UNCLEAR
    assert not effect.alike


def test_the_intended_party_sees_the_whole_and_the_operator_each_sender_that_was_told() -> None:
    standing = shown(table(notice(CONTRACTOR), notice(ARMY)), ARMY).standing
    assert standing.effect is not None
    assert standing.effect.trend is Trend.FELL
    assert {sender: effect.trend for sender, effect in standing.senders.items()} == {"contractor.example": Trend.FELL}


def test_the_authors_of_forwarded_mail_are_no_senders_of_the_forwarder_s_incident() -> None:
    """An author's organisation that was told for its own leak is a counterpart there, and has no effect."""
    days = [NOTICE + timedelta(days=n) for n in range(-20, 20)]
    forwards = [replace(mail(d.day, "forwarder.example", month=d.month), fresh_reason="forward") for d in days]
    authored = [
        replace(
            each,
            authentication=replace(
                each.authentication, dkim=(), dmarc=DmarcResult(AuthResult.PASS, "contractor.example", None)
            ),
        )
        for each in forwards
    ]
    store = MemoryStore()
    store.add_notice(notice(CONTRACTOR), b"")
    key = IncidentKey("forwarder.example", Role.FORWARDER, "army.ml")
    standing = shown(desk(authored, store=store, now=TODAY), key).standing
    assert standing.life is not None and standing.senders == {}


def test_an_intended_party_s_control_is_the_mail_of_senders_to_other_parties() -> None:
    desk = table(notice(ARMY))
    alone = shown(desk, ARMY).standing.effect
    assert alone is not None
    assert alone.control is None, "all senders write to the told party: there is nobody to compare with"
    beside = [
        replace(
            mail_seen,
            domain="navy.ml",
            intended=(replace(mail_seen.intended[0], typed="navy.ml", domain="navy.mil", organisation="navy.mil"),),
        )
        for mail_seen in wrote(date(2026, 3, 1), date(2026, 6, 22), "shipyard.example")
    ]
    desk.store.add([[one] for one in beside])
    found = shown(desk, ARMY).standing.effect
    assert found is not None
    assert found.control is not None
    assert found.control.before.sender_days == 28, "one sender, each second day"
    assert found.control.trend is Trend.UNCLEAR


def test_stop_mail_and_back_on_one_day_hides_that_day_alone() -> None:
    desk = table(notice(CONTRACTOR))
    desk.fold()
    lines = ((date(2026, 2, 1), Policy.ACCEPT), (date(2026, 5, 12), Policy.NULL), (date(2026, 5, 12), Policy.ACCEPT))
    for day, policy in lines:
        desk.store.note_policies(day, {"army.ml": policy})
    standing = shown(desk, CONTRACTOR).standing
    assert standing.life is not None
    assert (standing.life.unseen_since, standing.life.unseen_days) == (None, 1)
    assert standing.effect is not None
    assert standing.effect.trend is Trend.FELL


def test_days_without_the_sink_or_without_the_domain_are_not_silent() -> None:
    desk = table(notice(CONTRACTOR))
    desk.fold()
    desk.store.beat(datetime(2026, 5, 4, 23, 55, tzinfo=UTC))
    desk.store.beat(datetime(2026, 6, 23, 0, 0, tzinfo=UTC))
    desk.store.beat(TODAY)
    life = shown(desk, CONTRACTOR).standing.life
    assert life is not None
    assert (life.silent, life.unseen_days) == (6, 50)
    desk.store.note_delegations(date(2026, 5, 1), {"army.ml": False})
    life = shown(desk, CONTRACTOR).standing.life
    assert life is not None
    assert (life.state, life.lost_since, life.silent) == (IncidentState.OPEN, date(2026, 4, 30), 1)


def test_when_all_senders_were_told_there_is_no_control() -> None:
    hospital = IncidentKey("hospital.example", Role.SENDER, "army.ml")
    effect = shown(table(notice(CONTRACTOR), notice(hospital)), CONTRACTOR).standing.effect
    assert effect is not None
    assert effect.control is None


def test_a_notice_that_came_back_told_nobody() -> None:
    assert notified_days([notice(CONTRACTOR, Act.BOUNCED)]) == {}
    assert notified_days([notice(CONTRACTOR, Act.GOT_IT)]) == {CONTRACTOR: (NOTICE.date(),)}
    assert shown(table(notice(CONTRACTOR, Act.WRONG)), CONTRACTOR).standing.effect is None


def test_the_ledger_of_policies_is_heeded() -> None:
    desk = table(notice(CONTRACTOR))
    desk.fold()
    for day, policy in ((date(2026, 2, 1), Policy.ACCEPT), (date(2026, 5, 2), Policy.NULL)):
        desk.store.note_policies(day, {"army.ml": policy})
    standing = shown(desk, CONTRACTOR).standing
    assert standing.life is not None
    assert standing.life.unseen_since == date(2026, 5, 2)
    assert standing.effect is not None
    assert standing.effect.change is None


def test_json_says_it() -> None:
    full = shown(table(notice(CONTRACTOR)), CONTRACTOR).to_full_json()
    assert full["life"]["state"] == "quiet"
    assert full["effect"]["change"]["trend"] == "fell"
    assert full["senders_told"] == {}


class TestNotingPolicies:
    def test_the_domains_of_incidents_are_noted_when_their_policy_changes(self) -> None:
        desk = table()
        desk.fold()
        accept = Catalogue.of([row("army.ml", Policy.ACCEPT), row("navy.ml", Policy.ACCEPT)])
        assert note_policies(desk.store, accept, NOTICE) == 1
        assert note_policies(desk.store, accept, TODAY) == 0
        assert note_policies(desk.store, Catalogue.of([row("army.ml", Policy.NULL)]), TODAY) == 1
        assert [line.policy for line in desk.store.policies("army.ml")] == [Policy.ACCEPT, Policy.NULL]
        assert desk.store.policies("navy.ml") == ()

    def test_a_domain_that_left_the_catalogue_counts_as_released(self) -> None:
        desk = table()
        desk.fold()
        note_policies(desk.store, Catalogue.of([]), TODAY)
        assert [line.policy for line in desk.store.policies("army.ml")] == [Policy.RELEASE]
