"""A mark says that the sums have to be corrected: no process that folds, or closes judgements, loses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from catcher.incident import MailFolder
from catcher.model.leak.shares import MailShares
from catcher.model.leak.summary import summary_of
from catcher.model.mail.fingerprint import EvidenceKind
from catcher.model.mail.observation import Observation
from catcher.store import SqliteStore
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.sums import summary
from tests.support.folding import folder, party_of
from tests.support.observations import NOON, observation, sender

DAY = timedelta(days=1)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[list[SqliteStore]]:
    """Three processes with one database."""
    opened = [SqliteStore(tmp_path / "catcher.db") for _ in range(3)]
    yield opened
    for store in opened:
        store.close()


def resting(organisation: str, **changes: object) -> Observation:
    """A mail that counts by its client's address, as long as no other organisation's mail comes from there."""
    by_spf = sender(organisation, kind=EvidenceKind.SPF)
    return observation(transaction=organisation, retry_tag=None, fresh_reason="spf", sender=by_spf, **changes)


class Meanwhile(MailFolder):
    """Others do something once, while the rows of a batch are read."""

    def __init__(self, others: Callable[[], object]) -> None:
        super().__init__(party_of)
        self._others: list[Callable[[], object]] = [others]

    def shares(self, observation: Observation) -> MailShares:
        if self._others:
            self._others.pop()()
        return super().shares(observation)


class Killed(Exception):
    """The process ended."""


def end() -> None:
    raise Killed


def test_a_mail_that_changes_while_it_is_folded_is_corrected_though_another_process_looked_at_its_mark(
    stores: list[SqliteStore],
) -> None:
    folding, storing, killed = stores
    storing.add([[resting("contractor.example")]])

    def others() -> None:
        storing.add([[resting("hospital.example", observed_at=NOON + DAY)]])
        with suppress(Killed):
            killed.fold(Meanwhile(end))

    folding.fold(Meanwhile(others))
    folding.fold(folder)
    assert {i.key.id: i for i in folding.incidents()} == folder(list(storing.observations()))


def test_a_judgement_is_not_closed_before_its_change_is_in_the_sums(stores: list[SqliteStore]) -> None:
    folding, storing, _ = stores
    storing.add([[resting("contractor.example")]])
    folding.fold(folder)
    storing.add([[observation(transaction="other", retry_tag=None, client="198.51.100.9", domain="navy.ml")]])
    others = Meanwhile(lambda: storing.add([[resting("hospital.example", observed_at=NOON + DAY)]]))
    assert folding.fold(others, now=NOON + 40 * DAY).final == 0
    folding.fold(folder, now=NOON + 40 * DAY)
    assert {i.key.id: i for i in folding.incidents()} == folder(list(storing.observations()))


def test_the_summary_of_an_incident_is_looked_at_once_for_all_its_changes(
    stores: list[SqliteStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look may go through all cells of the incident."""
    store, looks = stores[0], []
    look_again = summary.look_again

    def counted(db: Database, number: int) -> None:
        looks.append(number)
        look_again(db, number)

    monkeypatch.setattr(summary, "look_again", counted)
    store.add([[replace(resting("contractor.example"), transaction=f"t{n}")] for n in range(20)])
    store.fold(folder)
    store.add([[resting("hospital.example", observed_at=NOON + DAY)]])
    store.fold(folder)
    assert len(looks) == len(set(looks)) == 2
    assert [store.summary(i.key.id) for i in store.incidents()] == list(map(summary_of, store.incidents()))
