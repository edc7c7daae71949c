"""The other choice: a typed name that stands for itself, even when a protected name is near."""

from __future__ import annotations

from collections.abc import Iterator

from catcher.lookalike.channel import LONG, Term
from catcher.lookalike.letters import Letters
from catcher.lookalike.name import ReadName


def none_features(typed: ReadName, letters: Letters) -> Iterator[Term]:
    """The terms of the log-probability of "none of these": of the typed name's label left of its suffix."""
    label = typed.left.rpartition(".")[2]
    length = min(len(label), LONG)
    yield "none", 1.0
    yield "none.letters", float(length)
    yield "none.reads", letters.fluency(label) * length / 5
    if label in letters.known:
        yield "none.known", 1.0
