"""The contract of ``ports.Store`` for the ledgers of policies and alerts, and for incidents asked by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.sight import DelegationSince, Uptime
from catcher.model.mail.policy import Policy, PolicySince
from catcher.model.ports import Store, UpkeepState
from catcher.model.telling.alert import AlertDelivery, Channel
from tests.support.alerts import alert
from tests.support.folding import folder
from tests.support.observations import NOON, observation

DAY = date(2026, 11, 3)


class TestPolicies:
    def test_a_policy_is_noted_when_it_is_another_than_before(self, store: Store) -> None:
        assert store.note_policies(DAY, {"army.ml": Policy.ACCEPT, "navy.ml": Policy.NULL}) == 2
        assert store.note_policies(DAY + timedelta(1), {"army.ml": Policy.ACCEPT, "navy.ml": Policy.OBSERVE}) == 1
        assert store.policies("army.ml") == (PolicySince(DAY, Policy.ACCEPT),)
        assert [line.policy for line in store.policies("navy.ml")] == [Policy.NULL, Policy.OBSERVE]

    def test_two_changes_on_one_day_stay_in_their_order(self, store: Store) -> None:
        for policy in (Policy.NULL, Policy.ACCEPT, Policy.NULL):
            store.note_policies(DAY, {"army.ml": policy})
        assert [line.policy for line in store.policies("army.ml")] == [Policy.NULL, Policy.ACCEPT, Policy.NULL]

    def test_nothing_is_known_of_a_domain_that_was_not_noted(self, store: Store) -> None:
        assert store.policies("army.ml") == ()


class TestAlerts:
    def test_an_alert_comes_back_as_it_went_in(self, store: Store) -> None:
        assert store.raise_alerts([alert()]) == (alert(),)
        assert list(store.alerts()) == [alert()]

    def test_a_key_is_raised_once(self, store: Store) -> None:
        store.raise_alerts([alert()])
        again = alert(at=NOON + timedelta(days=1), counts={"mails": 99})
        assert store.raise_alerts([again, alert(key="another"), alert(key="another")]) == (alert(key="another"),)
        assert [a.key for a in store.alerts()] == ["another", alert().key]
        assert next(store.alerts(limit=1)).key == "another"

    def test_an_alert_may_have_no_incident_no_counts_and_no_way_out(self, store: Store) -> None:
        bare = alert(incident=None, counts={}, domain=None, deliveries=())
        assert store.raise_alerts([bare]) == (bare,)
        assert list(store.alerts()) == [bare]
        assert list(store.alerts(open_only=True)) == []

    def test_it_is_open_until_every_channel_is_done(self, store: Store) -> None:
        store.raise_alerts([alert(), alert(key="later")])
        assert [a.key for a in store.alerts(open_only=True)] == [alert().key, "later"]
        store.note_deliveries({alert().key: AlertDelivery(Channel.MAIL, 1, None, NOON)})
        assert [a.key for a in store.alerts(open_only=True)] == [alert().key, "later"]
        store.note_deliveries({alert().key: AlertDelivery(Channel.WEBHOOK, 9, None)})
        assert [a.key for a in store.alerts(open_only=True, limit=5)] == ["later"]
        done = (AlertDelivery(Channel.MAIL, 1, None, NOON), AlertDelivery(Channel.WEBHOOK, 9, None))
        assert list(store.alerts())[1].deliveries == done

    def test_an_unknown_key_changes_nothing(self, store: Store) -> None:
        store.note_deliveries({"unknown": AlertDelivery(Channel.MAIL)})
        assert list(store.alerts()) == []

    def test_nothing_finer_than_the_second_is_stored(self, store: Store) -> None:
        fine = NOON + timedelta(microseconds=5)
        (raised,) = store.raise_alerts([alert(at=fine, deliveries=(AlertDelivery(Channel.MAIL, 0, fine),))])
        assert (raised.at, raised.deliveries[0].again_at) == (NOON, NOON)
        store.note_deliveries({raised.key: AlertDelivery(Channel.MAIL, 1, None, fine)})
        assert next(store.alerts()).deliveries[0].sent_at == NOON


class TestSight:
    def test_heartbeats_that_follow_each_other_are_one_uptime(self, store: Store) -> None:
        assert store.uptimes() == ()
        for minutes in (0, 5, 20, 36, 41):
            store.beat(NOON + timedelta(minutes=minutes, microseconds=7))
        spans = [(0, 20), (36, 41)]
        assert store.uptimes() == tuple(
            Uptime(NOON + timedelta(minutes=a), NOON + timedelta(minutes=b)) for a, b in spans
        )

    def test_a_clock_that_is_set_back_changes_nothing(self, store: Store) -> None:
        store.beat(NOON)
        store.beat(NOON - timedelta(hours=2))
        assert store.uptimes() == (Uptime(NOON, NOON),)

    def test_a_delegation_has_a_line_for_each_change_and_none_while_it_is_ours(self, store: Store) -> None:
        assert store.note_delegations(DAY, {"army.ml": True, "navy.ml": False}) == 1
        assert store.note_delegations(DAY, {"navy.ml": False}) == 0
        assert store.note_delegations(DAY, {"navy.ml": True}) == 1
        assert store.delegations("army.ml") == ()
        assert store.delegations("navy.ml") == (DelegationSince(DAY, ours=False), DelegationSince(DAY, ours=True))


class TestIncidentsByDay:
    @pytest.fixture
    def filled(self, store: Store) -> Store:
        first = observation(transaction="t1", retry_tag=None)
        later = observation(transaction="t2", retry_tag=None, observed_at=NOON + timedelta(days=9))
        other = observation(transaction="t3", retry_tag=None, domain="navy.ml")
        store.add([[first], [later], [other]])
        store.fold(folder)
        return store

    def test_only_the_cells_of_that_day_and_later_are_given(self, filled: Store) -> None:
        recent = list(filled.incidents(mailboxes=False, since=DAY + timedelta(days=9)))
        assert {incident.key.domain for incident in recent} == {"army.ml"}
        assert {incident.mails for incident in recent} == {1}
        assert all(not incident.mailboxes for incident in recent)

    def test_from_the_first_day_on_these_are_all(self, filled: Store) -> None:
        assert list(filled.incidents(since=DAY)) == list(filled.incidents())
        assert list(filled.incidents(since=DAY + timedelta(days=10))) == []

    def test_the_keys_are_those_of_the_incidents(self, filled: Store) -> None:
        keys = list(filled.incident_keys())
        assert keys == [incident.key for incident in filled.incidents()]
        assert IncidentKey("army.mil", Role.INTENDED, "army.ml") in keys


class TestUpkeep:
    def test_a_store_without_upkeep_is_sure_of_any_moment(self, store: Store) -> None:
        assert store.upkeep_state() == UpkeepState()
        assert store.upkeep_state().is_sure(NOON)

    def test_the_latest_sure_moment_stays(self, store: Store) -> None:
        store.note_sure_moment(NOON + timedelta(microseconds=1))
        store.note_sure_moment(NOON - timedelta(days=1))
        assert store.upkeep_state() == UpkeepState(sure_at=NOON)

    def test_a_person_may_set_it_back(self, store: Store) -> None:
        store.note_sure_moment(NOON + timedelta(days=400))
        store.note_sure_moment(NOON, accepted_by="Awa Diarra")
        store.note_sure_moment(NOON + timedelta(days=1))
        assert store.upkeep_state() == UpkeepState(NOON + timedelta(days=1), NOON, "Awa Diarra")

    def test_the_day_is_noted_beside_it(self, store: Store) -> None:
        store.note_upkeep(DAY)
        store.note_sure_moment(NOON)
        store.note_upkeep(DAY + timedelta(days=1))
        assert store.upkeep_state() == UpkeepState(sure_at=NOON, day=DAY + timedelta(days=1))

    def test_a_moment_is_sure_for_two_days_each_way(self) -> None:
        state, limit = UpkeepState(sure_at=NOON), timedelta(days=2)
        assert state.is_sure(NOON + limit) and state.is_sure(NOON - limit)
        assert not state.is_sure(NOON + limit + timedelta(seconds=1))
        assert not state.is_sure(NOON - limit - timedelta(seconds=1))
