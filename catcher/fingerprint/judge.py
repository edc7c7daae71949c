"""The whole judgement: a transaction, the answers at hand and the context make a Fingerprint or open questions.

::

    transaction ─▶ gist: names, digests, words; no text ─┐
                                           answers ──────┼─▶ judge ─▶ Fingerprint | Unanswered
                                           context ──────┘
"""

from __future__ import annotations

from collections.abc import Callable

from catcher.fingerprint.addresses import domain_or_none
from catcher.fingerprint.arc import Chain
from catcher.fingerprint.authentication import Credentials, authenticate, read_credentials
from catcher.fingerprint.context import Context
from catcher.fingerprint.facts import Fact
from catcher.fingerprint.freshness import judge_freshness
from catcher.fingerprint.glance import Glance
from catcher.fingerprint.hints import heed
from catcher.fingerprint.lookups import Lookups
from catcher.fingerprint.markings import judge_markings
from catcher.fingerprint.nature import Look, judge_nature, look_at
from catcher.fingerprint.network import claimed_network, judge_network
from catcher.fingerprint.platforms import header_platforms
from catcher.fingerprint.sender import Bystanders, judge_sender
from catcher.fingerprint.spf import is_address
from catcher.model.fingerprint import Fingerprint, Intended, Marking
from catcher.model.lookup import LookupResults, Unanswered
from catcher.model.transaction import Transaction
from catcher.model.value import value


@value
class Gist:
    """All that is judged of a transaction. Nothing of its header's text: it may be kept when the header is gone."""

    credentials: Credentials
    typed: tuple[str, ...]
    """The distinct domains of the recipients."""
    reverse_path: str | None
    """The domain of the reverse-path, where it has one."""
    carriers: tuple[str, ...]
    """Platforms, by header fields that they write."""
    look: Look | None
    """None where there was no message."""
    markings: tuple[Marking, ...]

    @property
    def octets(self) -> int:
        """About how much memory it takes, rather too much than too little."""
        kept = self.credentials
        seals = [claim.seal for claim in kept.claims if claim.seal]
        seals += [seal for _, seal in kept.chain.links] if isinstance(kept.chain, Chain) else []
        hinted = [domain for domain, _ in self.look.hints] if self.look else []
        names = (kept.helo, *kept.authors, *self.typed, *hinted)
        return _FRAME + sum(2 * len(seal.value) + _FRAME for seal in seals) + sum(len(name) + _NAME for name in names)


_NOTHING: frozenset[Fact] = frozenset()
_FRAME, _NAME = 2_000, 100
"""Octets that a value of several fields takes, and a text beside its characters."""


def gist(transaction: Transaction, *, lookups: bool = True, intended: Callable[[str], Intended] | None = None) -> Gist:
    """What is to be judged of ``transaction``; with ``lookups`` False without what the DNS would be asked for.

    ``intended`` says for whom a typed domain may stand; without it nothing is looked for that may hint at those.
    """
    header, reverse_path = transaction.header, transaction.reverse_path
    glance = None if header is None else Glance(header)
    typed = tuple(dict.fromkeys([mailbox.domain for mailbox in transaction.forward_paths]))
    credentials = read_credentials(transaction, glance, lookups=lookups)
    sent_from = domain_or_none(reverse_path.domain) if reverse_path else None
    look = look_at(transaction, glance, map(intended, typed) if intended else ()) if glance else None
    return Gist(credentials, typed, sent_from, header_platforms(header), look, judge_markings(header))


def fingerprint(transaction: Transaction, answers: LookupResults, context: Context) -> Fingerprint | Unanswered:
    """Who sent it, for whom, of what kind. Pure: the same arguments give the same result.

    Unanswered names questions that aren't in ``answers``: ask them, add the answers, call again. After MAX_ROUNDS
    pass ``settled(answers)``, which always leads to a result. With ``context.lookups`` False nothing is asked.
    """
    return judge(gist(transaction, lookups=context.lookups, intended=context.intended), answers, context)


def judge(of: Gist, answers: LookupResults, context: Context) -> Fingerprint | Unanswered:
    """The same of a transaction's gist."""
    lookups = Lookups(answers)
    shown = of.credentials
    own = context.organizational_domain
    authenticated = authenticate(lookups, shown, context)
    if context.lookups and is_address(shown.client):
        network = judge_network(lookups, shown.client, shown.helo, own)
    else:
        network = claimed_network(shown.helo, own)
    if authenticated is None or network is None:
        return Unanswered(frozenset(lookups.open))
    bystanders = Bystanders(of.reverse_path, of.carriers, context.network_owner(shown.client))
    sender = judge_sender(authenticated, network, bystanders, context)
    own_names = {*network.reverse, network.helo, *map(own, authenticated.authors)}
    hints = of.look.hints if of.look else ()
    heeded = [heed(context.intended(domain), hints, context.organisation) for domain in of.typed]
    intended = tuple([found for found, _ in heeded])
    hinted = _NOTHING.union(*(facts for _, facts in heeded)) if hints else _NOTHING
    nature = judge_nature(of.look, authenticated, network, sender, own_names, hinted)
    freshness = judge_freshness(authenticated, network, context, has_message=of.look is not None)
    return Fingerprint(sender, intended, nature, of.markings, authenticated.results, freshness)
