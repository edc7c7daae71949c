"""RR types as people write them: ``MX``, ``TYPE65280`` (RFC 3597 §5). dnspython knows the registry."""

from __future__ import annotations

import dns.rdatatype


def to_mnemonic(rrtype: int) -> str:
    """The mnemonic of a type, 0 to 65535."""
    return dns.rdatatype.to_text(dns.rdatatype.RdataType.make(rrtype))


def from_mnemonic(text: str) -> int:
    """The reverse of ``to_mnemonic``."""
    return int(dns.rdatatype.from_text(text))
