"""A line of the delivery log: four fields, and nothing of anybody."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime

import pytest

from catcher.model.mail.delivery import DELIVERY_LOG_DAYS, DeliveryLine, delivery_dictionary
from catcher.model.mail.policy import Outcome

MOMENT = datetime(2026, 11, 30, 12, 34, 56, 789, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "octets", "text"),
    [
        (Outcome.ACCEPTED, 9_999, "2026-11-30T12:34Z 8Z8C accepted 10kB"),
        (Outcome.EXPLAINED, 20_000_000, "2026-11-30T12:34Z 8Z8C explained more"),
        (Outcome.REFUSED, None, "2026-11-30T12:34Z 8Z8C refused -"),
    ],
)
def test_a_line_has_the_minute_four_letters_the_outcome_and_the_size_class(
    outcome: Outcome, octets: int | None, text: str
) -> None:
    line = DeliveryLine.of(MOMENT, "8Z8C-EXAN-8NVC", outcome, octets)
    assert str(line) == text
    assert (line.at.second, line.at.microsecond, line.ref) == (0, 0, "8Z8C")


def test_every_field_stands_in_the_dictionary_and_is_kept_for_fourteen_days() -> None:
    assert (
        list(delivery_dictionary()) == [f.name for f in fields(DeliveryLine)] == ["at", "ref", "outcome", "size_class"]
    )
    assert {entry["retention"] for entry in delivery_dictionary().values()} == {"14 days"}
    assert DELIVERY_LOG_DAYS == 14
