"""Records the policies of domains with incidents: mail counts before and after a change can't be compared."""

from __future__ import annotations

from datetime import datetime

from catcher.catalogue import Catalogue
from catcher.model.mail.policy import Policy
from catcher.model.ports import Store


def note_policies(store: Store, catalogue: Catalogue, now: datetime) -> int:
    """Records each change since the last call; returns their number. A domain that left the catalogue is released."""
    policies = {}
    for domain in {key.domain for key in store.incident_keys()}:
        entry = catalogue.get(domain)
        policies[domain] = Policy.RELEASE if entry is None else catalogue.policy_at(entry, now)
    return store.note_policies(now.date(), policies)
