"""Lookalikes: typed name → the protected names that it may stand for; protected name → the names worth holding.

::

    typed ─▶ name: as it is read ─▶ channel: views ─▶ index: names near it ─▶ channel: explanations ─▶ match: ranked,
             (A-label → confusables)  (no host, no www)                        (align, weights)        or abstained
    protected ─▶ slips: a typist's, each with its rate ─▶ generate ─▶ names worth holding, likeliest first

A noisy channel: score = log P(edits | intended name) + log prior (its popularity; letters: how easily it reads). One
more score stands for "none of these" (none). Pure: no sockets, files, environment or clock; the public suffix list is
passed in as a function.
"""

from catcher.lookalike.generate import Worth, generate
from catcher.lookalike.letters import Letters
from catcher.lookalike.match import Lookalikes, Match

__all__ = ["Letters", "Lookalikes", "Match", "Worth", "generate"]
