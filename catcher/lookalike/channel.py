"""The noisy channel: explains by edits how an intended name became the typed name, and weighs each explanation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from catcher.lookalike.align import align
from catcher.lookalike.edits import LETTERS, VOWELS, word
from catcher.lookalike.features import EDIT_OF_PAIR, START, LetterEdit
from catcher.lookalike.letters import Letters
from catcher.lookalike.name import ReadName
from catcher.lookalike.readings import GLUED, View
from catcher.model.value import value

LONG = 14
"""More letters than this change no likelihood any more."""
_ROOM_FOR_TWO = 8
"""With fewer letters, two slips suggest another name; the fewer letters, the more strongly."""
_ROOM_FOR_THREE = 17
_CROWDED = 8
_PLACES = {
    "substitute": ("substitute.first", "substitute.last", "substitute.late"),
    "insert": ("insert.first", "insert.last", "insert.late"),
    "omit": ("omit.first", "omit.last", "omit.late"),
}
"""First word of an edit's kind → the features of its place."""

Term = tuple[str, float]
"""A name of the table of features, and the factor of its weight."""


@value
class Explanation:
    """A sequence of edits from an intended name to the typed name."""

    features: tuple[Term, ...]
    """The edits, and the other features that change the likelihood."""
    edits: tuple[str, ...]
    """The kinds of the edits, from the left."""

    @property
    def edit(self) -> LetterEdit:
        """One word that names all edits in the JSON output (DESIGN §4)."""
        return word(self.edits)


def explain(view: View, intended: ReadName) -> Explanation | None:
    """The explanation of ``view`` by ``intended``; None when the two differ too much.

    The weights of the table (START) choose the edits, so an explanation is the same before and after training.
    """
    whole = view.suffix is None
    against = intended.read if whole else intended.left
    between = None if view.suffix is None else suffix_kind(view.suffix, intended.suffix)
    if between and "dot.suffix" in view.kinds:
        return None  # what was taken away is a suffix of another name
    placed = align(view.text, against, START)
    if placed is None or (whole and all(place < len(intended.left) for place in _dots(placed))):
        return None  # where the dot before the suffix is right, another view reads the suffix apart
    kinds = [*view.kinds, *(kind for kind, _ in placed), *((between,) if between else ())]
    if "dot.omit" not in kinds and not GLUED.isdisjoint(kinds):
        kinds.append("dot.omit")
    changed = "spelt.out" if intended.spelt else "look.foreign"
    if intended.foreign and changed not in kinds:
        kinds.append(changed)
    edits = tuple(kind for kind in kinds if kind in EDIT_OF_PAIR)
    terms = [(kind, 1.0) for kind in kinds]
    terms += _of_places(placed, len(against))
    terms += _of_number(len(edits))
    terms += _of_letters(placed, view.text, against)
    if view.known and not GLUED.isdisjoint(kinds):
        terms.append(("dot.known", 1.0))
    if between and view.suffix is not None:
        terms += _of_suffix(view, between, intended, alone=len(edits) == 1)
    return Explanation(tuple(terms), edits)


def none_features(typed: ReadName, letters: Letters) -> Iterator[Term]:
    """The terms of the log-probability that ``typed`` stands for itself; they see the label left of its suffix."""
    label = typed.left.rpartition(".")[2]
    length = min(len(label), LONG)
    yield "none", 1.0
    yield "none.letters", float(length)
    yield "none.reads", letters.fluency(label) * length / 5
    if label in letters.known:
        yield "none.known", 1.0


def weigh(features: Iterable[Term], weights: Mapping[str, float]) -> float:
    """The log-probability of all features together."""
    return sum(weights[name] * factor for name, factor in features)


