"""Retention by the field dictionary: when fields and rows are deleted or coarsened. Pure; the store does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from catcher.model.mail.observation import Observation, Retention, field_dictionary
from catcher.model.telling.notice import TEXT_DAYS
from catcher.privacy.tokens import period_of

COARSE_AFTER = timedelta(days=30)
"""Age at which the time is cut to the hour, and the address to its network (DESIGN §3)."""
RETRY_AFTER = timedelta(days=5)
"""Age at which retry tags are deleted: an MTA gives up after 4 to 5 days (RFC 5321 §4.5.4.1)."""
PERIOD_ENDS_AFTER = timedelta(hours=1)
"""Time that a key outlives its period: transactions that began in the period are stored by then."""
PERIOD_DEADLINE = timedelta(days=3)
"""Age of an ended period at which its tokens go, settled or not, and rows past keep_days go, folded or not."""


def fields_of(retention: Retention) -> tuple[str, ...]:
    """The names of the fields with this ``retention``, in the dictionary's order."""
    return tuple(name for name, entry in field_dictionary().items() if entry["retention"] == retention)


@dataclass(frozen=True, slots=True)
class RetentionCutoffs:
    """What is due. Rows of mails, addresses and demand are kept by days in UTC. A day goes as a whole, on the day on which
    its first mail reaches the age that the dictionary states: nothing is kept longer, some is kept a day less."""

    last_deleted: date
    """Rows of this day and earlier ones are deleted, once they are folded."""
    last_deleted_unfolded: date
    """Rows of this day and earlier ones are deleted, folded or not."""
    last_coarsened: date
    """Rows of this day and earlier ones lose minute and address (``coarsened``)."""
    last_emptied: date
    """Rows of this day and earlier ones lose the fields that live for ``RETRY_AFTER`` (``emptied``)."""
    last_addresses: date
    """The addresses of clients noted on this day or earlier are forgotten, together with those of the rows."""
    contacts_before: datetime
    """Found contacts last seen before this moment are deleted."""
    texts_before: datetime
    """Notices drafted before this moment lose their text."""
    ended_before: str
    """Periods before this one are over: they can be settled, then their keys and tokens go."""
    overdue_before: str
    """Tokens of periods before this one go, whether the period is settled or not."""


def cutoffs(now: datetime, keep_days: int) -> RetentionCutoffs:
    """The cutoffs at ``now`` under ``[store] keep_days``. Raises ValueError when ``keep_days`` is below one."""
    if keep_days < 1:
        raise ValueError("keep_days is at least 1")
    today = now.astimezone(UTC).date()
    kept = timedelta(days=keep_days)
    return RetentionCutoffs(
        last_deleted=today - kept,
        last_deleted_unfolded=today - kept - PERIOD_DEADLINE,
        last_coarsened=today - COARSE_AFTER,
        last_emptied=today - RETRY_AFTER,
        last_addresses=today - min(COARSE_AFTER, kept),
        contacts_before=now - kept,
        texts_before=now - TEXT_DAYS,
        ended_before=period_of(now - PERIOD_ENDS_AFTER),
        overdue_before=period_of(now - PERIOD_DEADLINE),
    )


def network_of(client: str) -> str:
    """The network of a client's address: its /24 (IPv4, also when mapped) or its /48 (IPv6).

    Text that is no address gives ``0.0.0.0/0``; a network gives itself.
    """
    if "/" in client:
        return client
    address = _address(client)
    if address is None:
        return "0.0.0.0/0"
    return str(ip_network((address.packed, 24 if address.version == 4 else 48), strict=False))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


COARSER: dict[str, Callable[..., object]] = {"observed_at": _hour_of, "client": network_of}
"""Field of ``Retention.COARSE_30_DAYS`` → function that makes it coarser; a second application changes nothing."""


def coarsened(observation: Observation) -> Observation:
    """``observation`` in the form that may be kept once it is older than ``COARSE_AFTER``."""
    changes: dict[str, Any] = {name: coarser(getattr(observation, name)) for name, coarser in COARSER.items()}
    return replace(observation, **changes)


_EMPTY: dict[str, object] = {"signatures": (), "recipients": ()}
"""Field → what it holds once it is emptied, where that isn't None."""


def emptied(observation: Observation) -> Observation:
    """``observation`` without the fields that live only for ``RETRY_AFTER``."""
    return _without(observation, Retention.FIVE_DAYS)


def tokenless(observation: Observation) -> Observation:
    """``observation`` without the fields that live until its period is settled."""
    return _without(observation, Retention.PERIOD)


def _without(observation: Observation, retention: Retention) -> Observation:
    changes: dict[str, Any] = {name: _EMPTY.get(name) for name in fields_of(retention)}
    return replace(observation, **changes)
