"""Alerts: each once, and each on its way until its receiver took it or was given up."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from catcher.catalogue import Catalogue
from catcher.desk import alerts
from catcher.desk.alerts import FIRST_WAIT, LONGEST_WAIT, MOST_ATTEMPTS, TROUBLE_AFTER, StoreTrouble
from catcher.model.diskroom import DiskRoom
from catcher.model.mail.policy import Policy
from catcher.model.ports import UpkeepState
from catcher.model.telling.alert import Alert, AlertKind, Channel, summed
from catcher.model.telling.noticelife import Act
from catcher.store import MemoryStore
from tests.support.alerts import alert
from tests.support.catalogues import row
from tests.support.notices import notice, step

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MAIL, WEBHOOK = Channel.MAIL, Channel.WEBHOOK


def raised(store: MemoryStore, *keys: str, channels: tuple[Channel, ...] = (MAIL,)) -> tuple[Alert, ...]:
    return alerts.raise_alerts(store, [alert(key=key, at=NOW) for key in keys], channels)


class TestEndsOfPolicies:
    def ends(self, *days: int, then: Policy = Policy.OBSERVE, at: datetime = NOW) -> list[dict[str, int]]:
        rows = [row(f"name{n}.ml", until=NOW.date() + left * DAY, then=then) for n, left in enumerate(days)]
        return [dict(found.counts) for found in alerts.found_in_catalogue(Catalogue.of(rows), at)]

    def test_it_is_told_a_week_and_a_day_before(self) -> None:
        assert self.ends(8, 0, -1) == []
        assert self.ends(7) == [{"domains": 1, "days": 7}]
        assert self.ends(1) == [{"domains": 1, "days": 1}]

    def test_the_two_are_two_alerts_and_each_is_one(self) -> None:
        catalogue = Catalogue.of([row("army.ml", until=date(2026, 11, 10))])
        keys = {
            found.key
            for hour in range(10 * 24)
            for found in alerts.found_in_catalogue(catalogue, NOW + hour * DAY / 24)
        }
        assert len(keys) == 2

    def test_all_that_end_on_a_day_are_one_alert_with_their_number(self) -> None:
        assert self.ends(3, 3, 3, 1) == [{"domains": 1, "days": 1}, {"domains": 3, "days": 3}]

    def test_a_date_that_changes_nothing_is_no_end(self) -> None:
        assert self.ends(3, then=Policy.ACCEPT) == []


def test_what_a_party_asks_for_is_told_until_a_person_has_decided() -> None:
    store = MemoryStore()
    asked = notice(Act.APPROVED, Act.SENDING, Act.SENT, Act.STOP_REQUESTED)
    store.add_notice(asked, b"")
    (found,) = alerts.found_in_notices(store, NOW)
    assert (found.kind, found.incident, found.counts) == (AlertKind.REQUEST, asked.key.id, {})
    assert found.key == next(alerts.found_in_notices(store, NOW + DAY)).key
    store.add_step(asked.id, step(Act.DECLINED, 9, "alice"))
    assert list(alerts.found_in_notices(store, NOW)) == []


class TestDeliveries:
    def test_what_is_new_is_due_at_once_on_every_channel(self) -> None:
        store = MemoryStore()
        raised(store, "a", "b", channels=(WEBHOOK, MAIL))
        assert {(batch.channel, len(batch.alerts)) for batch in alerts.due(store, (MAIL, WEBHOOK), NOW)} == {
            (MAIL, 2),
            (WEBHOOK, 2),
        }

    def test_what_was_taken_is_never_sent_again(self) -> None:
        store = MemoryStore()
        raised(store, "a")
        (batch,) = alerts.due(store, (MAIL,), NOW)
        alerts.note(store, batch, NOW, taken=True)
        assert alerts.due(store, (MAIL,), NOW + 99 * DAY) == []
        assert raised(store, "a") == ()

    def test_a_receiver_that_fails_is_asked_with_growing_patience_and_then_no_more(self) -> None:
        store = MemoryStore()
        raised(store, "a")
        at, waits = NOW, []
        while batches := alerts.due(store, (MAIL,), at):
            alerts.note(store, batches[0], at, taken=False)
            (delivery,) = next(store.alerts()).deliveries
            if delivery.again_at is None:
                break
            assert alerts.due(store, (MAIL,), delivery.again_at - timedelta(seconds=1)) == []
            waits.append(delivery.again_at - at)
            at = delivery.again_at
        assert delivery.attempts == MOST_ATTEMPTS
        assert delivery.sent_at is None
        assert waits == sorted(waits)
        assert (waits[0], waits[-1]) == (FIRST_WAIT, LONGEST_WAIT)
        assert timedelta(days=2) < sum(waits, timedelta()) < timedelta(days=4)

    def test_one_channel_does_not_wait_for_the_other(self) -> None:
        store = MemoryStore()
        raised(store, "a", channels=(MAIL, WEBHOOK))
        mail, webhook = alerts.due(store, (MAIL, WEBHOOK), NOW)
        alerts.note(store, mail, NOW, taken=False)
        alerts.note(store, webhook, NOW, taken=True)
        (batch,) = alerts.due(store, (MAIL, WEBHOOK), NOW + FIRST_WAIT)
        assert batch.channel is MAIL

    def test_what_waits_for_a_channel_that_is_gone_is_given_up(self) -> None:
        store = MemoryStore()
        raised(store, "a", channels=(MAIL, WEBHOOK))
        assert [batch.channel for batch in alerts.due(store, (MAIL,), NOW)] == [MAIL]
        assert [delivery.is_open for delivery in next(store.alerts()).deliveries] == [True, False]

    def test_without_a_channel_nothing_waits(self) -> None:
        store = MemoryStore()
        assert raised(store, "a", channels=()) != ()
        assert list(store.alerts(open_only=True)) == []


class TestWhatLeaves:
    def test_neither_domain_nor_party_does(self) -> None:
        text = json.dumps([a.to_json() for a in summed([alert(), *alerts.of_lost(["army.ml", "navy.ml"], NOW)])])
        assert "inc-" in text
        assert not any(name in text for name in ("army", "navy", ".ml"))

    def test_lost_domains_are_told_as_their_number(self) -> None:
        told = summed([alert(key="x"), *alerts.of_lost(["army.ml", "navy.ml"], NOW), alert(key="y")])
        assert [(a.kind, a.counts.get("domains")) for a in told] == [
            (AlertKind.SPIKE, None),
            (AlertKind.DELEGATION_LOST, 2),
            (AlertKind.SPIKE, None),
        ]


class TestStoreInTrouble:
    def test_it_is_told_when_it_lasts_and_once_a_day(self) -> None:
        watch = StoreTrouble()
        assert watch.fails(NOW) is None
        told = watch.fails(NOW + TROUBLE_AFTER)
        assert told is not None
        assert (told.kind, told.counts) == (AlertKind.STORE_TROUBLE, {"minutes": 4})
        assert watch.fails(NOW + timedelta(hours=12)) is None
        assert watch.fails(NOW + TROUBLE_AFTER + DAY) is not None

    @pytest.mark.parametrize("healed_after", [timedelta(minutes=1), timedelta(minutes=3)])
    def test_a_moment_of_trouble_is_none(self, healed_after: timedelta) -> None:
        watch = StoreTrouble()
        watch.fails(NOW)
        watch.works()
        assert watch.fails(NOW + healed_after + TROUBLE_AFTER) is None


def test_rows_set_apart_are_told_once_for_each_number() -> None:
    assert list(alerts.of_set_apart(0, NOW)) == []
    keys = [found.key for rows in (1, 1, 2) for found in alerts.of_set_apart(rows, NOW)]
    assert len(set(keys)) == 2


def test_failed_steps_are_sent_as_one_sum() -> None:
    (sent,) = summed(list(alerts.of_failed(["fold", "settle"], NOW)))
    assert sent.counts == {"steps": 2}


def test_a_sure_clock_and_a_disk_with_room_are_no_alerts() -> None:
    assert list(alerts.of_clock(UpkeepState(NOW), NOW, sure=True)) == []
    assert list(alerts.of_disk(DiskRoom(2, 1), NOW)) == list(alerts.of_disk(None, NOW)) == []