def suffix_kind(typed: str, intended: str) -> str | None:
    """The relation of one public suffix to another; None when they are the same."""
    if typed == intended:
        return None
    if OSA.distance(typed, intended, score_cutoff=1) <= 1:
        if len(typed) != len(intended):
            return "suffix.omit" if len(typed) < len(intended) else "suffix.insert"
        return "suffix.swap" if sorted(typed) == sorted(intended) else "suffix.substitute"
    if intended.endswith(f".{typed}"):
        return "suffix.dropped"
    if typed.endswith(f".{intended}"):
        return "suffix.added"
    if typed.rpartition(".")[2] == intended.rpartition(".")[2]:
        return "suffix.sibling"
    return "suffix.other"


@lru_cache(4096)
def vowels(left: str) -> float:
    """The number of vowels per ten letters: an unpronounceable name is mistyped more often than a word."""
    return float(round(10 * sum(left.count(vowel) for vowel in VOWELS) / len(left)))


def _dots(placed: Sequence[tuple[str, int]]) -> list[int]:
    return [place for kind, place in placed if kind.startswith("dot.")]


def _of_places(edits: Sequence[tuple[str, int]], length: int) -> Iterator[Term]:
    """People check the first and the last letter most, and late letters least."""
    late: dict[str, float] = {}
    for kind, place in edits:
        if kind == "swap":
            late["swap.late"] = late.get("swap.late", 0.0) + place / length
        elif places := _PLACES.get(kind.partition(".")[0]):
            first, last, far = places
            if place == 0:
                yield first, 1.0
            elif place >= length - 1:
                yield last, 1.0
            late[far] = late.get(far, 0.0) + place / length
    yield from late.items()
    if len(edits) == 2 and edits[1][1] - edits[0][1] <= 1:
        yield "beside", 1.0


def _of_number(edits: int) -> Iterator[Term]:
    """One edit is likelier than two."""
    if edits > 1:
        yield "second", 1.0
    if edits > 2:
        yield "third", 1.0
    if edits > 3:
        yield "more", float(edits - 3)


def _of_letters(placed: Sequence[tuple[str, int]], typed: str, intended: str) -> Iterator[Term]:
    """Several letters added, dropped or changed suggest another name, since a slip adds, drops or changes one."""
    slips = [kind for kind, _ in placed if kind in LETTERS]
    if not slips:
        return
    yield "dense", 5 * len(slips) / len(intended)
    added = sum(kind.startswith("insert.") for kind in slips)
    omitted = sum(kind.startswith("omit.") for kind in slips)
    if added - omitted > 1:
        yield "grown", float(min(added - omitted - 1, 3))
    if omitted - added > 1:
        yield "shrunk", float(min(omitted - added - 1, 3))
    shorter = min(len(typed), len(intended))
    if len(slips) == 1:
        yield "one.crowded", float(max(0, _ROOM_FOR_TWO - shorter))
        return
    if len(slips) == 2:
        yield "two", 1.0
        yield "two.crowded", float(max(0, _ROOM_FOR_TWO - shorter))
    else:
        yield "three", 1.0
        yield "three.crowded", float(min(max(0, _ROOM_FOR_THREE - shorter), _CROWDED))
    yield "all.inserted", float(added == len(slips))
    yield "all.omitted", float(omitted == len(slips))
    yield "around", float(typed.startswith(intended) or typed.endswith(intended))
    yield "within", float(intended.startswith(typed) or intended.endswith(typed))


def _of_suffix(view: View, between: str, intended: ReadName, *, alone: bool) -> Iterator[Term]:
    """The same label under another suffix is often another organisation's own name."""
    typed = view.suffix or ""
    if typed.rpartition(".")[2] != intended.suffix.rpartition(".")[2] and view.lives is not None:
        yield "suffix.lives" if view.lives else "suffix.unknown", 1.0
    if not alone:
        return
    if between == "suffix.dropped":
        yield "dropped.alone", 1.0
        return
    yield "suffix.alone", 1.0
    yield "suffix.long", float(min(len(intended.left), LONG))
    if view.known:
        yield "suffix.known", 1.0
