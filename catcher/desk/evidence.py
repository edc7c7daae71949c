"""Finds the latest mails of sending and forwarding organisations, which they can look up in their own logs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import lru_cache

from catcher.desk.context import Desk
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.measures import Measures, Period
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import Tier
from catcher.model.mail.observation import Observation
from catcher.report import EVIDENCE_DAYS, EVIDENCE_ROWS

SCAN_ROWS = 50_000
"""Most rows of a typo domain that one pass reads, newest first; the limit keeps a report quick."""


def evidence(
    desk: Desk, domain: str, period: Period, reported: Mapping[IncidentKey, Measures], *, bound: bool = False
) -> dict[IncidentKey, list[Observation]]:
    """Incident of a sending or forwarding party → its latest observations at ``domain``, at most ten each, in one pass.

    ``reported``: these incidents with their measures; only their observations are searched. If an incident has mail
    that counts, only mail that counts is evidence; with ``bound`` also mail of a tenant that turned out to be bound. No
    evidence is older than 30 days or later than ``period``.
    """
    found: dict[IncidentKey, list[Observation]] = {key: [] for key in reported}
    until = datetime.combine(period.last + timedelta(days=1), time(), tzinfo=desk.now.tzinfo)
    since = desk.now - timedelta(days=EVIDENCE_DAYS)
    open_ = set(found)
    if not open_ or since >= until:
        return found
    party_of = lru_cache(maxsize=4096)(desk.party_of)
    rows = desk.store.observations(domain=domain, since=since, until=until, limit=SCAN_ROWS, newest_first=True)
    for observation in rows:
        sender = observation.sender
        if sender.domain is None or sender.tier.rank < Tier.AUTHENTICATED.rank or observation.retry_of is not None:
            continue
        party = party_of(sender.domain)
        if party is None:
            continue
        counting = observation.counting
        counts = counting.counts or (bound and counting.reason is CountReason.UNBOUND_TENANT)
        forwarded = counting.reason is CountReason.FORWARD
        key = IncidentKey(party, Role.FORWARDER if forwarded else Role.SENDER, domain)
        if key not in open_ or (reported[key].tally.total.counted and not counts):
            continue
        found[key].append(observation)
        if len(found[key]) == EVIDENCE_ROWS:
            open_.discard(key)
            if not open_:
                break
    return found
