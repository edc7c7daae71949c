"""Stores the counts of mail for postmaster@ and abuse@ of held domains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from catcher.model.leak.unstored import ANY_DOMAIN, MOST_DOMAINS, TO_OPERATOR, UnstoredKey
from catcher.model.ports import Store


def note_operator_mail(store: Store, counts: Mapping[UnstoredKey, int]) -> None:
    """Adds ``counts`` to the stored counts. A day's domains beyond MOST_DOMAINS are counted together, as ANY_DOMAIN.

    Raises StoreUnavailable; nothing was added then.
    """
    known: dict[date, set[str]] = {}
    bounded: Counter[UnstoredKey] = Counter()
    for key, mails in counts.items():
        if key.day not in known:
            stored = store.unstored(first=key.day, last=key.day)
            known[key.day] = {other.domain for other in stored if other.kind in TO_OPERATOR}
        domains = known[key.day]
        if key.domain not in domains and len(domains) >= MOST_DOMAINS:
            bounded[key._replace(domain=ANY_DOMAIN)] += mails
        else:
            domains.add(key.domain)
            bounded[key] += mails
    store.add_rows([], unstored=bounded)
