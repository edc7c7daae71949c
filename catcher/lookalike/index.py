"""Finds the protected names that may explain a typed name, without a full comparison with each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from catcher.lookalike.name import ReadName
from catcher.lookalike.readings import FARTHEST, View

MOST_NEAREST = 24
"""Most readings of names that are weighed for one typed name: the nearest ones by plain edit distance."""


def slips(letters: int) -> int:
    """Most single edits in a text of ``letters`` letters: one up to three letters, two up to nine letters, else
    three."""
    return 1 if letters < 4 else 2 if letters < 10 else FARTHEST


@lru_cache(256)
def _pieces(length: int) -> tuple[tuple[int, int], ...]:
    """(start, end) of each piece into which a text of ``length`` letters is cut. There is one piece more than allowed
    edits, so the edits leave at least one piece whole."""
    count = slips(length) + 1
    cuts = [length * number // count for number in range(count + 1)]
    return tuple(pairwise(cuts))


class _Texts:
    """Texts with their owners. A text is found by a piece that the edits left whole (Li et al., Pass-Join, VLDB 2011).

    A transposition across a cut changes two pieces: if it is the last allowed edit, the text isn't found.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._owners: dict[str, list[int]] = {}
        for number, text in enumerate(texts):
            self._owners.setdefault(text, []).append(number)
        self._by_piece: dict[tuple[int, int, str], list[str]] = {}
        for text in self._owners:
            for number, (start, end) in enumerate(_pieces(len(text))):
                self._by_piece.setdefault((len(text), number, text[start:end]), []).append(text)

    def near(self, text: str, distance: int) -> Iterator[tuple[int, Sequence[int]]]:
        """(distance, owners) of each text within ``distance`` edits and within ``slips`` of its own length.

        They come in no order: Index.near sorts by all that it keeps.
        """
        for length in range(max(1, len(text) - distance), len(text) + distance + 1):
            allowed = min(distance, slips(length))
            longer = len(text) - length
            if abs(longer) > allowed:
                continue
            choices = list(self._sharing(text, length, longer))
            if choices:
                for found, apart, _ in process.extract(
                    text, choices, scorer=OSA.distance, score_cutoff=allowed, limit=None
                ):
                    yield int(apart), self._owners[found]

    def _sharing(self, text: str, length: int, longer: int) -> set[str]:
        """The texts of ``length`` letters with a piece that ``text`` contains, no farther from its place than edits can
        move it.

        Each piece left of the first whole piece holds an edit, so at most that number of edits moved the whole piece.
        The same holds from the right.
        """
        found: set[str] = set()
        pieces = _pieces(length)
        for number, (start, end) in enumerate(pieces):
            behind = len(pieces) - 1 - number
            least, most = max(-number, longer - behind), min(number, longer + behind)
            for place in range(max(0, start + least), min(len(text) - end + start, start + most) + 1):
                found.update(self._by_piece.get((length, number, text[place : place + end - start]), ()))
        return found


class Index:
    """Protected names, found by the part left of the suffix and, for misplaced dots, by all letters."""

    def __init__(self, names: Sequence[ReadName]) -> None:
        self._names = names
        self._lefts = _Texts(name.left for name in names)
        self._squeezed = _Texts(name.read.replace(".", "") for name in names)

    def near(self, views: Iterable[View]) -> list[tuple[int, View]]:
        """(number of a name, the view near it), the nearest first, at most MOST_NEAREST.

        The order of the names has no effect: of names as near, the first by the alphabet is taken.
        """
        found: dict[tuple[int, int], tuple[float, str, int, View]] = {}
        for place, view in enumerate(views):
            if view.suffix is None:
                text = view.text.replace(".", "")
                for apart, owners in self._squeezed.near(text, min(2, view.reach, slips(len(text) - 3))):
                    for owner in owners:
                        found[owner, place] = (apart + 0.6, self._names[owner].text, place, view)
            else:
                for apart, owners in self._lefts.near(view.text, view.reach):
                    for owner in owners:
                        same = self._names[owner].suffix == view.suffix
                        far = apart + (0.0 if same else 0.9) + 0.1 * len(view.kinds)
                        found[owner, place] = (far, self._names[owner].text, place, view)
        nearest = sorted(found.items(), key=lambda item: item[1][:3])
        return [(owner, view) for (owner, _), (*_, view) in nearest[:MOST_NEAREST]]
