"""The bar chart of mail over time: where each bar stands. The template draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from catcher.model.measures import Bar

WIDTH, HEIGHT = 720, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 38, 8, 12, 26
_GAP = 0.28
"""Share of a step that stays empty."""


@dataclass(frozen=True, slots=True)
class Column:
    """One step: a bar of mail that counts with the rest on top of it. In SVG units, y downwards."""

    bar: Bar
    x: float
    width: float
    counted_y: float
    counted_height: float
    other_y: float
    other_height: float


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    """x of a date, y of a number."""
    value: int | date


@dataclass(frozen=True, slots=True)
class Chart:
    columns: tuple[Column, ...]
    numbers: tuple[Tick, ...]
    dates: tuple[Tick, ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    base: float = HEIGHT - _BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def chart(bars: Sequence[Bar]) -> Chart:
    """The drawing of ``bars``, which follow each other without a gap; nothing is drawn of none."""
    highest = _ceiling(max((bar.count.mails for bar in bars), default=0))
    room = HEIGHT - _BOTTOM - _TOP
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(bars))
    columns = []
    for index, bar in enumerate(bars):
        counted = room * bar.count.counted / highest
        other = room * (bar.count.mails - bar.count.counted) / highest
        top = HEIGHT - _BOTTOM - counted
        x = _LEFT + step * (index + _GAP / 2)
        columns.append(Column(bar, _r(x), _r(step * (1 - _GAP)), _r(top), _r(counted), _r(top - other), _r(other)))
    numbers = tuple(Tick(_r(HEIGHT - _BOTTOM - room * value / highest), value) for value in _numbers(highest))
    dates = tuple(Tick(_r(_LEFT + step * (i + 0.5)), bars[i].first) for i in range(0, len(bars), 7))
    return Chart(tuple(columns), numbers, dates)


def _ceiling(value: int) -> int:
    """The next of 2, 4, 10, 20, 40, 100 …, so that half of it is a whole number, too."""
    scale = 1
    while True:
        for nice in (2, 4, 10):
            if value <= nice * scale:
                return nice * scale
        scale *= 10


def _numbers(highest: int) -> tuple[int, ...]:
    return (0, highest // 2, highest)


def _r(value: float) -> float:
    return round(value, 2)
