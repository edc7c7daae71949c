"""The one table of features: each term that a score is the sum of, with its meaning and its weight before training.

A score is the log-probability of one explanation: the sum over its features of weight x factor. The factor is 1 for
each edit and each assumption of a reading; the other features say what their factor is. ``none.…`` are the features of
"none of the protected names". weights.py holds the trained weights; tests/training/lookalike.py makes them.
"""

from __future__ import annotations

from enum import StrEnum

from catcher.model.value import value


class LetterEdit(StrEnum):
    """The outer surface's words (DESIGN §4) for the change from the intended name to the typed name."""

    OMISSION = "omission"
    INSERTION = "insertion"
    SUBSTITUTION = "substitution"
    TRANSPOSITION = "transposition"
    TLD = "tld"
    """Another public suffix, or a mistyped one."""
    DOT = "dot"
    """A dot that is missing, superfluous, moved or replaced; a host's label or a suffix that lost its dot."""
    HOMOGLYPH = "homoglyph"
    """A character that looks like the intended one."""
    OTHER = "other"
    """Several kinds at once."""


@value
class Feature:
    """One row of the table."""

    name: str
    start: float
    """The weight before training: the relative frequencies of slips in studies of typing and of domain typos. Training
    stays near it where its data is scarce."""
    meaning: str
    edit: LetterEdit | None = None
    """The word for an edit; None where the feature is no edit."""
    fixed: bool = False
    """Whether training leaves ``start`` as it is: the labels hold no example, or judge by another rule."""


_SUBSTITUTION, _INSERTION, _OMISSION = LetterEdit.SUBSTITUTION, LetterEdit.INSERTION, LetterEdit.OMISSION
_DOT, _TLD, _HOMOGLYPH = LetterEdit.DOT, LetterEdit.TLD, LetterEdit.HOMOGLYPH

