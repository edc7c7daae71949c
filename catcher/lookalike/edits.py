"""Gives each edit its kind (features.py): a slip of the hand or of the ear, by the letters and their neighbours."""

from __future__ import annotations

from collections.abc import Iterable

from catcher.lookalike.features import EDIT_OF_PAIR, LetterEdit
from catcher.lookalike.keyboard import BESIDE

__all__ = ["EDIT_OF_PAIR", "LETTERS", "PAIRS", "VOWELS", "LetterEdit", "insertion", "omission", "substitution", "word"]

VOWELS = frozenset("aeiou")
_LOOKS = frozenset({"0o", "o0", "1l", "l1", "1i", "i1", "5s", "s5"})
_SOUNDS = frozenset(
    pair + turn
    for a, b in ("ck", "cs", "sz", "jg", "bv", "vw", "iy", "mn", "dt", "fv", "kq", "jz", "bp", "ey", "sx", "gk")
    for pair, turn in ((a + b, ""), (b + a, ""))
)
PAIRS = {
    ("rn", "m"): "look.pair",
    ("m", "rn"): "look.pair",
    ("vv", "w"): "look.pair",
    ("w", "vv"): "look.pair",
    ("cl", "d"): "look.pair",
    ("d", "cl"): "look.pair",
    ("nn", "m"): "look.pair",
    ("f", "ph"): "sound.pair",
    ("ph", "f"): "sound.pair",
    ("ee", "i"): "sound.pair",
    ("i", "ee"): "sound.pair",
    ("oo", "u"): "sound.pair",
    ("u", "oo"): "sound.pair",
    ("ks", "x"): "sound.pair",
    ("x", "ks"): "sound.pair",
    ("ie", "y"): "sound.pair",
    ("y", "ie"): "sound.pair",
}
"""(typed letters, intended letters) → the kind of edit; one of the two has two letters."""


LETTERS = frozenset(
    kind for kind in EDIT_OF_PAIR if kind.startswith(("swap", "substitute.", "sound.", "insert.", "omit.", "look."))
) - {"look.foreign"}
"""The kinds that change a letter or two of the name itself."""


def substitution(typed: str, intended: str) -> str:
    """The kind of edit that replaces the intended character by the typed one."""
    if "." in (typed, intended):
        return "dot.mistake"
    pair = typed + intended
    if pair in _LOOKS:
        return "look.letter"
    if typed in BESIDE.get(intended, ()):
        return "substitute.key"
    if typed in VOWELS and intended in VOWELS:
        return "substitute.vowel"
    if pair in _SOUNDS:
        return "substitute.sound"
    return "substitute.digit" if typed.isdigit() != intended.isdigit() else "substitute.other"


def insertion(typed: str, before: str, after: str) -> str:
    """The kind of edit that inserts a character between ``before`` and ``after`` of the intended name."""
    if typed == ".":
        return "dot.insert"
    if typed in (before, after):
        return "insert.double"
    if typed == "s" and after in ("", "."):
        return "insert.plural"
    if typed == "-":
        return "insert.hyphen"
    if typed in BESIDE.get(before, ()) or typed in BESIDE.get(after, ()):
        return "insert.key"
    if typed.isdigit():
        return "insert.digit"
    return "insert.vowel" if typed in VOWELS else "insert.other"


def omission(intended: str, before: str, after: str) -> str:
    """The kind of edit that omits a character between ``before`` and ``after``."""
    if intended == ".":
        return "dot.omit"
    if intended in (before, after):
        return "omit.double"
    if intended == "s" and after in ("", "."):
        return "omit.plural"
    if intended == "-":
        return "omit.hyphen"
    return "omit.vowel" if intended in VOWELS else "omit.other"


def word(kinds: Iterable[str]) -> LetterEdit:
    """The outer surface's word for all edits of one explanation; OTHER for several kinds, and for no edit.

    A name that lost a dot under another suffix is DOT: the loss explains the suffix, too.
    """
    words = {EDIT_OF_PAIR[kind] for kind in kinds}
    if words == {LetterEdit.DOT, LetterEdit.TLD}:
        return LetterEdit.DOT
    return words.pop() if len(words) == 1 else LetterEdit.OTHER
