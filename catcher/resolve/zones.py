"""Zone files in place of the DNS: the resolver of ``catcher fingerprint --zone`` and of tests without a network."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

import dns.exception
import dns.name
import dns.rdataset
import dns.rdatatype
import dns.zone

from catcher.model.errors import ConfigurationError, Fault
from catcher.model.mail.lookup import LookupResult, LookupResults, Question, Status
from catcher.resolve.records import RDTYPES, dns_name_of, records_of

_MAX_ALIASES = 10
_ORIGIN = re.compile(r"\$ORIGIN\s+(\S+)", re.IGNORECASE)
_SOA = re.compile(r"(?P<owner>[^\s;]+)?\s+(?:(?:\d+[smhdw]?|IN)\s+)*SOA\s", re.IGNORECASE)
_WILDCARD = dns.name.Name([b"*"])


class ZoneResolver:
    """Answers like an authoritative server of these files and follows CNAMEs. Other names don't exist."""

    def __init__(self, files: Sequence[Path]) -> None:
        """Reads master files (RFC 1035 §5); a zone's origin is its SOA's owner. Raises ConfigurationError."""
        self._rdatasets: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], dns.rdataset.Rdataset] = {}
        faults = [fault for file in files if (fault := self._read(file)) is not None]
        if faults:
            raise ConfigurationError(faults)
        self._apexes = {name for name, rdtype in self._rdatasets if rdtype == dns.rdatatype.SOA}
        self._existing = {above for name, _ in self._rdatasets for above in self._up_to_apex(name)}

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str, late: bool = False) -> LookupResults:
        """The answers; ``on_behalf_of`` and ``late`` have no effect."""
        return {question: self.answer(question) for question in questions}

    def answer(self, question: Question) -> LookupResult:
        """The answer to one question."""
        name = dns_name_of(question.name)
        for _ in range(_MAX_ALIASES):
            owner = None if name is None else self._owner(name)
            if owner is None:
                return LookupResult(Status.NXDOMAIN)
            found = self._rdatasets.get((owner, RDTYPES[question.rrtype]))
            if found is not None:
                return LookupResult(Status.FOUND, records_of(found))
            alias = self._rdatasets.get((owner, dns.rdatatype.CNAME))
            if alias is None:
                return LookupResult(Status.NODATA)
            name = alias[0].target
        return LookupResult(Status.FAILED)

    def _read(self, file: Path) -> Fault | None:
        try:
            text = file.read_text(encoding="utf-8")
            origin = _origin(text)
            if origin is None:
                return Fault(file.name, "its origin isn't known", "an SOA with an absolute owner, or a line $ORIGIN")
            zone = dns.zone.from_text(text, origin, relativize=False, check_origin=False)
        except OSError as error:
            return Fault(file.name, f"it can't be read: {error.strerror}", "a zone file that exists")
        except (dns.exception.DNSException, ValueError) as error:
            return Fault(file.name, f"it is no zone file: {error}", "master file format (RFC 1035 §5)")
        for name, rdataset in zone.iterate_rdatasets():
            self._rdatasets[name, rdataset.rdtype] = rdataset
        return None

    def _up_to_apex(self, name: dns.name.Name) -> list[dns.name.Name]:
        """``name`` and the names above it in its zone; empty when no zone holds it."""
        found = []
        while True:
            found.append(name)
            if name in self._apexes:
                return found
            if name == dns.name.root:
                return []
            name = name.parent()

    def _owner(self, name: dns.name.Name) -> dns.name.Name | None:
        """The owner of the records of ``name``: itself, or the wildcard that covers it (RFC 4592 §3.3.1)."""
        ancestors = self._up_to_apex(name)
        for ancestor in ancestors:
            if ancestor in self._existing:
                if ancestor == name:
                    return name
                wildcard = _WILDCARD + ancestor
                return wildcard if wildcard in self._existing else None
        return None


def _origin(text: str) -> dns.name.Name | None:
    """The owner name of the SOA, read from the lines up to it; None when these lines don't make the name absolute."""
    origin: dns.name.Name | None = None
    for line in text.splitlines():
        if directive := _ORIGIN.match(line):
            origin = dns.name.from_text(directive[1], origin)
        elif soa := _SOA.match(line):
            owner = soa["owner"] or "@"
            name = origin if owner == "@" else dns.name.from_text(owner, origin)
            return name if name is not None and name.is_absolute() else None
    return None
