"""A typist who means a protected name: the names under a top-level domain to which the mail strays, likeliest first.

The slip that leads to the top-level domain is given. Beside it the typist makes no other slip, or one: in the label
(slips.py), at a dot, or by a host's label glued on. The rates are in sliprates.py, and what the order is worth is
measured in docs/reference/lookalikes.md.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import exp
from typing import Any

from catcher.lookalike.edits import LetterEdit
from catcher.lookalike.name import SPELT_OUT, Registrable
from catcher.lookalike.sliprates import LETTER_SLIP, SLIP_RATES, UNACCENTED
from catcher.lookalike.slips import Slip, slipped
from catcher.model.domain import DomainError, to_alabel

_LONGEST = 63
"""Most octets of a label (RFC 1035 §2.3.4)."""
_HOSTS = ("www", "mail", "ftp", "webmail", "smtp", "mx", "owa")
"""Labels of hosts that are glued to a name when their dot is lost."""
_EDITS = {
    "omit": LetterEdit.OMISSION,
    "insert": LetterEdit.INSERTION,
    "substitute": LetterEdit.SUBSTITUTION,
    "swap": LetterEdit.TRANSPOSITION,
    "pair.ear": LetterEdit.SUBSTITUTION,
    "pair.eye": LetterEdit.HOMOGLYPH,
}
_PLAIN_LETTER = {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss", "ð": "d", "þ": "th"}
"""Letters that Unicode doesn't decompose into an ASCII letter and an accent."""


@dataclass(frozen=True, slots=True)
class Worth:
    """One name worth holding."""

    protected: str
    domain: str
    score: float
    """The share, 0..1, of this name in the strayed mail that all names generated for ``protected`` would receive."""
    edit: str
    """The kind of slip; ``tld`` when only the TLD differs."""

    def to_json(self) -> dict[str, Any]:
        return {"protected": self.protected, "domain": self.domain, "score": self.score, "edit": self.edit}


def generate(
    protected: Iterable[str],
    tlds: Iterable[str],
    registrable: Registrable,
    *,
    limit: int | None = None,
    rates: Mapping[str, float] = SLIP_RATES,
) -> Iterator[Worth]:
    """For each of ``protected`` (A-labels) the likeliest ``limit`` names under each of ``tlds``, the likeliest first.

    A generated name can be registered there (it has one label more than the TLD) and isn't protected itself.
    Look-alikes in other alphabets are left out: nobody types them by mistake. Names of equal odds come in the order of
    the alphabet.
    """
    watched = dict.fromkeys(protected)
    under = list(dict.fromkeys(tlds))
    for name in watched:
        meant = _meant(name, registrable)
        if meant is None:
            continue
        own = [] if meant.registered != name and meant.registered in watched else list(_of_label(meant.label, rates))
        for tld in under:
            odds: dict[str, tuple[float, LetterEdit]] = {}
            for label, much, edit in (*own, *_at_dots(meant, tld, bool(own), rates)):
                domain = f"{label}.{tld}"
                if _can_be_registered(label) and domain not in watched:
                    before, likelier = odds.get(domain, (0.0, edit))
                    odds[domain] = before + much, edit if much > before else likelier
            total = sum(much for much, _ in odds.values())
            for domain, (much, edit) in sorted(odds.items(), key=lambda item: (-item[1][0], item[0]))[:limit]:
                yield Worth(name, domain, round(much / total, 6), edit)


@dataclass(frozen=True, slots=True)
class _Meant:
    host: str
    """The label left of the registered one; may be empty."""
    label: str
    suffix: str

    @property
    def registered(self) -> str:
        return f"{self.label}.{self.suffix}"


def _meant(name: str, registrable: Registrable) -> _Meant | None:
    """The parts of ``name``; None for a single label. A public suffix is cut before its last label."""
    registered = registrable(name) or ".".join(name.split(".")[-2:])
    label, _, suffix = registered.partition(".")
    if not suffix:
        return None
    return _Meant(name.removesuffix(registered).rstrip(".").rpartition(".")[2], label, suffix)


