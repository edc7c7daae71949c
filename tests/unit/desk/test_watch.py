"""The watch: what a round does, and that neither a store nor a receiver that fails ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from catcher.catalogue import Catalogue
from catcher.desk import alerts
from catcher.desk.delegation import Delegations
from catcher.desk.watch import AlertWatch
from catcher.model.diskroom import DiskRoom
from catcher.model.errors import EnvironmentFailure, StoreUnavailable
from catcher.model.leak.incident import Incident
from catcher.model.leak.sight import DelegationSince
from catcher.model.mail.lookup import LookupResult, LookupResults, Question, Status
from catcher.model.mail.policy import Policy
from catcher.model.ports import Store
from catcher.model.telling.alert import Alert, AlertKind, Channel, summed
from catcher.store import MemoryStore
from tests.support.catalogues import row
from tests.support.desks import mail
from tests.support.folding import folder
from tests.support.statuses import KEPT

NOW = datetime.fromisoformat("2026-06-09T12:00:00Z")
MINUTES = timedelta(minutes=5)


@dataclass
class Receiver:
    """Keeps what it takes; can be told to fail."""

    channel: Channel = Channel.WEBHOOK
    fails: bool = False
    taken: list[Alert] = field(default_factory=list)

    async def deliver(self, alerts: Sequence[Alert], now: datetime) -> None:
        if self.fails:
            raise EnvironmentFailure("the receiver is away")
        self.taken += alerts


class Elsewhere:
    """A resolver by which every name is delegated to somebody else."""

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str) -> LookupResults:
        return dict.fromkeys(questions, LookupResult(Status.FOUND, ("ns.elsewhere.example",)))


@dataclass
class Shelf:
    """Opens one store, or fails to."""

    store: Store = field(default_factory=MemoryStore)
    fails: bool = False

    def open(self) -> Store:
        if self.fails:
            raise StoreUnavailable("the disk is full; make room")
        return self.store


def watch(shelf: Shelf, *couriers: Receiver, **more: object) -> AlertWatch:
    catalogue = Catalogue.of([row("army.ml", until=(NOW + 6 * timedelta(days=1)).date())])
    return AlertWatch(shelf.open, folder, catalogue, couriers, **more)  # type: ignore[arg-type]


def leaking() -> Shelf:
    shelf = Shelf()
    shelf.store.add([[mail(9, mailbox=f"box{n}")] for n in range(3)])
    return shelf


def look(watch: AlertWatch, *moments: datetime) -> None:
    async def all_() -> None:
        for now in moments:
            await watch.look(now)

    asyncio.run(all_())


def test_a_round_folds_notes_policies_and_sends_what_is_new_once() -> None:
    shelf, receiver = leaking(), Receiver()
    look(watch(shelf, receiver), NOW, NOW + MINUTES, NOW + 2 * MINUTES)
    assert [alert.kind for alert in receiver.taken] == [AlertKind.NEW_PARTY, AlertKind.POLICY_ENDS]
    assert [line.policy for line in shelf.store.policies("army.ml")] == [Policy.ACCEPT]
    look(watch(shelf, receiver), NOW + 3 * MINUTES)
    assert len(receiver.taken) == 2, "nor again after a restart"


def test_a_receiver_that_fails_gets_it_later_and_the_other_at_once() -> None:
    shelf, away, there = leaking(), Receiver(Channel.MAIL, fails=True), Receiver()
    watching = watch(shelf, away, there)
    look(watching, NOW)
    assert (len(away.taken), len(there.taken)) == (0, 2)
    away.fails = False
    look(watching, NOW + MINUTES / 5)
    assert not away.taken
    look(watching, NOW + MINUTES)
    assert (len(away.taken), len(there.taken)) == (2, 2)


def test_only_the_kinds_that_are_wanted_are_raised() -> None:
    shelf, receiver = leaking(), Receiver()
    look(watch(shelf, receiver, kinds=[AlertKind.POLICY_ENDS]), NOW)
    assert [alert.kind for alert in receiver.taken] == [AlertKind.POLICY_ENDS]


def test_without_a_receiver_policies_are_noted_all_the_same() -> None:
    shelf = leaking()
    look(watch(shelf), NOW)
    assert shelf.store.policies("army.ml")
    assert list(shelf.store.alerts()) == []


def test_delegations_of_leaking_domains_are_noted_without_a_receiver_too() -> None:
    shelf = leaking()
    away = Delegations(Catalogue.of([row("army.ml"), row("navy.ml")]), Elsewhere(), ["ns1.sink.example"])
    look(watch(shelf, delegations=away), *(NOW + n * 7 * MINUTES for n in range(3)))
    assert shelf.store.delegations("army.ml") == (DelegationSince((NOW + 7 * MINUTES).date(), ours=False),)
    assert shelf.store.delegations("navy.ml") == (), "it has no incident"
    assert shelf.store.uptimes()


def test_a_store_in_trouble_is_told_without_the_store_and_the_watch_goes_on() -> None:
    shelf, receiver = leaking(), Receiver()
    shelf.fails = True
    watching = watch(shelf, receiver)
    look(watching, NOW, NOW + MINUTES, NOW + 2 * MINUTES)
    assert [alert.kind for alert in receiver.taken] == [AlertKind.STORE_TROUBLE]
    shelf.fails = False
    look(watching, NOW + 3 * MINUTES)
    assert len(receiver.taken) == 3, "what had to wait comes when the store is back"


def test_a_receiver_that_fails_in_trouble_changes_nothing() -> None:
    shelf, receiver = leaking(), Receiver(fails=True)
    shelf.fails = True
    look(watch(shelf, receiver), NOW, NOW + MINUTES)
    assert not receiver.taken


def test_a_kept_part_is_told_once_a_day_without_its_name() -> None:
    shelf, receiver = Shelf(), Receiver()
    parts = [replace(KEPT, name=f"zone{n}.example") for n in range(2)]
    watching = watch(shelf, receiver, kept=parts, kinds=[AlertKind.OLDER_STATE])
    look(watching, NOW, NOW + MINUTES, NOW + timedelta(days=1))
    assert [(alert.kind, alert.at) for alert in receiver.taken] == [
        (AlertKind.OLDER_STATE, NOW),
        (AlertKind.OLDER_STATE, NOW),
        (AlertKind.OLDER_STATE, NOW + timedelta(days=1)),
        (AlertKind.OLDER_STATE, NOW + timedelta(days=1)),
    ]
    (together,) = summed(receiver.taken[:2])
    assert together.counts == {"parts": 2} and "zone" not in str(together.to_json())
    assert {alert.domain for alert in shelf.store.alerts()} == {"zone0.example", "zone1.example"}


def test_a_part_that_fails_stops_no_other_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a row does to the fold, policies are noted and alerts go out."""
    shelf, receiver = leaking(), Receiver()
    shelf.store.fold(folder)

    def failing(_: object) -> Mapping[str, Incident]:
        raise ValueError("CANARY")

    shelf.store.add([[mail(8, mailbox="another")]])
    watching = AlertWatch(shelf.open, failing, Catalogue.of([row("army.ml")]), [receiver])
    look(watching, NOW, NOW + MINUTES)
    assert [alert.kind for alert in receiver.taken] == [AlertKind.NEW_PARTY, AlertKind.UPKEEP_FAILS]
    assert receiver.taken[1].counts == {"steps": 1}
    assert shelf.store.policies("army.ml") and shelf.store.uptimes()
    assert "fold failed" in caplog.text and "CANARY" not in caplog.text


