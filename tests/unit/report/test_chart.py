"""The chart: one bar for each number, in proportion, with a scale of round numbers; absent where matplotlib is."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catcher.model.leak.incident import Count
from catcher.model.leak.measures import Bar
from catcher.report import chart
from catcher.report.words import Language

_SVG = "{http://www.w3.org/2000/svg}"


def bars(*numbers: tuple[int, int]) -> list[Bar]:
    first = date(2026, 6, 1)
    return [Bar(first + timedelta(days=n), Count(*count)) for n, count in enumerate(numbers)]


def drawn(*numbers: tuple[int, int], language: Language = Language.ENGLISH) -> ElementTree.Element:
    text = chart.svg(bars(*numbers), language, themed=True)
    assert text is not None
    return ElementTree.fromstring(text)


def heights(svg: ElementTree.Element, name: str) -> list[float]:
    """Of every bar of the class, in drawing order."""
    found = []
    for path in svg.iter(f"{_SVG}path"):
        if path.get("class") == name:
            ys = [float(y) for _, y in re.findall(r"[ML] (\S+) (\S+)", path.get("d", ""))]
            found.append(max(ys) - min(ys))
    return found


def words(svg: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{_SVG}text")]


def test_heights_are_in_proportion() -> None:
    svg = drawn((4, 2), (8, 8))
    assert heights(svg, "counted")[1] == pytest.approx(4 * heights(svg, "counted")[0], abs=0.01)
    assert heights(svg, "other") == pytest.approx([heights(svg, "counted")[0], 0], abs=0.01)


_counts = st.integers(0, 10**7).flatmap(lambda mails: st.tuples(st.just(mails), st.integers(0, mails)))


@settings(max_examples=15, deadline=None)
@given(st.lists(_counts, min_size=1, max_size=31))
def test_every_bar_lies_on_the_page(numbers: list[tuple[int, int]]) -> None:
    svg = drawn(*numbers)
    left, top, width, height = map(float, svg.attrib["viewBox"].split())
    for path in svg.iter(f"{_SVG}path"):
        for x, y in re.findall(r"[ML] (\S+) (\S+)", path.get("d", "")):
            assert left <= float(x) <= left + width
            assert top - 0.01 <= float(y) <= top + height


@pytest.mark.parametrize(("highest", "scale"), [(0, 2), (1, 2), (3, 4), (7, 10), (11, 20), (21, 40), (999, 1000)])
def test_the_scale_is_round_with_a_whole_half(highest: int, scale: int) -> None:
    assert chart.ceiling(highest) == scale
    assert words(drawn((highest, 0)))[-3:] == ["0", str(scale // 2), f"{scale:,}"]


def test_every_seventh_day_is_written_in_the_language() -> None:
    assert words(drawn(*[(1, 1)] * 15))[:3] == ["1 June", "8 June", "15 June"]
    assert words(drawn(*[(1, 1)] * 15, language=Language.FRENCH))[:3] == ["1er juin", "8 juin", "15 juin"]


def test_a_themed_chart_leaves_colours_to_the_page_and_another_has_its_own() -> None:
    themed, own = (chart.svg(bars((4, 2)), Language.ENGLISH, themed=themed) for themed in (True, False))
    assert themed is not None and own is not None
    assert "style=" not in themed and "#" not in themed
    for path in ElementTree.fromstring(themed).iter(f"{_SVG}path"):
        assert path.get("class") or path.get("fill") == "none", "without either it is black"
    assert "#0b5c8a" in own


def test_the_same_bars_give_the_same_picture() -> None:
    for draw in (chart.svg, chart.png):
        assert draw(bars((4, 2)), Language.ENGLISH) == draw(bars((4, 2)), Language.ENGLISH)


def test_png_is_a_picture_of_its_own() -> None:
    picture = chart.png(bars((4, 2)), Language.ENGLISH)
    assert picture is not None and picture.startswith(b"\x89PNG\r\n")


def test_nothing_is_drawn_of_nothing() -> None:
    assert chart.svg([], Language.ENGLISH) is None


def test_without_matplotlib_there_is_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart, "find_spec", lambda name: None)
    assert chart.svg(bars((4, 2)), Language.ENGLISH) is None
    assert chart.png(bars((4, 2)), Language.ENGLISH) is None
