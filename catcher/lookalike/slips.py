"""The single slips of a typist who means a label: each typed label, the slip's kind and place, and its fellow targets.

A kind's rate is divided among its targets: whoever presses a digit by mistake presses one of ten, so each of the ten
names gets a tenth. Labels are U-labels; keys are those of the layouts in keyboard.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from math import log
from string import ascii_lowercase, digits
from typing import NamedTuple

from catcher.lookalike.keyboard import BESIDE

_TYPED = f"{ascii_lowercase}{digits}-"
"""The characters of a label of a host name (RFC 1123 §2.1)."""
_ROWS = ("1234567890-", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_SAME_ROW = frozenset(pair for row in _ROWS for a, b in pairwise(row) for pair in (a + b, b + a))
"""Pairs of neighbours in a row of QWERTY: the slips of a finger to the side."""
_NEXT_ROW = frozenset(
    pair
    for above, below in pairwise(_ROWS)
    for place, key in enumerate(above)
    for other in below[max(place - 1, 0) : place + 1]
    for pair in (key + other, other + key)
)
"""Pairs of neighbours in two rows of QWERTY. The rest of keyboard.BESIDE are neighbours on another layout."""
_LEFT_HAND = frozenset("12345qwertasdfgzxcvb")
"""The keys of the left hand on QWERTY."""
_SPOKEN = frozenset("aeiou")
_ALIKE_TO_THE_EAR = frozenset(
    pair
    for a, b in ("ck", "cs", "sz", "jg", "bv", "vw", "iy", "mn", "dt", "fv", "kq", "jz", "bp", "ey", "sx", "gk")
    for pair in (a + b, b + a)
)
_ALIKE_TO_THE_EYE = frozenset({"0o", "o0", "1l", "l1", "1i", "i1", "5s", "s5"})
_PAIRS = (
    *(("pair.ear", *pair) for pair in (("f", "ph"), ("i", "ee"), ("u", "oo"), ("x", "ks"), ("y", "ie"))),
    *(("pair.ear", *pair) for pair in (("ph", "f"), ("ee", "i"), ("oo", "u"), ("ks", "x"), ("ie", "y"))),
    *(("pair.eye", *pair) for pair in (("m", "rn"), ("w", "vv"), ("d", "cl"), ("m", "nn"))),
    *(("pair.eye", *pair) for pair in (("rn", "m"), ("vv", "w"), ("cl", "d"))),
)
"""(kind, typed letters, meant letters)."""


class Slip(NamedTuple):
    """One slip in a label."""

    kind: str
    """A key of sliprates.SLIP_RATES; before the dot: ``omit``, ``insert``, ``substitute``, ``swap`` or ``pair``."""
    places: tuple[str, ...]
    """The keys of sliprates.SLIP_RATES for the slip's place in the label."""
    divisor: float
    """The logarithm of the number of labels that share the rate of this kind at this place."""


def slipped(label: str) -> dict[str, Slip]:
    """Each label that one slip makes of ``label`` (a U-label) → that slip. None is empty, or begins or ends with a
    hyphen. Two slips never make the same label, but for one in a run of equal letters, which counts once."""
    found: dict[str, Slip] = {}
    for typed, slip in _slips(label):
        if typed and typed[0] != "-" != typed[-1] and typed != label:
            found.setdefault(typed, slip)
    return found


def _slips(label: str) -> Iterator[tuple[str, Slip]]:
    most = len(label) - 1
    size = ("omit.short",) if most < 6 else ("omit.long",) if most > 8 else ()
    latin = any(letter.isascii() for letter in label)
    for place, letter in enumerate(label):
        before, after = label[place - 1 : place] if place else "", label[place + 1 : place + 2]
        left, right = label[:place], label[place + 1 :]
        if letter != before:
            places = (*_places("omit", place, most), *size)
            yield left + right, Slip(_omission(letter, after), places, 0.0)
        if after and after != letter:
            yield left + after + letter + right[1:], Slip(_swap(letter, after), _places("swap", place, most - 1), 0.0)
        if len(right) > 1 and len({letter, *right[:2]}) > 1:
            yield left + right[:2] + letter + right[2:], Slip("swap.far", _places("swap", place, most - 1), 0.0)
            yield (
                left + right[1] + letter + right[0] + right[2:],
                Slip("swap.far", _places("swap", place, most - 1), 0.0),
            )
        if latin:
            places = _places("substitute", place, most)
            for other in dict.fromkeys((before, after)):
                if other and other != letter:
                    # The wrong letter is doubled: yahho for yahoo (Rumelhart and Norman 1982).
                    moved = letter == (after if other == before else before)
                    kind = "substitute.moved-double" if moved else "substitute.repeated"
                    yield left + other + right, Slip(kind, places, 0.0)
            for kind, others, divisor in _substitutes(letter):
                slip = Slip(kind, places, divisor)
                for other in others:
                    yield left + other + right, slip
        for kind, typed, meant in _PAIRS:
            if label.startswith(meant, place):
                yield left + typed + label[place + len(meant) :], Slip(kind, (), 0.0)
    for place in range(len(label) + 1):
        before, after = label[place - 1 : place] if place else "", label[place : place + 1]
        left, right = label[:place], label[place:]
        if before and before != after:
            yield left + before + right, Slip("insert.double", _places("insert", place - 1, most + 1), 0.0)
        if latin:
            places = _places("insert", place, most + 1)
            for kind, others, divisor in _insertions(before, after):
                slip = Slip(kind, places, divisor)
                for other in others:
                    yield left + other + right, slip


