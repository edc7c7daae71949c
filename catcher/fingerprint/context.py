"""The third argument of a fingerprint, beside the transaction and the answers: the time, and facts about domains."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from catcher.model.mail.fingerprint import Intended, Platform
from catcher.model.mail.marking import NO_OWN_MARKINGS, OwnMarkings
from catcher.model.value import value


@value
class Context:
    """The time, and functions that know domains and networks. All are pure and never raise for a valid A-label name."""

    now: datetime
    """The time of the judgement, against which ``t=`` and ``x=`` of signatures are checked. Aware, UTC."""
    intended: Callable[[str], Intended]
    """Typed domain → its intended domain."""
    organizational_domain: Callable[[str], str]
    """Name → its organizational domain by the public suffix list; each tenant of a platform has its own one."""
    organisation: Callable[[str], str | None]
    """Domain → the organisation's name; None when no directory knows it."""
    platform: Callable[[str], Platform | None] = lambda _: None
    """Organizational domain → the kind of platform that it belongs to; None: no known platform."""
    network_owner: Callable[[str], str | None] = lambda _: None
    """Client address → the holder of its network: a domain, or ``as`` and the number; None: unknown."""
    own_markings: OwnMarkings = NO_OWN_MARKINGS
    """The operator's own list of markings."""
    lookups: bool = True
    """False: no DNS questions are asked, and every result that needs the DNS is ``none``."""