@pytest.mark.parametrize("source", ["found_in_incidents", "found_in_notices", "of_guard"])
def test_a_source_of_alerts_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    shelf, receiver = leaking(), Receiver()
    shelf.store.note_sure_moment(NOW - timedelta(days=40))

    def failing(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(alerts, source, failing)
    watching = watch(shelf, receiver, room=lambda: DiskRoom(1, 2_000_000), sure=False)
    look(watching, NOW)
    assert {AlertKind.CLOCK, AlertKind.DISK_LOW, AlertKind.POLICY_ENDS} < {alert.kind for alert in receiver.taken}


def test_a_store_that_takes_no_writes_stops_no_part_that_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, receiver = leaking(), Receiver()

    def full(_: object) -> None:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(shelf.store, "beat", full)
    watching = watch(shelf, receiver)
    look(watching, NOW)
    assert shelf.store.policies("army.ml"), "what could be written was"
    look(watching, NOW + MINUTES)
    assert AlertKind.STORE_TROUBLE in {alert.kind for alert in receiver.taken}


def test_clock_and_disk_are_told_once_a_day() -> None:
    shelf, receiver = Shelf(), Receiver()
    shelf.store.note_sure_moment(NOW - timedelta(days=40))
    kinds = [AlertKind.CLOCK, AlertKind.DISK_LOW]
    watching = watch(shelf, receiver, room=lambda: DiskRoom(3_000_000, 5_000_000), sure=False, kinds=kinds)
    look(watching, NOW, NOW + MINUTES, NOW + timedelta(days=1))
    assert [(alert.kind, alert.counts) for alert in receiver.taken] == [
        (AlertKind.CLOCK, {"hours": 960}),
        (AlertKind.DISK_LOW, {"free_mb": 3, "reserve_mb": 5}),
        (AlertKind.CLOCK, {"hours": 984}),
        (AlertKind.DISK_LOW, {"free_mb": 3, "reserve_mb": 5}),
    ]


def test_a_courier_with_a_fault_stops_no_other() -> None:
    class Broken(Receiver):
        async def deliver(self, alerts: Sequence[Alert], now: datetime) -> None:
            raise KeyError

    shelf, receiver = leaking(), Receiver()
    look(watch(shelf, Broken(Channel.MAIL), receiver), NOW)
    assert receiver.taken