@lru_cache(512)
def _places(edit: str, place: int, last: int) -> tuple[str, ...]:
    """The first place, the last, or one of the thirds between them, of which the second place and the last but one are
    looked at more closely."""
    if place == 0:
        return (f"{edit}.first",)
    if place >= last:
        return (f"{edit}.last",)
    third = ("early", "middle", "late")[min(2, (6 * place - 3) // (2 * last))]
    near = [f"{edit}.second"] if place == 1 else []
    near += [f"{edit}.last-but-one"] if place == last - 1 else []
    return (f"{edit}.{third}", *near)


def _omission(letter: str, after: str) -> str:
    if letter == after:
        return "omit.double"
    if letter in _SPOKEN:
        return "omit.vowel"
    return "omit.hyphen" if letter == "-" else "omit.other"


def _swap(first: str, second: str) -> str:
    """Fingers of two hands come out of order far oftener than those of one hand (Grudin 1983)."""
    if first in _SPOKEN and second in _SPOKEN:
        return "swap.vowels"
    return "swap.hands" if (first in _LEFT_HAND) != (second in _LEFT_HAND) else "swap.hand"


@lru_cache(4_096)
def _substitutes(letter: str) -> tuple[tuple[str, tuple[str, ...], float], ...]:
    """(kind, the characters typed in place of ``letter``, the logarithm of their number)."""
    return _divided((_substitute(typed, letter), typed) for typed in _TYPED if typed != letter)


def _substitute(typed: str, meant: str) -> str:
    if typed.isdigit() or meant.isdigit():
        if typed in BESIDE.get(meant, ()):
            return "substitute.digit-beside"
        if typed + meant in _ALIKE_TO_THE_EYE:
            return "substitute.digit-alike"
        return "substitute.digits" if typed.isdigit() and meant.isdigit() else "substitute.digit"
    if "-" in (typed, meant):
        return "substitute.hyphen"
    if typed + meant in _SAME_ROW:
        return "substitute.row"
    if typed in _SPOKEN and meant in _SPOKEN:
        return f"substitute.{min(typed, meant)}-{max(typed, meant)}"
    if typed + meant in _NEXT_ROW:
        return "substitute.beside"
    if typed + meant in _ALIKE_TO_THE_EAR:
        return "substitute.ear"
    return "substitute.layout" if typed in BESIDE.get(meant, ()) else "substitute.other"


@lru_cache(8_192)
def _insertions(before: str, after: str) -> tuple[tuple[str, tuple[str, ...], float], ...]:
    """(kind, the characters typed between ``before`` and ``after``, the logarithm of their number)."""
    return _divided((_insertion(typed, before, after), typed) for typed in _TYPED if typed not in (before, after))


def _insertion(typed: str, before: str, after: str) -> str:
    if typed == "-":
        return "insert.hyphen"
    if typed.isdigit():
        return "insert.digit"
    if typed == "s" and not after:
        return "insert.plural"
    if typed + before in _SAME_ROW or typed + after in _SAME_ROW:
        return "insert.row"
    if typed in _SPOKEN:
        return "insert.vowel"
    return "insert.beside" if typed in BESIDE.get(before, ()) or typed in BESIDE.get(after, ()) else "insert.other"


def _divided(kinds: Iterator[tuple[str, str]]) -> tuple[tuple[str, tuple[str, ...], float], ...]:
    of_kind: dict[str, list[str]] = {}
    for kind, typed in kinds:
        of_kind.setdefault(kind, []).append(typed)
    return tuple((kind, tuple(typed), log(len(typed))) for kind, typed in of_kind.items())
