"""Prepares a domain name for comparison: as people read it, and cut at its public suffix."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from catcher.lookalike.confusables import LOOKS_LIKE

SPELT_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae", "ß": "ss", "œ": "oe"}
"""Letter → the ASCII letters by which it is written where it can't be typed."""

Registrable = Callable[[str], str | None]
"""A-label name → its public suffix with one more label; None for a public suffix (directory.Suffixes.registrable)."""


@dataclass(frozen=True, slots=True)
class ReadName:
    """One name."""

    text: str
    """As given: lower-case A-labels."""
    left: str
    """The part left of the public suffix, as people read it: an ASCII look-alike becomes its ASCII letter."""
    suffix: str
    """The public suffix, as people read it; empty when the name has a single label."""
    foreign: int
    """Number of characters of the original name that only look like the ASCII letters in ``left`` and ``suffix``."""
    spelt: bool = False
    """Whether letters of the original name are spelt out in ``left`` and ``suffix`` (SPELT_OUT)."""

    @property
    def read(self) -> str:
        """The whole name, as people read it."""
        return f"{self.left}.{self.suffix}" if self.suffix else self.left


def names_of(text: str, registrable: Registrable) -> Iterator[ReadName]:
    """``text`` as its letters look, and, where it has letters that are spelt out, as it is then."""
    name = name_of(text, registrable)
    yield name
    if "xn--" in text:
        spelt = name_of(text, registrable, spelt=True)
        if spelt.read != name.read:
            yield spelt


def name_of(text: str, registrable: Registrable, *, spelt: bool = False) -> ReadName:
    """The parts of ``text``: lower-case A-labels, or any text that was folded to the letters of a domain name.

    ``spelt``: whether letters are spelt out where they can be.
    """
    registered = registrable(text)
    if registered is None:  # a public suffix, of a registry or for a platform's customers: cut before the last label
        left, _, suffix = text.rpartition(".")
    else:
        suffix = registered.partition(".")[2]
        left = text[: -len(suffix) - 1]
    if not left:
        left, suffix = suffix, ""
    if "xn--" not in text:
        return ReadName(text, left, suffix, 0)
    folded = [_as_read(label, spelt) for label in left.split(".")]
    ended = [_as_read(label, spelt) for label in suffix.split(".")]
    return ReadName(
        text,
        ".".join(label for label, _ in folded),
        ".".join(label for label, _ in ended),
        sum(foreign for _, foreign in (*folded, *ended)),
        spelt,
    )


@lru_cache(4096)
def _as_read(label: str, spelt: bool) -> tuple[str, int]:
    """(a label as people read it, the number of replaced characters); an undecodable label stays unchanged."""
    if not label.startswith("xn--"):
        return label, 0
    try:
        shown = label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, OverflowError, ValueError):
        return label, 0
    letters: list[str] = []
    foreign = 0
    for character in unicodedata.normalize("NFKC", shown).lower():
        spelt_out = SPELT_OUT.get(character) if spelt else None
        ascii = character if character.isascii() else spelt_out or _letter(character)
        foreign += ascii != character
        letters.append(ascii)
    return "".join(letters), foreign


def _letter(character: str) -> str:
    if character in LOOKS_LIKE:
        return LOOKS_LIKE[character]
    return "".join(
        LOOKS_LIKE.get(part, part)
        for part in unicodedata.normalize("NFD", character)
        if not unicodedata.combining(part)
    )
