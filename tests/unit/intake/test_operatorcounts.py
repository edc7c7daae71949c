"""Mail for postmaster@ and abuse@ is counted in the store, for a bounded number of domains a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from catcher.intake import operatorcounts
from catcher.intake.operatorcounts import note_operator_mail
from catcher.model.leak.unstored import ANY_DOMAIN, TO_OPERATOR, UnstoredKey, UnstoredKind, unstored_mails
from catcher.store import MemoryStore
from catcher.store.sqlite import SqliteStore

DAY = date(2026, 11, 30)
POSTMASTER, ABUSE = UnstoredKind.POSTMASTER, UnstoredKind.ABUSE


@pytest.mark.parametrize("kept", ["memory", "file"])
def test_the_counts_of_all_workers_add_up(tmp_path: Path, kept: str) -> None:
    store = MemoryStore() if kept == "memory" else SqliteStore(tmp_path / "catcher.db")
    first, second = UnstoredKey(DAY, "army.ml", POSTMASTER), UnstoredKey(DAY, "army.ml", ABUSE)
    note_operator_mail(store, {first: 2, second: 1})
    note_operator_mail(store, {first: 3})
    assert store.unstored() == {first: 5, second: 1}
    assert unstored_mails(store.unstored(), "army.ml") == 0
    assert unstored_mails(store.unstored(), "army.ml", kinds=TO_OPERATOR) == 6
    store.close()


def test_a_day_has_a_bounded_number_of_domains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operatorcounts, "MOST_DOMAINS", 3)
    store = MemoryStore()
    note_operator_mail(store, {UnstoredKey(DAY, f"{number}.ml", ABUSE): 1 for number in range(2)})
    note_operator_mail(store, {UnstoredKey(DAY, f"{number}.ml", POSTMASTER): 1 for number in range(6)})
    note_operator_mail(store, {UnstoredKey(date(2026, 12, 1), "9.ml", POSTMASTER): 1})
    assert store.unstored(last=DAY) == {
        UnstoredKey(DAY, ANY_DOMAIN, POSTMASTER): 3,
        **{UnstoredKey(DAY, f"{number}.ml", ABUSE): 1 for number in range(2)},
        **{UnstoredKey(DAY, f"{number}.ml", POSTMASTER): 1 for number in range(3)},
    }
    assert store.unstored(first=date(2026, 12, 1)) == {UnstoredKey(date(2026, 12, 1), "9.ml", POSTMASTER): 1}
