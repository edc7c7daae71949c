"""Records the policies and delegations of domains with incidents.

Mail counts before and after a change of policy can't be compared, and silence proves nothing while mail can't reach us.
"""

from __future__ import annotations

from datetime import datetime

from catcher.catalogue import Catalogue
from catcher.desk.delegation import DelegationRound
from catcher.model.mail.policy import Policy
from catcher.model.ports import Store


def note_policies(store: Store, catalogue: Catalogue, now: datetime) -> int:
    """Records each change since the last call; returns their number. A domain that left the catalogue is released."""
    policies = {}
    for domain in {key.domain for key in store.incident_keys()}:
        entry = catalogue.get(domain)
        policies[domain] = Policy.RELEASE if entry is None else catalogue.policy_at(entry, now)
    return store.note_policies(now.date(), policies)


def note_delegations(store: Store, found: DelegationRound, now: datetime) -> frozenset[str]:
    """Records each change of a delegation; returns the domains with incidents."""
    leaking = frozenset(key.domain for key in store.incident_keys())
    ours = dict.fromkeys(found.ours, True) | dict.fromkeys(found.lost, False)
    store.note_delegations(now.date(), {name: is_ours for name, is_ours in ours.items() if name in leaking})
    return leaking
