"""Prepares a domain name for comparison: as people read it, and cut at its public suffix."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from catcher.lookalike.confusables import LOOKS_LIKE

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

    @property
    def read(self) -> str:
        """The whole name, as people read it."""
        return f"{self.left}.{self.suffix}" if self.suffix else self.left


def name_of(text: str, registrable: Registrable) -> ReadName:
    """The parts of ``text``: lower-case A-labels, or any text that was folded to the letters of a domain name."""
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
    folded = [_as_read(label) for label in left.split(".")]
    ended = [_as_read(label) for label in suffix.split(".")]
    return ReadName(
        text,
        ".".join(label for label, _ in folded),
        ".".join(label for label, _ in ended),
        sum(foreign for _, foreign in (*folded, *ended)),
    )


@lru_cache(4096)
def _as_read(label: str) -> tuple[str, int]:
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
        ascii = character if character.isascii() else _letter(character)
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
