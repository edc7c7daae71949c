"""dnspython's values ↔ those of ``model.mail.lookup``."""

from __future__ import annotations

from collections.abc import Iterable

import dns.exception
import dns.name
import dns.rdatatype
from dns.rdata import Rdata
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.NS import NS
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.SOA import SOA
from dns.rdtypes.ANY.TXT import TXT
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA

from catcher.model.mail.lookup import LookupRecord, LookupType

RDTYPES = {rrtype: dns.rdatatype.from_text(rrtype) for rrtype in LookupType}


def dns_name_of(text: str) -> dns.name.Name | None:
    """A question's name as an absolute Name; None when a message can't hold it."""
    try:
        return dns.name.from_text(text, dns.name.root)
    except (dns.exception.DNSException, UnicodeError):
        return None


def records_of(rdatas: Iterable[Rdata]) -> tuple[LookupRecord, ...]:
    """The records in the model's form; records of types that LookupType lacks are left out."""
    return tuple(record for rdata in rdatas if (record := _record(rdata)) is not None)


def _record(rdata: Rdata) -> LookupRecord | None:
    if isinstance(rdata, A | AAAA):
        return str(rdata.address)
    if isinstance(rdata, MX):
        return (rdata.preference, _host(rdata.exchange))
    if isinstance(rdata, PTR | NS | CNAME):
        return _host(rdata.target)
    if isinstance(rdata, SOA):
        return rdata.rname.to_text(omit_final_dot=True)
    if isinstance(rdata, TXT):
        return b"".join(rdata.strings)
    return None


def _host(name: dns.name.Name) -> str:
    """The host name in lower case, without its final dot; ``''`` for the root (a null MX)."""
    return name.to_text(omit_final_dot=True).removesuffix(".").lower()
