"""DNS questions of a fingerprint, and the answers.

A pure function that lacks an answer returns its questions; the caller asks the DNS and calls the function again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class LookupType(StrEnum):
    A = "A"
    AAAA = "AAAA"
    MX = "MX"
    TXT = "TXT"
    PTR = "PTR"
    SOA = "SOA"
    NS = "NS"
    CNAME = "CNAME"
    """The alias itself; every other type's answer is that of the name where the aliases end."""


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    """Lower case, no final dot; presentation format of RFC 1035 §5.1 where a label needs escaping."""
    rrtype: LookupType


class Status(StrEnum):
    """The kinds of result of a question."""

    FOUND = "found"
    NODATA = "nodata"
    NXDOMAIN = "nxdomain"
    FAILED = "failed"
    """Time-out, SERVFAIL, REFUSED, a false answer, too many bytes, or a spent budget: the result is ``temperror``."""


LookupRecord = str | bytes | tuple[int, str]
"""A, AAAA: the address as text. MX: (preference, host without final dot). PTR, NS, CNAME: host.

SOA: RNAME, case and escapes kept. TXT: the character-strings joined (RFC 7208 §3.3).
"""


@dataclass(frozen=True, slots=True)
class LookupResult:
    status: Status
    records: tuple[LookupRecord, ...] = ()


LookupResults = Mapping[Question, LookupResult]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The questions whose answers a pure function needs for its result. Never empty."""

    questions: frozenset[Question]
