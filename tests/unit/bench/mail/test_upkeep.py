"""The figures of mail during upkeep, and the database that they are measured on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.bench.mail.prepare import KEEP_DAYS, prepare_database, prepare_keys
from catcher.bench.mail.upkeep import AT_REST, FORGETTING, GOAL_MS, MUST_MS, upkeep_figure
from catcher.directory import party_of
from catcher.incident import MailFolder
from catcher.privacy import KeyRing
from catcher.store import SqliteStore

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_limits_are_those_of_the_design() -> None:
    assert (MUST_MS, GOAL_MS) == (250, 50)


@pytest.mark.parametrize(("longest", "taken", "met"), [(0.25, True, True), (0.2501, True, False), (0.01, False, False)])
def test_one_slow_or_refused_mail_is_told(longest: float, taken: bool, met: bool) -> None:
    mails = [(float(n), 0.002, True) for n in range(500)] + [(500.0, longest, taken)]
    figure = upkeep_figure(1_000_000, FORGETTING, 60.0, mails)
    assert (figure.longest_ms, figure.not_taken, figure.met) == (longest * 1000, int(not taken), met)
    assert upkeep_figure(1_000_000, AT_REST, 60.0, mails).met is None


def test_the_database_waits_for_the_upkeep_of_a_month(tmp_path: Path) -> None:
    """Its oldest rows are due, and so are minutes and retry tags of before; last month's key is there."""
    prepare_database(tmp_path / "catcher.db", 2000, NOW, "typo.test")
    prepare_keys(tmp_path / "keys", NOW)
    assert KeyRing(tmp_path / "keys").ended(NOW) == ["2026-10"]
    store = SqliteStore(tmp_path / "catcher.db")
    try:
        stored = list(store.observations())
        due = store.purge(NOW, keep_days=KEEP_DAYS, folder=MailFolder(party_of), dry_run=True)
    finally:
        store.close()
    assert len(stored) == 2000
    assert NOW - timedelta(days=KEEP_DAYS + 1, minutes=1) <= stored[0].observed_at
    assert due.deleted > 0
