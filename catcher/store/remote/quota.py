"""Shares the rows of a day out among networks and proven senders. Pure.

::

    rows_a_day ─ half at midnight, the rest evenly over the day ─▶ open rows
        ├─ proven sender: organization ─▶ its networks          up to all open rows
        └─ unproven mail: region (/16, /32) ─▶ network (/24, /48)   up to half of the open rows, and of what is left

One rule at each branch, dynamic thresholds (Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory
packet switches", 1998): who has stored less than a fraction of the rows that are still free may store another one. So
one sender alone may take much, many share equally, and who comes new finds room. No row is taken back.

The first rows of a day of each verified organization have a place in any case.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from catcher.model.mail.fingerprint import Tier
from catcher.privacy.retention import network_of
from catcher.store.codec import sender_from
from catcher.store.rules import proven_organisation

FIRST_ROWS = 20
"""Rows a day of each verified organization that have a place, however full the day is (DESIGN §3)."""
ORGANIZATION_FRACTION = 1 / 4
"""Fraction of the free rows that one proven organization may have: alone it gets a fifth of the day."""
REGION_FRACTION = 1.0
"""Fraction of the free rows for unproven mail that one region may have: alone it gets half of them, and one network
alone a third."""
UNPROVEN_FRACTION = 1 / 2
"""Fraction of the open rows that unproven mail may take: the other half is for proven senders alone."""
OPEN_AT_MIDNIGHT = 1 / 2
"""Fraction of the day's rows that is open at midnight. The rest opens evenly, so that a flood in the morning leaves
room for the evening."""
RECIPIENTS_A_ROW = 10
"""Recipients for which an observation takes one row more of its share: each recipient becomes a row of the sums, a
tenth as large as an observation."""
MOST_KEYS = 500_000
"""Most organizations, networks and pairs of a day with a count of their own: 50 MB. Further ones share the counts of
``_BUCKETS``; they get less than their share, never more."""
_BUCKETS = 65_536
_MINUTES = 24 * 60


class SenderShare(NamedTuple):
    """To whose share the mail of a sender belongs."""

    organization: str | None
    """The organizational domain of a proven sender; tenants of a platform are apart."""
    verified: bool


class ClientPlace(NamedTuple):
    """Where a client is."""

    region: str
    """Its /16 (IPv4) or /32 (IPv6): what one holder of addresses easily has."""
    network: str
    """Its /24 (IPv4) or /48 (IPv6)."""


UNPROVEN = SenderShare(None, False)


@lru_cache(maxsize=16_384)
def sender_share(column: str) -> SenderShare:
    """The share of a mail with the column ``sender``; that of unproven mail if the column can't be read."""
    try:
        sender = sender_from(column)
        organization = proven_organisation(sender)
    except (ValueError, LookupError, TypeError):
        return UNPROVEN
    return UNPROVEN if organization is None else SenderShare(organization, sender.tier is Tier.VERIFIED)


@lru_cache(maxsize=65_536)
def client_place(client: str) -> ClientPlace:
    """The place of an address or a network; text that is neither is all in one place."""
    try:
        network = network_of(client)
        packed = ip_address(network.partition("/")[0]).packed
    except ValueError:
        return ClientPlace("", "")
    return ClientPlace(packed[: 2 if len(packed) == 4 else 4].hex(), network)


class DayQuota:
    """The rows of one day. ``takes`` decides about a row and counts it."""

    __slots__ = ("_counts", "_free", "_free_unproven", "_minute", "_rows", "_stored", "_unproven")

    def __init__(self, rows: int) -> None:
        """``rows``: the rows of the whole day."""
        self._rows = rows
        self._minute = -1
        self._stored = self._unproven = 0
        """Rows stored so far, and those of unproven mail."""
        self._free = self._free_unproven = 0.0
        self._counts: dict[int, int] = {}
        self._open(0)

    def __len__(self) -> int:
        """The number of counts that are kept."""
        return len(self._counts)

    def takes(self, place: ClientPlace, sender: SenderShare, recipients: int, minute: int) -> int:
        """The rows that storing an observation takes of the shares, which are counted; 0: it may not be stored.

        ``minute``: that of the day.
        """
        if minute > self._minute:
            self._open(minute)
        outer, inner = self._keys(place, sender)
        before, own = self._counts.get(outer, 0), self._counts.get(inner, 0)
        rows = 1 + recipients // RECIPIENTS_A_ROW
        if sender.verified and before < FIRST_ROWS:
            rows = 1
        else:
            if sender.organization is not None:
                room = self._free * ORGANIZATION_FRACTION - before
            else:
                room = self._free_unproven * REGION_FRACTION - before
            if own + rows > room:
                return 0
        self._add(outer, inner, rows, is_proven=sender.organization is not None)
        return rows

    def give_back(self, place: ClientPlace, sender: SenderShare, rows: int) -> None:
        """Takes back what ``takes`` counted for an observation that couldn't be stored."""
        self._add(*self._keys(place, sender), -rows, is_proven=sender.organization is not None)

    def count(self, place: ClientPlace, sender: SenderShare, recipients: int, rows: int) -> None:
        """Counts ``rows`` observations that are stored already."""
        outer, inner = self._keys(place, sender)
        first = max(0, min(rows, FIRST_ROWS - self._counts.get(outer, 0))) if sender.verified else 0
        taken = first + (rows - first) * (1 + recipients // RECIPIENTS_A_ROW)
        self._add(outer, inner, taken, is_proven=sender.organization is not None)

    def _add(self, outer: int, inner: int, rows: int, *, is_proven: bool) -> None:
        counts = self._counts
        counts[outer] = counts.get(outer, 0) + rows
        counts[inner] = counts.get(inner, 0) + rows
        self._stored += rows
        self._free -= rows
        if is_proven:
            self._free_unproven = min(self._free_unproven, self._free)
        else:
            self._unproven += rows
            self._free_unproven = min(self._free_unproven - rows, self._free)

    def _open(self, minute: int) -> None:
        """Opens the rows of the day up to ``minute``."""
        self._minute = minute
        opened = self._rows * (OPEN_AT_MIDNIGHT + (1 - OPEN_AT_MIDNIGHT) * min(minute, _MINUTES) / _MINUTES)
        self._free = opened - self._stored
        self._free_unproven = min(opened * UNPROVEN_FRACTION - self._unproven, self._free)

    def _keys(self, place: ClientPlace, sender: SenderShare) -> tuple[int, int]:
        """The keys of the outer and the inner count. Hashes of texts differ in each process, so nobody can make two
        that are equal."""
        organization = sender.organization
        if organization is None:
            outer, inner = hash(place.region), hash(place.network)
        else:
            outer, inner = hash(organization), hash((organization, place.network))
        counts = self._counts
        if len(counts) >= MOST_KEYS:
            outer = outer if outer in counts else outer % _BUCKETS
            inner = inner if inner in counts else inner % _BUCKETS
        return outer, inner
