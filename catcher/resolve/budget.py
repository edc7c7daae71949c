"""Limits the look-ups that mail makes us send below a name, so that nobody is flooded and nobody's mail is blinded.

::

    client's network, organisation asked about ─▶ four accounts ─▶ may be sent, or not
                                                     ▲
    answer: a record that exists ─▶ nine tenths are given back

An account fills by what is charged and empties evenly: what was charged is gone an hour later. A look-up that finds
something costs a tenth of one that finds nothing: made-up names find nothing, and an organisation's own mail asks for
names that exist. docs/engineering/lookups.md has the numbers and their reasons.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_network
from typing import NamedTuple

PER_HOUR = 60
"""Look-ups that find nothing, an hour, of one client network below one organisation."""
MAX_ACCOUNTS = 20_000
"""Most accounts of each kind of weight (see ``Budgets``)."""

_MISS = 10
"""Units that a look-up costs that finds nothing."""
_HIT = 1
"""Units that a look-up costs that finds a record."""
_WIDE = 5
"""The limit of a provider's network (/16, /32) below one organisation, in limits of a client's network (/24, /48)."""
_OF_ALL = 10
"""The limit of all networks together below one organisation, in limits of a client's network."""
_OF_NETWORK = 1000
"""The limit of a client's network below all organisations together, in limits below one of them."""
_RESERVED = 3
"""Part of a network's limit (one third) that it has below an organisation although others used up the limit of all."""
_HEAVY = 10 * _MISS
"""Units from which on an account is heavy."""
_HOUR = 3600.0


class Charged(NamedTuple):
    """Whom a look-up is charged to."""

    network: str
    """The client's network, or a name for a purpose of our own."""
    organisation: str
    """The organisation asked about."""


class Budgets:
    """The accounts. Bounded: light accounts give way to light ones and heavy ones to heavy ones, least recently used
    first. So new holders, however many, empty no account of somebody who has spent much."""

    def __init__(self, per_hour: int = PER_HOUR) -> None:
        self._limit = per_hour * _MISS
        self._light: OrderedDict[int, tuple[float, datetime]] = OrderedDict()
        self._heavy: OrderedDict[int, tuple[float, datetime]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._light) + len(self._heavy)

    def spend(self, to: Charged, now: datetime, *, fixed: bool = False) -> bool:
        """Charges a look-up as one that finds nothing; False, and nothing is charged, when a limit is reached.

        ``fixed``: the name is no choice of the mail's. Only the network is charged then.
        """
        if not self._permits(to, now, fixed=fixed):
            return False
        self._add(to, _MISS, now, fixed=fixed)
        return True

    def give_back(self, to: Charged, now: datetime, *, fixed: bool = False) -> None:
        """The look-up that was charged has found a record."""
        self._add(to, _HIT - _MISS, now, fixed=fixed)

    def charge(self, to: Charged, now: datetime, *, hit: bool) -> bool:
        """Charges a look-up that a server made by itself when it followed an alias. False: more than the network had
        left below that organisation."""
        within = self._spent(hash((to.network, to.organisation)), self._limit, now) < self._limit
        self._add(to, _HIT if hit else _MISS, now, fixed=False)
        return within

    def use_up(self, to: Charged, now: datetime) -> None:
        """Leaves the network nothing below the organisation for now: its names led where the budget was spent."""
        self._set(hash((to.network, to.organisation)), float(self._limit), now)

    def _permits(self, to: Charged, now: datetime, *, fixed: bool) -> bool:
        network, pair, wide, every = self._accounts(to)
        limit = self._limit
        if self._spent(network, limit * _OF_NETWORK, now) + _MISS > limit * _OF_NETWORK:
            return False
        if fixed:
            return True
        own = self._spent(pair, limit, now)
        if own + _MISS > limit or self._spent(wide, limit * _WIDE, now) + _MISS > limit * _WIDE:
            return False
        return own + _MISS <= limit // _RESERVED or self._spent(every, limit * _OF_ALL, now) + _MISS <= limit * _OF_ALL

    def _add(self, to: Charged, units: int, now: datetime, *, fixed: bool) -> None:
        for (key, times), _ in zip(self._limits(to), range(1 if fixed else 4), strict=False):
            self._set(key, max(0.0, self._spent(key, self._limit * times, now) + units), now)

    def _limits(self, to: Charged) -> Iterator[tuple[int, int]]:
        return zip(self._accounts(to), (_OF_NETWORK, 1, _WIDE, _OF_ALL), strict=True)

    @staticmethod
    def _accounts(to: Charged) -> tuple[int, int, int, int]:
        """The keys of: the network; the network, its provider's network, and everybody below the organisation.

        Hashes of strings are salted for each process: nobody can make two holders share an account.
        """
        network, organisation = to
        return (
            hash(network),
            hash((network, organisation)),
            hash((_provider_of(network), organisation, "wide")),
            hash((organisation, "all")),
        )

    def _spent(self, key: int, limit: int, now: datetime) -> float:
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