FEATURES: tuple[Feature, ...] = (
    # Edits of letters, and in the whole name of dots.
    Feature("swap", -3.0, "two letters exchanged", LetterEdit.TRANSPOSITION),
    Feature("substitute.key", -3.0, "a neighbouring key for the intended one", _SUBSTITUTION),
    Feature("substitute.vowel", -3.0, "a vowel for another", _SUBSTITUTION),
    Feature("substitute.sound", -3.0, "a letter that sounds alike", _SUBSTITUTION),
    Feature("substitute.digit", -4.5, "a digit for a letter, or the reverse", _SUBSTITUTION),
    Feature("substitute.other", -4.0, "any other letter", _SUBSTITUTION),
    Feature("sound.pair", -3.5, "one letter for two that sound alike, or the reverse", _SUBSTITUTION),
    Feature("insert.double", -2.5, "a letter doubled", _INSERTION),
    Feature("insert.key", -3.0, "a key hit beside a neighbouring one", _INSERTION),
    Feature("insert.vowel", -3.5, "a vowel added", _INSERTION),
    Feature("insert.hyphen", -3.0, "a hyphen added", _INSERTION),
    Feature("insert.plural", -3.0, "an s added at a label's end", _INSERTION),
    Feature("insert.digit", -3.5, "a digit added", _INSERTION),
    Feature("insert.other", -3.5, "any other letter added", _INSERTION),
    Feature("country", -3.0, "the country's two letters added to the label", _INSERTION),
    Feature("omit.double", -2.5, "one of two equal letters left out", _OMISSION),
    Feature("omit.vowel", -3.0, "a vowel left out", _OMISSION),
    Feature("omit.plural", -3.0, "an s left out at a label's end", _OMISSION),
    Feature("omit.hyphen", -2.5, "a hyphen left out", _OMISSION),
    Feature("omit.other", -3.3, "any other letter left out", _OMISSION),
    Feature("look.letter", -3.0, "an ASCII character that looks alike", _HOMOGLYPH),
    Feature("look.pair", -3.0, "two ASCII characters that look like one, or the reverse", _HOMOGLYPH),
    Feature("look.foreign", -1.0, "characters of another alphabet, or with an accent", _HOMOGLYPH, fixed=True),
    Feature("spelt.out", -1.4, "letters spelt out: ue for ü, or the reverse", _SUBSTITUTION, fixed=True),
    Feature("dot.omit", -3.0, "a dot left out, or several at once: the dots of one name are lost together", _DOT),
    Feature("dot.insert", -3.0, "a dot added", _DOT),
    Feature("dot.move", -3.0, "a dot exchanged with a letter", _DOT),
    Feature("dot.mistake", -3.0, "another character for a dot, or the reverse", _DOT),
    # How the typed suffix differs from the intended one.
    Feature("suffix.omit", -2.0, "one letter left out", _TLD),
    Feature("suffix.insert", -2.5, "one letter added", _TLD),
    Feature("suffix.swap", -2.5, "two letters exchanged", _TLD),
    Feature("suffix.substitute", -3.0, "one letter for another", _TLD),
    Feature("suffix.dropped", -3.5, "without its first label", _TLD),
    Feature("suffix.added", -3.5, "a suffix before the suffix", _TLD),
    Feature("suffix.sibling", -3.5, "another suffix under the same top-level domain", _TLD),
    Feature("suffix.other", -4.0, "a suffix that has little in common with it", _TLD),
    # What makes an explanation by these edits likelier, or less likely.
    Feature("suffix.lives", -1.0, "another top-level domain than the intended one, and it exists"),
    Feature("suffix.unknown", 2.0, "another top-level domain than the intended one, and it doesn't exist"),
    Feature("suffix.known", -1.0, "only the suffix differs, and the label is one of the popular labels"),
    Feature("suffix.alone", 0.0, "only the suffix differs"),
    Feature("suffix.long", 0.0, "only the suffix differs: letters of the label, 14 at most"),
    Feature("dropped.alone", -1.0, "only the suffix differs, by its first label"),
    Feature("www", 0.0, "the dot left out is the one after www", fixed=True),
    Feature("dot.host", 0.0, "the dot left out is the one after another host's label", fixed=True),
    Feature("dot.word", -2.0, "the dot left out is the one after a word that also begins names", fixed=True),
    Feature("dot.suffix", -1.0, "the dot left out is the one before the suffix; another suffix follows", fixed=True),
    Feature("dot.known", -2.0, "a part is taken away whose dot is left out, and the typed label is a popular one"),
    Feature("subdomain", -1.0, "host labels left of the name are ignored", fixed=True),
    Feature("substitute.first", -0.5, "a letter replaced is the first"),
    Feature("substitute.last", 0.0, "a letter replaced is the last"),
    Feature("substitute.late", 0.0, "the place of a letter replaced, 0..1"),
    Feature("insert.first", -0.5, "a letter added stands before the first"),
    Feature("insert.last", 0.0, "a letter added stands at the end"),
    Feature("insert.late", 0.0, "the place of a letter added, 0..1"),
    Feature("omit.first", -0.5, "a letter left out is the first"),
    Feature("omit.last", 0.0, "a letter left out is the last"),
    Feature("omit.late", 0.0, "the place of a letter left out, 0..1"),
    Feature("swap.late", 0.0, "the place of an exchange, 0..1"),
    Feature("beside", 0.0, "two edits at the same place or at neighbouring ones"),
    Feature("second", -1.0, "at least two edits"),
    Feature("third", -1.0, "at least three edits"),
    Feature("more", -1.0, "each edit after the third"),
    Feature("dense", -0.3, "five times the edits of letters, by the letters of the intended name"),
    Feature("grown", -1.0, "letters added less letters left out, over one, 3 at most"),
    Feature("shrunk", -1.0, "letters left out less letters added, over one, 3 at most"),
    Feature("two", 0.0, "two edits of letters"),
    Feature("two.crowded", -0.3, "two edits of letters: letters under 8 in the shorter name"),
    Feature("three", 0.0, "three or more edits of letters"),
    Feature("three.crowded", -0.3, "three or more edits of letters: letters under 17 in the shorter name, 8 at most"),
    Feature("all.inserted", 0.0, "two or more edits of letters, all of them additions"),
    Feature("all.omitted", 0.0, "two or more edits of letters, all of them omissions"),
    Feature("around", 0.0, "two or more edits of letters, and the typed name begins or ends with the intended one"),
    Feature("within", 0.0, "two or more edits of letters, and the intended name begins or ends with the typed one"),
    Feature("one.crowded", 0.0, "one edit of letters: letters under 8 in the shorter name"),
    # What makes the intended name likelier, or less likely.
    Feature("vowel", -0.05, "vowels per ten letters"),
    Feature("reads", 0.0, "how easily the name reads (letters.py)"),
    Feature("reads.long", 0.0, "how easily the name reads, times a fifth of its letters (14 at most)"),
    Feature("popular", 0.0, "the name's own label is one of the popular labels"),
    Feature("prior", 1.0, "the logarithm of the popularity given for the name", fixed=True),
    # None of the protected names: the typed name stands for itself.
    Feature("none", -6.0, "always 1"),
    Feature("none.letters", -0.3, "letters of the typed name, 14 at most"),
    Feature("none.reads", 0.0, "how easily the typed name reads, times a fifth of its letters (14 at most)"),
    Feature("none.known", 1.0, "the typed name's own label is one of the popular labels"),
)

START: dict[str, float] = {feature.name: feature.start for feature in FEATURES}
"""Feature → its weight before training. These weights alone choose the edits of an alignment (align.py)."""

EDIT_OF_PAIR: dict[str, LetterEdit] = {feature.name: feature.edit for feature in FEATURES if feature.edit is not None}
"""Every kind of edit → its word on the outer surface."""
