"""What a fingerprint is made from besides the transaction and the answers: the time, and who is who."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from catcher.model.fingerprint import Intended, Platform
from catcher.model.value import value


@value
class Context:
    """The world outside the message. All callables are pure and never raise for a valid A-label name."""

    now: datetime
    """When the message is judged: governs ``t=`` and ``x=`` of signatures. Aware, UTC."""
    intended: Callable[[str], Intended]
    """Typed domain → for whom it was meant."""
    organizational_domain: Callable[[str], str]
    """Name → the organizational domain by the public suffix list; tenants of a platform are their own."""
    organisation: Callable[[str], str | None]
    """Domain → the organisation's name, where a directory knows it."""
    platform: Callable[[str], Platform | None] = lambda _: None
    """Organizational domain → what kind of platform it belongs to; None: none that is known."""
    network_owner: Callable[[str], str | None] = lambda _: None
    """Client address → who holds its network: a domain, or ``as`` and the number; None: not known."""
    lookups: bool = True
    """False: nothing is asked; every result that needs the DNS is ``none``."""
