"""The channel forwards: the names under a top-level domain to which a protected name's mail strays, likeliest first.

dnstwist isn't used: its fuzzer ranks nothing, and most of its names are look-alikes in other alphabets. Of 522 typos of
250 names in the registry's list, it makes 280 (ASCII only), and this module makes 414, including those 280. Of 98
freemail typos, dnstwist makes 78, and this module makes 86.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import exp
from string import ascii_lowercase, digits
from typing import Any

from catcher.lookalike.channel import explain, weigh
from catcher.lookalike.edits import EDIT_OF_PAIR, PAIRS, LetterEdit, word
from catcher.lookalike.name import ReadName, Registrable, name_of
from catcher.lookalike.readings import View
from catcher.lookalike.weights import EDIT_WEIGHTS

_LONGEST = 63
"""Most octets of a label (RFC 1035 §2.3.4)."""
_TYPED = f"{ascii_lowercase}{digits}-"
"""The characters of a label of a host name (RFC 1123 §2.1)."""


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
    weights: Mapping[str, float] = EDIT_WEIGHTS,
) -> Iterator[Worth]:
    """For each of ``protected`` (A-labels) the likeliest ``limit`` names one slip away under each of ``tlds``.

    A generated name can be registered there (it has one label more than the TLD) and isn't protected itself. A slip is
    the TLD alone, or the TLD and one more edit. Look-alikes in other alphabets are left out: nobody types them by
    mistake.
    """
    watched = dict.fromkeys(protected)
    for name in watched:
        meant = name_of(name, registrable)
        if not meant.suffix:
            continue
        for tld in tlds:
            found = sorted(_weighed(meant, tld, watched, weights), key=lambda item: (-item[0], item[1]))
            total = sum(exp(score) for score, _, _ in found)
            for score, domain, edit in found[:limit]:
                yield Worth(name, domain, round(exp(score) / total, 4), edit)


def _weighed(
    meant: ReadName, tld: str, watched: Mapping[str, object], weights: Mapping[str, float]
) -> Iterator[tuple[float, str, str]]:
    squeezed = meant.left.replace(".", "").replace("-", "") or meant.left
    registered = ReadName(meant.text, meant.left.rpartition(".")[2], meant.suffix, meant.foreign)
    labels = {squeezed}
    if meant.left == registered.left or registered.read not in watched:
        labels |= {*slips(registered.left), f"www{registered.left}"}
    for label in sorted(labels):
        domain = f"{label}.{tld}"
        if len(label) > _LONGEST or label.strip("-") != label or domain in watched:
            continue
        whole = label == squeezed and label != registered.left
        glued = label == f"www{registered.left}"
        view = View(registered.left, tld, ("www",)) if glued else View(label, tld)
        explanation = explain(view, meant if whole else registered)
        if explanation is not None and explanation.edits:
            beside_tld = [kind for kind in explanation.edits if EDIT_OF_PAIR[kind] is not LetterEdit.TLD]
            yield weigh(explanation.features, weights), domain, word(beside_tld or explanation.edits)


def slips(label: str) -> Iterator[str]:
    """``label`` itself, and each label that one slip makes of it. Any letter may be wrong; the channel weighs each."""
    yield label
    for place, letter in enumerate(label):
        before, after = label[:place], label[place + 1 :]
        if before + after:
            yield before + after
        yield before + after[:1] + letter + after[1:]
        for other in _TYPED:
            yield before + other + after
            yield before + other + letter + after
        for typed, intended in PAIRS:
            if label.startswith(intended, place):
                yield before + typed + label[place + len(intended) :]
    for other in _TYPED:
        yield label + other
