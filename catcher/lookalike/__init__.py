"""Lookalikes: typed name → the protected names that it may stand for; protected name → the names worth holding.

::

    typed ─▶ name: as it is read ─▶ readings: views ─▶ index: names near it ─▶ channel: explanations ─▶ match: ranked,
             (A-label → confusables) (no host, no www)                         (align, features)        or abstained
    protected ─▶ slips: a typist's, each with its rate ─▶ generate ─▶ names worth holding, likeliest first

A noisy channel. A name's likelihood is the sum over its explanations of e^(sum of weight x factor): features.py is the
table of all features, weights.py holds their trained weights. One more term stands for "none of these".
A score is a likelihood by the sum of all: the probability that this name was meant. Pure: no sockets, files,
environment or clock; the public suffix list is passed in as functions.
"""

from catcher.lookalike.generate import Worth, generate
from catcher.lookalike.letters import Letters
from catcher.lookalike.match import CLAIMED, Lookalikes, Match

__all__ = ["CLAIMED", "Letters", "Lookalikes", "Match", "Worth", "generate"]
