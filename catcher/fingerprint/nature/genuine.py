"""Estimates the probability that an honest sender wrote a mail, by a small model of header traits, and by proof.

The model adds two sums of log-odds. The first sum is over traits, with learnt weights (``weights``; calibrated, see
tests/training). The second sum is over authentication and the client's name, with rates that are **stated, not
learnt**, since no public mail of today contains these results. Without look-ups the second sum is 0, and the first sum
alone is the calibrated result.
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
    """The log-odds of a sign, from the shares of genuine mail and of spam that have the sign."""
    return math.log(genuine / spam)


_PROVEN = {
    Tier.VERIFIED: _log_odds(0.78, 0.30),  # a quarter of a large phishing corpus passes DMARC
    Tier.AUTHENTICATED: _log_odds(0.12, 0.25),  # mostly somebody else's signature
    Tier.NETWORK: _log_odds(0.05, 0.20),
    Tier.CLAIMED: _log_odds(0.05, 0.25),
}
_DMARC_FAILS = _log_odds(0.02, 0.15)
"""Added to the tier's log-odds when DMARC fails: the domain in From doesn't confirm the mail."""
_NAMELESS = _log_odds(0.02, 0.10)
"""Added when the client has no confirmed name in the reverse DNS."""


_SILENT = frozenset({AuthResult.TEMPERROR, AuthResult.NONE})


def from_traits(traits: Iterable[Trait]) -> float:
    """Log-odds by the header's traits, independent of their order, since a set's order differs between processes."""
    return BIAS + math.fsum([_WEIGHTS[trait] for trait in traits])


def probability(log_odds: float) -> float:
    """The probability, 0.01 to 0.99, two decimals: the model is never more certain than that."""
    return min(0.99, max(0.01, round(1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds)))), 2)))


def from_proof(authenticated: Authenticated, network: ClientNetwork, sender: Sender) -> float:
    """Log-odds by authentication and the client's name; 0 when nothing was judged."""
    results = authenticated.results
    judged = [results.spf.result, results.dmarc.result, network.reverse_result, *[d.result for d in results.dkim]]
    if _SILENT.issuperset(judged):
        # Look-ups were off or gave no result: this is no evidence about the sender.
        return 0.0
    score = _PROVEN[sender.tier]
    if results.dmarc.result is AuthResult.FAIL:
        score += _DMARC_FAILS
    if network.reverse_result in (AuthResult.FAIL, AuthResult.PERMERROR):
        score += _NAMELESS
    return score
