"""The kinds of edits that the channel knows, slips of the hand or the ear, and their words on the outer surface."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from catcher.lookalike.keyboard import BESIDE

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


class LetterEdit(StrEnum):
    """The outer surface's words (DESIGN §4) for the change from the intended name to the typed name."""

    OMISSION = "omission"
    INSERTION = "insertion"
    SUBSTITUTION = "substitution"
    TRANSPOSITION = "transposition"
    TLD = "tld"
    """Another public suffix, or a mistyped one."""
    DOT = "dot"
    """A dot that is missing, superfluous, moved or replaced; ``www`` without its dot."""
    HOMOGLYPH = "homoglyph"
    """A character that looks like the intended one."""
    OTHER = "other"
    """Several kinds at once."""


EDIT_OF_PAIR: dict[str, LetterEdit] = {
    "swap": LetterEdit.TRANSPOSITION,
    "substitute.key": LetterEdit.SUBSTITUTION,
    "substitute.vowel": LetterEdit.SUBSTITUTION,
    "substitute.sound": LetterEdit.SUBSTITUTION,
    "substitute.digit": LetterEdit.SUBSTITUTION,
    "substitute.other": LetterEdit.SUBSTITUTION,
    "sound.pair": LetterEdit.SUBSTITUTION,
    "insert.double": LetterEdit.INSERTION,
    "insert.key": LetterEdit.INSERTION,
    "insert.vowel": LetterEdit.INSERTION,
    "insert.hyphen": LetterEdit.INSERTION,
    "insert.digit": LetterEdit.INSERTION,
    "country": LetterEdit.INSERTION,
    "insert.plural": LetterEdit.INSERTION,
    "insert.other": LetterEdit.INSERTION,
    "omit.double": LetterEdit.OMISSION,
    "omit.vowel": LetterEdit.OMISSION,
    "omit.plural": LetterEdit.OMISSION,
    "omit.hyphen": LetterEdit.OMISSION,
    "omit.other": LetterEdit.OMISSION,
    "look.letter": LetterEdit.HOMOGLYPH,
    "look.pair": LetterEdit.HOMOGLYPH,
    "look.foreign": LetterEdit.HOMOGLYPH,
    "dot.omit": LetterEdit.DOT,
    "dot.insert": LetterEdit.DOT,
    "dot.move": LetterEdit.DOT,
    "dot.mistake": LetterEdit.DOT,
    "www": LetterEdit.DOT,
    "suffix.omit": LetterEdit.TLD,
    "suffix.insert": LetterEdit.TLD,
    "suffix.swap": LetterEdit.TLD,
    "suffix.substitute": LetterEdit.TLD,
    "suffix.dropped": LetterEdit.TLD,
    "suffix.added": LetterEdit.TLD,
    "suffix.sibling": LetterEdit.TLD,
    "suffix.other": LetterEdit.TLD,
}
"""Every kind of edit → its word on the outer surface."""

LETTERS = frozenset(
    kind
    for kind in EDIT_OF_PAIR
    if kind != "country" and kind.partition(".")[0] in ("swap", "substitute", "sound", "insert", "omit")
)
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
    """The outer surface's word for all edits of one explanation, which has at least one."""
    words = {EDIT_OF_PAIR[kind] for kind in kinds}
    return words.pop() if len(words) == 1 else LetterEdit.OTHER
