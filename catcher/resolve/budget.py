"""Limits the look-ups that mail makes us send below a name, so that nobody is flooded and nobody's mail is blinded.

::

    client's network, organisation asked about, kind of name ─▶ accounts ─▶ may be sent, or not
                                                                  ▲
    answer: a record that exists ─▶ nine tenths are given back ───┘

An account fills by what is charged and empties evenly: what was charged is gone an hour later. A look-up that finds
something costs a tenth of one that finds nothing: made-up names find nothing, and an organisation's own mail asks for
names that exist. docs/engineering/lookups.md has the numbers and their reasons.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from enum import Enum, auto
from ipaddress import ip_network
from typing import NamedTuple

PER_HOUR = 60
"""Look-ups that find nothing, an hour, of one client network below one organisation."""
MAX_ACCOUNTS = 20_000
"""Most light accounts, and most heavy ones (see ``Budgets``)."""

_MISS = 10
"""Units that a look-up costs that finds nothing."""
_HIT = 1
"""Units that a look-up costs that finds a record."""
_OF_NETWORK = 1000
"""The limit of a client's network below all organisations together, in limits below one of them."""
_OF_PROVIDER = 5
"""The limit of a provider's network (/16, /32) below one organisation, in limits of a client's network (/24, /48)."""
_OF_ALL = 10
"""The limit of all networks together below one organisation, in limits of a client's network."""
_OF_KNOWN = 10
"""The limit for names that are known to exist, in limits for other names: 6,000 look-ups an hour."""
_RESERVED = 3
"""Part of a network's limit (one third) that it has below an organisation although others used up the limit of all."""
_HEAVY = 10 * _MISS
"""Units from which on an account is heavy."""
_HOUR = 3600.0


class NameKind(Enum):
    """What a mail has to do with the name that is looked up for it."""

    FIXED = auto()
    """No mail can vary it: the organisation's own name, or that of its DMARC record."""
    KNOWN = auto()
    """It had a record when it was asked for lately."""
    CHOSEN = auto()
    """Whoever wrote the mail may have made it up."""


class Charged(NamedTuple):
    """Whom a look-up is charged to."""

    network: str
    """The client's network, or a name for a purpose of our own."""
    organisation: str
    """The organisation asked about."""


class Budgets:
    """The accounts. They are bounded: a light account gives way to light ones and a heavy one to heavy ones, the least
    recently used first. So no crowd of new holders empties the account of somebody who has spent much."""

    def __init__(self, per_hour: int = PER_HOUR) -> None:
        self._limit = per_hour * _MISS
        self._light: OrderedDict[int, tuple[float, datetime]] = OrderedDict()
        self._heavy: OrderedDict[int, tuple[float, datetime]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._light) + len(self._heavy)

    def spend(self, to: Charged, kind: NameKind, now: datetime) -> bool:
        """Charges a look-up; False, and nothing is charged, when a limit is reached. A name that isn't known costs as
        one that doesn't exist until ``give_back``."""
        cost = _HIT if kind is NameKind.KNOWN else _MISS
        accounts = self._accounts(to, kind)
        for number, (key, limit) in enumerate(accounts):
            if self._spent(key, limit, now) + cost <= limit:
                continue
            # Others may have used up the limit of all: a part of the network's own is left to it.
            if number != 3 or self._spent(*accounts[1], now) + cost > accounts[1][1] / _RESERVED:
                return False
        self._add(accounts, cost, now)
        return True

    def give_back(self, to: Charged, kind: NameKind, now: datetime) -> None:
        """The look-up that was charged has found a record."""
        if kind is not NameKind.KNOWN:
            self._add(self._accounts(to, kind), _HIT - _MISS, now)

    def charge(self, to: Charged, now: datetime, *, hit: bool) -> bool:
        """Charges a look-up that a server made by itself when it followed an alias. False: the network had nothing
        left below that organisation."""
        accounts = self._accounts(to, NameKind.CHOSEN)
        key, limit = accounts[1]
        within = self._spent(key, limit, now) < limit
        self._add(accounts, _HIT if hit else _MISS, now)
        return within

    def use_up(self, to: Charged, now: datetime) -> None:
        """Leaves the network nothing below the organisation for now: its names led where the budget was spent."""
        key, limit = self._accounts(to, NameKind.CHOSEN)[1]
        self._set(key, limit, now)

    def _accounts(self, to: Charged, kind: NameKind) -> list[tuple[int, float]]:
        """Keys and limits: of the network, of the network below the organisation, of its provider's network there, of
        everybody there.

        Hashes of text are salted for each process: nobody can make two holders share an account.
        """
        network, organisation = to
        accounts = [(hash(network), float(self._limit * _OF_NETWORK))]
        if kind is NameKind.FIXED:
            return accounts
        limit = float(self._limit * (_OF_KNOWN if kind is NameKind.KNOWN else 1))
        accounts.append((hash((network, organisation, kind)), limit))
        accounts.append((hash((_provider_of(network), organisation, kind, "provider")), limit * _OF_PROVIDER))
        if kind is NameKind.CHOSEN:
            accounts.append((hash((organisation, "all")), limit * _OF_ALL))
        return accounts

    def _add(self, accounts: list[tuple[int, float]], units: int, now: datetime) -> None:
        for key, limit in accounts:
            self._set(key, self._spent(key, limit, now) + units, now)

    def _spent(self, key: int, limit: float, now: datetime) -> float:
        entry = self._heavy.get(key) or self._light.get(key)
        if entry is None:
            return 0.0
        seconds = max(0.0, (now - entry[1]).total_seconds())
        return max(0.0, entry[0] - limit * seconds / _HOUR)

    def _set(self, key: int, units: float, now: datetime) -> None:
        self._light.pop(key, None)
        self._heavy.pop(key, None)
        if units <= 0:
            return
        table = self._heavy if units >= _HEAVY else self._light
        table[key] = (units, now)
        if len(table) > MAX_ACCOUNTS:
            table.popitem(last=False)


def _provider_of(network: str) -> str:
    """The /16 or /32 around a client's network; other text stands for itself."""
    try:
        found = ip_network(network)
    except ValueError:
        return network
    prefix = 16 if found.version == 4 else 32
    return str(found.supernet(new_prefix=prefix)) if found.prefixlen > prefix else network
