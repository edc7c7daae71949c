"""The third argument of a fingerprint, beside the transaction and the answers: the time, and who is who."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from catcher.model.mail.fingerprint import Intended, Platform
from catcher.model.value import value


@value
class Context:
    """The world outside the message. All callables are pure and never raise for a valid A-label name."""

    now: datetime
    """When the message is judged: governs ``t=`` and ``x=`` of signatures. Aware, UTC."""
    intended: Callable[[str], Intended]
    """Typed domain → the domain that was meant."""
    organizational_domain: Callable[[str], str]
    """Name → the organizational domain by the public suffix list; tenants of a platform are their own."""
    organisation: Callable[[str], str | None]
    """Domain → the organisation's name, where a directory knows it."""
    platform: Callable[[str], Platform | None] = lambda _: None
    """Organizational domain → the kind of platform that it belongs to; None: no known platform."""
    network_owner: Callable[[str], str | None] = lambda _: None
    """Client address → the holder of its network: a domain, or ``as`` and the number; None: unknown."""
    lookups: bool = True
    """False: nothing is asked; every result that needs the DNS is ``none``."""
