"""The delivery log: a private file a day, gone after fourteen days; what can't be written delays nothing."""

from __future__ import annotations

import logging
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from catcher.intake.deliverylog import DeliveryLog, drop_old_deliveries
from catcher.model.mail.delivery import DELIVERY_LOG_DAYS, DeliveryLine
from catcher.model.mail.policy import Outcome

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def line(at: datetime = NOON, ref: str = "ABCD-EFGH-JKMN") -> DeliveryLine:
    return DeliveryLine.of(at, ref, Outcome.ACCEPTED, 100)


def test_lines_of_all_workers_stand_in_the_file_of_their_day(tmp_path: Path) -> None:
    one, other = DeliveryLog(tmp_path), DeliveryLog(tmp_path)
    for number in range(3):
        one.note(line(ref=f"AAA{number}"))
        other.note(line(ref=f"BBB{number}"))
    one.note(line(NOON + timedelta(days=1)))
    files = sorted((tmp_path / "deliveries").iterdir())
    assert [file.name for file in files] == ["2026-11-30.log", "2026-12-01.log"]
    refs = [text.split()[1] for text in files[0].read_text().splitlines()]
    assert refs == ["AAA0", "BBB0", "AAA1", "BBB1", "AAA2", "BBB2"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "deliveries").stat().st_mode) == 0o700


def test_a_log_that_cannot_be_written_is_told_once_a_day_and_raises_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "deliveries").write_text("no folder")
    kept = DeliveryLog(tmp_path)
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            kept.note(line())
    assert len(caplog.records) == 1 and "not logged" in caplog.text


def test_files_are_deleted_after_fourteen_days_and_nothing_else_is(tmp_path: Path) -> None:
    today = NOON.date()
    kept = DeliveryLog(tmp_path)
    for days in range(DELIVERY_LOG_DAYS + 3):
        kept.note(line(NOON - timedelta(days=days)))
    (tmp_path / "deliveries" / "notes.log").touch()
    assert drop_old_deliveries(tmp_path, today) == 3
    left = sorted(file.stem for file in (tmp_path / "deliveries").iterdir())
    assert left == [*((today - timedelta(days=days)).isoformat() for days in range(13, -1, -1)), "notes"]
    assert drop_old_deliveries(tmp_path, today) == 0


def test_where_the_log_was_never_on_there_is_nothing_to_delete(tmp_path: Path) -> None:
    assert drop_old_deliveries(tmp_path, date(2026, 11, 30)) == 0
    assert list(tmp_path.iterdir()) == []
