"""RR types as people write them: ``MX``, ``TYPE65280`` (RFC 3597 §5). dnspython knows most of the registry."""

from __future__ import annotations

import dns.exception
import dns.rdatatype

_MORE = {"EID": 31, "NIMLOC": 32, "ATMA": 34, "SINK": 40, "RKEY": 57, "TALINK": 58, "UINFO": 100, "UID": 101}
_MORE |= {"GID": 102, "UNSPEC": 103, "DOA": 259}
"""Types of the registry (RFC 6895 §3.1) that dnspython doesn't know by name."""


def to_mnemonic(rrtype: int) -> str:
    """The mnemonic of a type, 0 to 65535."""
    return dns.rdatatype.to_text(dns.rdatatype.RdataType.make(rrtype))


def from_mnemonic(text: str) -> int:
    """The type of a mnemonic, in upper or lower case. Raises ValueError."""
    known = _MORE.get(text.upper())
    if known is not None:
        return known
    try:
        return int(dns.rdatatype.from_text(text))
    except dns.exception.DNSException:
        raise ValueError(f"{text} is not a type") from None
