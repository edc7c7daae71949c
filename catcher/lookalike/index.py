"""Finds the protected names that may explain a typed one, without comparing it with each at full length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from catcher.lookalike.channel import View
from catcher.lookalike.name import Name

MOST = 24
"""So many names are weighed for one typed name: the nearest by plain distance."""


def slips(letters: int) -> int:
    """How many single edits a text of so many letters may hold: one for every three, at least one, at most four."""
    return max(1, min(4, (letters + 1) // 3))


class _Texts:
    """Texts by length, each with the numbers of the names that have it."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._owners: dict[str, list[int]] = {}
        for number, text in enumerate(texts):
            self._owners.setdefault(text, []).append(number)
        self._by_length: dict[int, list[str]] = {}
        for text in self._owners:
            self._by_length.setdefault(len(text), []).append(text)

    def near(self, text: str, distance: int) -> Iterator[tuple[int, Sequence[int]]]:
        """(distance, owners) of each text within ``distance`` edits."""
        for length in range(len(text) - distance, len(text) + distance + 1):
            choices = self._by_length.get(length)
            if choices:
                for found, apart, _ in process.extract(
                    text, choices, scorer=OSA.distance, score_cutoff=distance, limit=None
                ):
                    yield int(apart), self._owners[found]


class Index:
    """Protected names, found by what stands left of their suffix and, for dots gone astray, by all their letters."""

    def __init__(self, names: Sequence[Name]) -> None:
        self._names = names
        self._lefts = _Texts(name.left for name in names)
        self._squeezed = _Texts(name.read.replace(".", "") for name in names)

    def near(self, views: Iterable[View]) -> list[tuple[int, View]]:
        """(number of a name, the view that it is near to), the nearest first, at most MOST."""
        found: dict[tuple[int, View], float] = {}
        for view in views:
            if view.suffix is None:
                text = view.text.replace(".", "")
                for apart, owners in self._squeezed.near(text, min(2, slips(len(text) - 3))):
                    for owner in owners:
                        found[owner, view] = apart + 0.6
            else:
                for apart, owners in self._lefts.near(view.text, slips(len(view.text))):
                    for owner in owners:
                        same = self._names[owner].suffix == view.suffix
                        found[owner, view] = apart + (0.0 if same else 0.9) + 0.1 * len(view.kinds)
        nearest = sorted(found.items(), key=lambda item: item[1])
        return [key for key, _ in nearest[:MOST]]
