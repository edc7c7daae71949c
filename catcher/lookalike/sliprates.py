"""The rates of slips, found by training (tests/training/generate.py).

A rate is a logarithm: of a kind of slip, or of its factor at a place of the label. ``host.…`` and ``dot.…`` stand
relative to all slips inside the label. They are this project's own numbers, under its licence: counts of kinds and
places over the query log of the .bd registry of 2017 (TypoWriter, IEEE 8754163) and over public lists of mistyped
freemail domains. No name of either file is in them.
"""

from __future__ import annotations

LETTER_SLIP = 0.012
"""The probability that a letter is typed wrong and stays so: the mean uncorrected error rate, 1.167 %, of 168,000
volunteers who copied sentences (Dhakal, Feit, Kristensson, Oulasvirta, Observations on Typing from 136 Million
Keystrokes, CHI 2018, doi:10.1145/3173574.3174220; the figure as pages that cite the study give it), rounded. It sets
the odds of a misspelled label beside the label as it is meant, beside one whose dot moved, and beside one without its
accents. The order among names with one slip of a letter, a lost dot or a glued host doesn't depend on it. An address
from an address book has no slip."""
UNACCENTED = 0.25
"""The odds that an accented letter is typed without its accent, or spelt out, to the letter itself: a judgement; no
data tell it."""

SLIP_RATES: dict[str, float] = {
    "dot.hyphen": -6.02,
    "dot.lost": -3.39,
    "host.ftp": -7.11,
    "host.hyphen": -8.72,
    "host.mail": -6.33,
    "host.mx": -8.72,
    "host.owa": -8.72,
    "host.smtp": -8.72,
    "host.webmail": -8.72,
    "host.www": -4.13,
    "insert.beside": -0.74,
    "insert.digit": -2.35,
    "insert.double": 0.40,
    "insert.early": -0.48,
    "insert.first": -0.87,
    "insert.hyphen": -0.88,
    "insert.last": -0.47,
    "insert.last-but-one": 0.09,
    "insert.late": -0.67,
    "insert.middle": -0.26,
    "insert.other": -0.05,
    "insert.plural": 0.59,
    "insert.row": -0.11,
    "insert.second": -0.20,
    "insert.vowel": 0.39,
    "omit.double": 1.84,
    "omit.early": 0.93,
    "omit.first": 0.11,
    "omit.hyphen": 2.20,
    "omit.last": 2.09,
    "omit.last-but-one": -0.03,
    "omit.late": 1.04,
    "omit.long": 0.22,
    "omit.middle": 1.07,
    "omit.other": 0.68,
    "omit.second": -0.46,
    "omit.short": -0.55,
    "omit.vowel": 0.50,
    "pair.ear": -0.45,
    "pair.eye": -1.24,
    "substitute.a-e": 1.32,
    "substitute.a-i": 0.16,
    "substitute.a-o": 1.29,
    "substitute.a-u": -0.40,
    "substitute.beside": -0.07,
    "substitute.digit": -0.81,
    "substitute.digit-alike": -1.76,
    "substitute.digit-beside": -1.24,
    "substitute.digits": 1.77,
    "substitute.e-i": 0.73,
    "substitute.e-o": 0.37,
    "substitute.e-u": -0.58,
    "substitute.ear": 0.07,
    "substitute.early": -0.57,
    "substitute.first": -0.20,
    "substitute.hyphen": -2.57,
    "substitute.last": 0.47,
    "substitute.last-but-one": 0.16,
    "substitute.late": -0.25,
    "substitute.layout": -0.90,
    "substitute.middle": -0.19,
    "substitute.moved-double": 1.57,
    "substitute.o-u": -0.14,
    "substitute.other": 0.48,
    "substitute.repeated": -0.95,
    "substitute.row": 0.91,
    "substitute.second": -0.22,
    "swap.early": 0.08,
    "swap.far": -1.76,
    "swap.first": -0.95,
    "swap.hand": 0.07,
    "swap.hands": 0.42,
    "swap.last": 0.21,
    "swap.last-but-one": 0.22,
    "swap.late": 0.64,
    "swap.middle": -0.01,
    "swap.second": -0.24,
    "swap.vowels": 1.24,
}
"""The rates that training found."""
