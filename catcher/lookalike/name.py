"""A domain name taken apart for comparison: as it is read, and cut at its public suffix."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from catcher.lookalike.confusables import LOOKS_LIKE

Registrable = Callable[[str], str | None]
"""A-label name → the public suffix and one label more; None for a public suffix (directory.Suffixes.registrable)."""


@dataclass(frozen=True, slots=True)
class ReadName:
    """One name."""

    text: str
    """As given: lower-case A-labels."""
    left: str
    """What stands left of the public suffix, as it is read: characters that look like ASCII ones are those."""
    suffix: str
    """The public suffix, as it is read; empty when the name has a single label."""
    foreign: int
    """How many characters of ``left`` only look like what is written there."""

    @property
    def read(self) -> str:
        """The whole name as it is read."""
        return f"{self.left}.{self.suffix}" if self.suffix else self.left


def name_of(text: str, registrable: Registrable) -> ReadName:
    """``text``: lower-case A-labels, or any text that was folded to the letters of a domain name."""
    registered = registrable(text)
    if registered is None:  # a public suffix, or one of an operator's customers: cut before the last label
        left, _, suffix = text.rpartition(".")
    else:
        suffix = registered.partition(".")[2]
        left = text[: -len(suffix) - 1]
    if not left:
        left, suffix = suffix, ""
    if "xn--" not in text:
        return ReadName(text, left, suffix, 0)
    folded = [_as_read(label) for label in left.split(".")]
    return ReadName(
        text,
        ".".join(label for label, _ in folded),
        ".".join(_as_read(label)[0] for label in suffix.split(".")),
        sum(foreign for _, foreign in folded),
    )


@lru_cache(4096)
def _as_read(label: str) -> tuple[str, int]:
    """A label as it is read, and how many of its characters only look like that; what can't be decoded stays."""
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
