"""The noisy channel: explains by edits how an intended name became the typed name, and weighs each explanation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from catcher.lookalike.align import align
from catcher.lookalike.edits import EDIT_OF_PAIR, VOWELS, LetterEdit, word
from catcher.lookalike.name import ReadName
from catcher.lookalike.weights import START

_DEEPEST = 4
"""Most labels left of the suffix that are compared: no name worth watching has more."""


@dataclass(frozen=True, slots=True)
class View:
    """A reading of the typed name: possibly without a host's labels, or without a ``www`` that lost its dot."""

    text: str
    suffix: str | None
    """None: ``text`` is the whole name, and slips may change its dots like its letters."""
    kinds: tuple[str, ...] = ()
    """The assumptions of this reading."""


Feature = tuple[str, float]
"""A key of weights.EDIT_WEIGHTS, and the factor of its weight."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A sequence of edits from an intended name to the typed name."""

    features: tuple[Feature, ...]
    """The edits, and the other features that change the likelihood."""
    edits: tuple[str, ...]
    """The kinds of the edits, from the left."""
    score: float
    """Log-probability, up to a constant."""

    @property
    def edit(self) -> LetterEdit:
        """One word that names all edits in the JSON output (DESIGN §4)."""
        return word(self.edits)


def views(name: ReadName) -> Iterator[View]:
    """The readings of ``name``, the plainest first."""
    labels = name.left.split(".")
    foreign = ("look.foreign",) * min(name.foreign, 3)
    for dropped in range(max(0, len(labels) - _DEEPEST), len(labels)):
        left = ".".join(labels[dropped:])
        kinds = (*foreign, *(("subdomain",) if dropped else ()))
        yield View(left, name.suffix, kinds)
        if left.startswith("www") and len(left) > 5 and left[3] != ".":
            yield View(left[3:], name.suffix, (*kinds, "www"))
        country = name.suffix.rpartition(".")[2]
        if len(country) == 2 and left.endswith(country) and len(left) > 4:
            yield View(left.removesuffix(country).removesuffix("-"), name.suffix, (*kinds, "country"))
        if dropped + 1 < len(labels):
            yield View(".".join(labels[dropped:-1]), labels[-1], (*kinds, "suffix.added"))
    yield View(name.read, None, foreign)
    if labels[0].startswith("www"):
        yield View(name.read[3:], None, (*foreign, "www"))


def explain(view: View, intended: ReadName) -> Explanation | None:
    """The likeliest explanation of ``view`` by ``intended``; None when the two differ too much.

    START alone chooses the edits, and other weights only judge them: those weights were trained on such explanations.
    """
    if view.suffix is None:
        against, between = intended.read, None
    else:
        against, between = intended.left, suffix_kind(view.suffix, intended.suffix)
    placed = align(view.text, against, START)
    if placed is None:
        return None
    kinds = [*view.kinds, *(kind for kind, _ in placed), *((between,) if between else ())]
    if intended.foreign and not view.kinds.count("look.foreign"):
        kinds.append("look.foreign")
    named = [kind for kind in kinds if kind in EDIT_OF_PAIR]
    kinds += ["second", "third", "more"][: max(0, len(named) - 1)]
    kinds += _lengthened([kind.partition(".")[0] for kind, _ in placed])
    features = [(kind, 1.0) for kind in kinds]
    features.append(("vowel", float(_spoken(intended.left))))
    features += _placed(placed, len(against))
    if named:
        features.append(("dense", 5 * len(named) / len(against)))
    return Explanation(tuple(features), tuple(named), weigh(features, START))


def weigh(features: Iterable[Feature], weights: Mapping[str, float]) -> float:
    """The log-probability of all features together."""
    return sum(weights[name] * much for name, much in features)


def _placed(edits: Sequence[tuple[str, int]], length: int) -> Iterator[Feature]:
    """The features for the places of the edits in a name of ``length`` letters: people check the first and the last
    letter most, and late letters least."""
    late: dict[str, float] = {}
    for kind, place in edits:
        what = kind.partition(".")[0]
        if what in ("substitute", "insert", "omit"):
            if place == 0:
                yield f"{what}.first", 1.0
            elif place >= length - 1:
                yield f"{what}.last", 1.0
        if what in ("substitute", "insert", "omit", "swap"):
            late[f"{what}.late"] = edits[0][1] / length
    yield from late.items()
    if len(edits) == 2 and edits[1][1] - edits[0][1] <= 1:
        yield "beside", 1.0


@lru_cache(4096)
def _spoken(left: str) -> int:
    """The number of vowels per ten letters: an unpronounceable name is mistyped more often than a word."""
    return round(10 * sum(left.count(vowel) for vowel in VOWELS) / len(left))


def _lengthened(edits: list[str]) -> list[str]:
    """Features for several letters added or dropped: they suggest another name, since a slip adds or drops one."""
    more = edits.count("insert") - edits.count("omit")
    return ["grown"] * min(more - 1, 3) if more > 0 else ["shrunk"] * min(-more - 1, 3)


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