def _can_be_registered(label: str) -> bool:
    """Hyphens in the third and fourth place are for A-labels (RFC 5891 §4.2.3.1)."""
    return 0 < len(label) <= _LONGEST and label.strip("-") == label and (label[2:4] != "--" or label[:4] == "xn--")


def _of_label(label: str, rates: Mapping[str, float]) -> Iterator[tuple[str, float, LetterEdit]]:
    """(typed label, its odds beside the label as it is meant, the kind of slip) without and with one slip."""
    shown = _as_shown(label)
    yield label, 1.0, LetterEdit.TLD
    one_slip = _one_slip(label)
    found = {typed: (exp(_rate(slip, rates)), slip.kind) for typed, slip in slipped(shown).items()}
    total = sum(much for much, _ in found.values())
    for typed, (much, kind) in found.items():
        encoded = typed if typed.isascii() else _encoded(typed, label)
        if encoded:
            yield encoded, one_slip * much / total, _EDITS.get(kind) or _EDITS[kind.partition(".")[0]]
    for host in _HOSTS:
        yield f"{host}{label}", one_slip * exp(rates[f"host.{host}"]), LetterEdit.DOT
        yield f"{host}-{label}", one_slip * exp(rates["host.hyphen"]), LetterEdit.DOT
    if not shown.isascii():
        for plain in dict.fromkeys((_unaccented(shown), _unaccented("".join(SPELT_OUT.get(c, c) for c in shown)))):
            if plain.isascii():
                yield plain, UNACCENTED, LetterEdit.SUBSTITUTION


def _one_slip(label: str) -> float:
    """The odds of one slip to none in ``label``."""
    return len(_as_shown(label)) * LETTER_SLIP / (1 - LETTER_SLIP)


def _rate(slip: Slip, rates: Mapping[str, float]) -> float:
    return rates.get(slip.kind, 0.0) + sum(rates.get(place, 0.0) for place in slip.places) - slip.divisor


def _at_dots(
    meant: _Meant, tld: str, with_own: bool, rates: Mapping[str, float]
) -> Iterator[tuple[str, float, LetterEdit]]:
    """(typed label, its odds, the kind of slip) where a dot is lost, typed as a hyphen, or moved by a letter."""
    label, suffix = meant.label, meant.suffix
    lost = _one_slip(label) * exp(rates["dot.lost"])
    hyphen = _one_slip(label) * exp(rates["dot.hyphen"])
    if meant.host:
        yield f"{meant.host}{label}", lost, LetterEdit.DOT
        yield f"{meant.host}-{label}", hyphen, LetterEdit.DOT
    if not with_own or suffix == tld:
        return
    glued = suffix.removesuffix(f".{tld}").replace(".", "")
    yield f"{label}{glued}", lost, LetterEdit.DOT
    yield f"{label}-{glued}", hyphen, LetterEdit.DOT
    # gmailc.om: the slip that moves the dot leads to the TLD by itself, as the omission of a letter leads to gmail.om.
    moved = exp(rates["swap.hands"] - rates["omit.other"])
    if suffix[1:] == tld:
        yield f"{label}{suffix[0]}", moved, LetterEdit.DOT
    if tld == label[-1] + suffix:
        yield label[:-1], moved, LetterEdit.DOT


def _as_shown(label: str) -> str:
    """The U-label of an A-label, also of one outside IDNA 2008; an undecodable label stays as it is."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, OverflowError, ValueError):
        return label


def _encoded(shown: str, meant: str) -> str:
    """The A-label of a slip in ``meant``; empty where IDNA 2008 permits ``meant`` but not the slip."""
    try:
        return to_alabel(unicodedata.normalize("NFC", shown))
    except DomainError:
        return "" if _is_idna(meant) else f"xn--{shown.encode('punycode').decode('ascii')}"


def _is_idna(label: str) -> bool:
    try:
        return to_alabel(_as_shown(label)) == label
    except DomainError:
        return False


def _unaccented(shown: str) -> str:
    letters = (_PLAIN_LETTER.get(letter, letter) for letter in unicodedata.normalize("NFC", shown))
    decomposed = unicodedata.normalize("NFD", "".join(letters))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
