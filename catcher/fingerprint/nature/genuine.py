"""The probability that an honest sender wrote a mail, not a spammer: a small model over header traits, and proof.

It adds two sums of log-odds. Traits count by weights that were learnt (``weights``; calibrated, see tests/training).
Authentication and the client's name count by rates that are **stated, not learnt**, since no public mail of today
carries them. Without look-ups the second sum is 0, and the first alone is the calibrated answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from catcher.fingerprint.authentication.authenticate import Authenticated
from catcher.fingerprint.nature.trait import Trait
from catcher.fingerprint.nature.weights import BIAS, TRAIT_WEIGHTS
from catcher.fingerprint.network import ClientNetwork
from catcher.model.mail.fingerprint import AuthResult, Sender, Tier

_ODDS = [TRAIT_WEIGHTS.get(trait, 0.0) for trait in Trait]
_WEIGHTS = dict(zip(Trait, _ODDS, strict=True))


def _log_odds(genuine: float, spam: float) -> float:
    """The log-odds of a sign, from the shares of genuine mail and of spam that show it."""
    return math.log(genuine / spam)


_PROVEN = {
    Tier.VERIFIED: _log_odds(0.78, 0.30),  # of a large phishing corpus a quarter passes DMARC
    Tier.AUTHENTICATED: _log_odds(0.12, 0.25),  # mostly a signature of somebody else's
    Tier.NETWORK: _log_odds(0.05, 0.20),
    Tier.CLAIMED: _log_odds(0.05, 0.25),
}
_DMARC_FAILS = _log_odds(0.02, 0.15)
"""Added to the tier's when DMARC fails: the domain in From disowns the mail."""
_NAMELESS = _log_odds(0.02, 0.10)
"""Added when the client has no confirmed name in the reverse DNS."""


_SILENT = frozenset({AuthResult.TEMPERROR, AuthResult.NONE})


def from_traits(traits: Iterable[Trait]) -> float:
    """Log-odds by the header's traits, whatever their order: a set has another order in each process."""
    return BIAS + math.fsum([_WEIGHTS[trait] for trait in traits])


def probability(log_odds: float) -> float:
    """0.01 to 0.99, two decimals: the model isn't surer than 1 in 100."""
    return min(0.99, max(0.01, round(1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds)))), 2)))


def from_proof(authenticated: Authenticated, network: ClientNetwork, sender: Sender) -> float:
    """Log-odds by authentication and the client's name; 0 where nothing was judged."""
    results = authenticated.results
    judged = [results.spf.result, results.dmarc.result, network.reverse_result, *[d.result for d in results.dkim]]
    if _SILENT.issuperset(judged):
        # Look-ups were off or gave no result: that says nothing about the sender.
        return 0.0
    score = _PROVEN[sender.tier]
    if results.dmarc.result is AuthResult.FAIL:
        score += _DMARC_FAILS
    if network.reverse_result in (AuthResult.FAIL, AuthResult.PERMERROR):
        score += _NAMELESS
    return score
