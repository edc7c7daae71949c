"""Mails that were only counted.

The day's rows are shared out fairly, and a mail beyond a share is answered as if it was stored: numbers of its day and
domain are "at least". Mail for the operator is answered with a pointer, and changes no other number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

ANY_DOMAIN = ""
"""Stands for the domains beyond ``MOST_DOMAINS``: any domain may be meant."""
MOST_DOMAINS = 10_000
"""Most domains of a day with a count of their own; a flood to a million names must not fill the table of counts."""


MOST_UNPROVEN_RECIPIENTS = 10
"""Most recipients of an unproven mail whose mailboxes are kept. Such mail counts for nothing, and each mailbox is a row
of the sums: a client that tries made-up addresses would make them grow by a hundred rows a mail."""


class UnstoredKind(StrEnum):
    """Which mail was only counted."""

    PROVEN = "proven"
    """The sender's domain is proven, and used up its share of the day."""
    UNPROVEN = "unproven"
    """Nothing is proven, and the client's network used up its share of the day."""
    POSTMASTER = "postmaster"
    """It was for postmaster@ a held domain (RFC 5321 §4.5.1)."""
    ABUSE = "abuse"
    """It was for abuse@ a held domain (RFC 2142 §4)."""


BEYOND_SHARES = frozenset({UnstoredKind.PROVEN, UnstoredKind.UNPROVEN})
"""Mail that is an observation where a share is left: it makes other numbers "at least"."""
TO_OPERATOR = frozenset({UnstoredKind.POSTMASTER, UnstoredKind.ABUSE})
"""Mail for the person who runs the sink."""


class UnstoredKey(NamedTuple):
    """What is counted apart."""

    day: date
    """Day of the mail in UTC."""
    domain: str
    """The catalogued domain, or ANY_DOMAIN."""
    kind: UnstoredKind


NOTHING_UNSTORED: Mapping[UnstoredKey, int] = MappingProxyType({})


def unstored_mails(
    counts: Mapping[UnstoredKey, int],
    domain: str | None = None,
    *,
    kinds: frozenset[UnstoredKind] = BEYOND_SHARES,
) -> int:
    """The mails of ``counts`` that may have been to ``domain`` (None: to any), of the ``kinds``. A number of
    BEYOND_SHARES above 0 makes the numbers of that domain "at least"."""
    wanted = (domain, ANY_DOMAIN)
    return sum(mails for key, mails in counts.items() if key.kind in kinds and (domain is None or key.domain in wanted))
