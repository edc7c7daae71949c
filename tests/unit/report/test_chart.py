"""The chart: bars in proportion, on the page, with a scale of round numbers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.incident import Count
from catcher.model.measures import Bar
from catcher.report.chart import HEIGHT, WIDTH, chart


def bars(*numbers: tuple[int, int]) -> list[Bar]:
    first = date(2026, 6, 1)
    return [Bar(first + timedelta(days=n), Count(*count)) for n, count in enumerate(numbers)]


_counts = st.integers(0, 10**7).flatmap(lambda mails: st.tuples(st.just(mails), st.integers(0, mails)))


@given(st.lists(_counts, max_size=31))
def test_every_bar_lies_on_the_page(numbers: list[tuple[int, int]]) -> None:
    drawn = chart(bars(*numbers))
    for column in drawn.columns:
        assert column.x >= 0
        assert column.x + column.width <= WIDTH
        assert -0.01 <= column.other_y <= column.counted_y + 0.01 <= HEIGHT
        assert column.other_height >= 0
        assert column.counted_y + column.counted_height == pytest.approx(drawn.base, abs=0.02)


def test_heights_are_in_proportion() -> None:
    one, two = chart(bars((4, 2), (8, 8))).columns
    assert one.counted_height == one.other_height
    assert two.counted_height == pytest.approx(4 * one.counted_height, abs=0.05)


@pytest.mark.parametrize(("highest", "scale"), [(0, 2), (1, 2), (3, 4), (7, 10), (11, 20), (21, 40), (999, 1000)])
def test_the_scale_is_round_with_a_whole_half(highest: int, scale: int) -> None:
    assert [tick.value for tick in chart(bars((highest, 0))).numbers] == [0, scale // 2, scale]


def test_every_seventh_day_is_written() -> None:
    assert [tick.value for tick in chart(bars(*[(1, 1)] * 15)).dates] == [date(2026, 6, d) for d in (1, 8, 15)]


def test_nothing_is_drawn_of_nothing() -> None:
    assert chart([]).columns == ()
