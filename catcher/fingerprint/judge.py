"""The whole judgement: a transaction, the answers at hand and the context make a Fingerprint or open questions."""

from __future__ import annotations

from catcher.fingerprint.addresses import domain_or_none
from catcher.fingerprint.authentication import authenticate
from catcher.fingerprint.context import Context
from catcher.fingerprint.freshness import judge_freshness
from catcher.fingerprint.lookups import Lookups
from catcher.fingerprint.markings import judge_markings
from catcher.fingerprint.nature import judge_nature
from catcher.fingerprint.network import claimed_network, judge_network
from catcher.fingerprint.platforms import header_platforms
from catcher.fingerprint.sender import Bystanders, judge_sender
from catcher.fingerprint.spf import is_address
from catcher.model.fingerprint import Fingerprint
from catcher.model.lookup import Answers, Unanswered
from catcher.model.transaction import Transaction


def fingerprint(transaction: Transaction, answers: Answers, context: Context) -> Fingerprint | Unanswered:
    """Who sent it, for whom, of what kind. Pure: the same arguments give the same result.

    Unanswered names questions that aren't in ``answers``: ask them, add the answers, call again. After MAX_ROUNDS
    pass ``settled(answers)``, which always leads to a result. With ``context.lookups`` False nothing is asked.
    """
    lookups = Lookups(answers)
    own = context.organizational_domain
    authenticated = authenticate(lookups, transaction, context)
    if context.lookups and is_address(transaction.client):
        network = judge_network(lookups, transaction.client, transaction.helo, own)
    else:
        network = claimed_network(transaction.helo, own)
    if authenticated is None or network is None:
        return Unanswered(frozenset(lookups.open))
    reverse_path = transaction.reverse_path
    sender = judge_sender(
        authenticated,
        network,
        Bystanders(
            reverse_path=domain_or_none(reverse_path.domain) if reverse_path else None,
            carriers=header_platforms(transaction.header),
            owner=context.network_owner(transaction.client),
        ),
        context,
    )
    own_names = frozenset((*network.reverse, *filter(None, (network.helo,)), *map(own, authenticated.authors)))
    typed = dict.fromkeys(mailbox.domain for mailbox in transaction.forward_paths)
    return Fingerprint(
        sender=sender,
        intended=tuple(context.intended(domain) for domain in typed),
        nature=judge_nature(transaction, authenticated, network, sender, own_names),
        markings=judge_markings(transaction.header),
        authentication=authenticated.results,
        freshness=judge_freshness(transaction, authenticated, network, context),
    )
