"""Draws the bar chart of mail over time with matplotlib: SVG for page and letter, PNG for programs without SVG.

matplotlib (extra ``charts``) is loaded when the first chart is drawn. If it isn't installed, the report has no picture;
every report has a table with the same numbers.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from catcher.model.language import Language
from catcher.model.leak.measures import Bar
from catcher.report.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

_WIDTH, _HEIGHT = 7.2, 1.9
"""Size of the picture in inches; one inch has 72 SVG units."""
_COUNTED, _OTHER, _GRID, _TEXT = "#0b5c8a", "#b3c1cd", "#d8dee5", "#526070"
_CLASSES = {_COUNTED: "counted", _OTHER: "other", _GRID: "grid"}
_DATE_EVERY = 7
_PNG_DPI = 200


def drawable() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def svg(bars: Sequence[Bar], language: Language, *, themed: bool = False) -> str | None:
    """``bars``, a series without gaps, as an ``<svg>`` element; None without matplotlib or bars.

    ``themed``: the colours come from the classes ``counted``, ``other`` and ``grid`` of the page's style sheet instead
    of being fixed. The same bars give the same text.
    """
    if not bars or not drawable():
        return None
    out = io.StringIO()
    with _drawn(bars, language) as figure:
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r' (?:xmlns:xlink|version|id)="[^"]*"', "", text)
    text = re.sub(r'(<svg) width="[^"]*" height="[^"]*"', r"\1", text)
    text = re.sub(r"\s+\n|\n\s+", "\n", text)
    return _themed(text) if themed else text


def _themed(text: str) -> str:
    text = re.sub(r'style="fill: none[^"]*?"', lambda found: found[0] if "#" in found[0] else 'fill="none"', text)
    text = re.sub(r'style="[^"]*?(?:fill|stroke): (#[0-9a-f]{6})[^"]*"', _class, text)
    text = re.sub(r'style="[^"]*?text-anchor: (\w+)[^"]*"', r'text-anchor="\1"', text)
    return re.sub(r' style="[^"]*"', "", text)


def _class(found: re.Match[str]) -> str:
    anchor = re.search(r"text-anchor: (\w+)", found[0])
    if anchor:
        return f'text-anchor="{anchor[1]}"'
    return f'class="{_CLASSES[found[1]]}"' if found[1] in _CLASSES else ""


def png(bars: Sequence[Bar], language: Language) -> bytes | None:
    """The same chart as a PNG of 1440 × 380 pixels on white."""
    if not bars or not drawable():
        return None
    out = io.BytesIO()
    with _drawn(bars, language) as figure:
        figure.savefig(out, format="png", dpi=_PNG_DPI, facecolor="white", metadata={"Software": None})
    return out.getvalue()


@contextmanager
def _drawn(bars: Sequence[Bar], language: Language) -> Iterator[Figure]:
    # Imported here because the import takes half a second and only a report needs it.
    import matplotlib
    from matplotlib.figure import Figure

    words = WORDS[language]
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "catcher", "font.size": 8}):
        figure = Figure(figsize=(_WIDTH, _HEIGHT), facecolor="none")
        axes = figure.add_axes((0.055, 0.16, 0.94, 0.77), facecolor="none")
        places = range(len(bars))
        counted = [bar.count.counted for bar in bars]
        others = [bar.count.mails - bar.count.counted for bar in bars]
        axes.bar(places, counted, width=0.72, color=_COUNTED, clip_on=False, zorder=2)
        axes.bar(places, others, bottom=counted, width=0.72, color=_OTHER, clip_on=False, zorder=2)
        highest = ceiling(max(bar.count.mails for bar in bars))
        axes.set_ylim(0, highest)
        axes.set_xlim(-0.6, len(bars) - 0.4)
        scale = (0, highest // 2, highest)
        axes.set_yticks(scale, [words.number(value) for value in scale])
        dated = places[::_DATE_EVERY]
        axes.set_xticks(dated, [words.short_day(bars[place].first) for place in dated])
        axes.tick_params(length=0, labelcolor=_TEXT)
        axes.tick_params(axis="x", pad=7)
        axes.hlines(scale, -0.6, len(bars) - 0.4, colors=_GRID, linewidth=0.7, clip_on=False, zorder=1)
        for spine in axes.spines.values():
            spine.set_visible(False)
        yield figure


def ceiling(value: int) -> int:
    """The smallest of 2, 4, 10, 20, 40, 100 … that is at least ``value``; its half is a whole number as well."""
    scale = 1
    while True:
        for nice in (2, 4, 10):
            if value <= nice * scale:
                return nice * scale
        scale *= 10
