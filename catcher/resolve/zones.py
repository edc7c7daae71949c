"""Zone files in place of the DNS: the resolver of ``catcher fingerprint --zone`` and of tests without a network.

dnspython reads the files. The server's own reader lies in the room ``dns``, and rooms of one line don't import each
other; it also wants each zone's apex beforehand, which here only the file's SOA tells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile
from pathlib import Path

import dns.exception
import dns.name
import dns.rdataset
import dns.rdatatype
import dns.tokenizer
import dns.ttl
import dns.zone
from dns.tokenizer import Token

from catcher.model.errors import ConfigurationError, Fault
from catcher.model.mail.lookup import LookupResult, LookupResults, LookupType, Question, Status
from catcher.resolve.records import RDTYPES, dns_name_of, records_of

_MAX_ALIASES = 10
_FAILED = LookupResult(Status.FAILED)
_NXDOMAIN = LookupResult(Status.NXDOMAIN)
_CLASSES = frozenset({"IN", "CLASS1"})
_Records = dict[tuple[dns.name.Name, dns.rdatatype.RdataType], dns.rdataset.Rdataset]
_WILDCARD = dns.name.Name([b"*"])


class ZoneResolver:
    """Answers as a resolver that knows these zones alone, and follows CNAME and DNAME. Names in no zone don't exist;
    the look-up of a name that a zone delegates elsewhere fails."""

    def __init__(self, files: Sequence[Path]) -> None:
        """Reads master files (RFC 1035 §5); a zone's origin is its SOA's owner. Raises ConfigurationError."""
        self._zones: dict[dns.name.Name, _Records] = {}
        """Apex → its zone's records; what a parent zone holds below the apex has no effect."""
        faults = [fault for file in files if (fault := self._read(file)) is not None]
        if faults:
            raise ConfigurationError(faults)
        self._existing = {
            (apex, above)
            for apex, records in self._zones.items()
            for name, _ in records
            for above in _up_to(apex, name)
        }

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str, late: bool = False) -> LookupResults:
        """The answers; ``on_behalf_of`` and ``late`` have no effect."""
        return {question: self.answer(question) for question in questions}

    def answer(self, question: Question) -> LookupResult:
        """The answer to one question (RFC 1034 §4.3.2)."""
        name = dns_name_of(question.name)
        for _ in range(_MAX_ALIASES):
            found = _NXDOMAIN if name is None else self._step(name, question.rrtype)
            if isinstance(found, LookupResult):
                return found
            name = found
        return _FAILED

    def _step(self, name: dns.name.Name, rrtype: LookupType) -> LookupResult | dns.name.Name:
        """The answer for one name of a chain, or the next name."""
        apex = next((above for above in _up_to(dns.name.root, name) if above in self._zones), None)
        if apex is None:
            return _NXDOMAIN
        records, ancestors = self._zones[apex], _up_to(apex, name)
        for above in reversed(ancestors):
            if above != apex and (cut := records.get((above, dns.rdatatype.NS))) is not None:
                is_referral = above == name and rrtype is LookupType.NS
                return LookupResult(Status.FOUND, records_of(cut)) if is_referral else _FAILED
            dname = records.get((above, dns.rdatatype.DNAME))
            if dname is not None and above != name:
                try:
                    target = name.relativize(above).derelativize(dname[0].target)
                except dns.name.NameTooLong:
                    return _FAILED  # YXDOMAIN (RFC 6672 §2.2)
                return _alias(target) if rrtype is LookupType.CNAME else target
        owner = self._owner(apex, name, ancestors)
        if owner is None:
            return _NXDOMAIN
        found = records.get((owner, RDTYPES[rrtype]))
        if found is not None:
            return LookupResult(Status.FOUND, records_of(found))
        alias = records.get((owner, dns.rdatatype.CNAME))
        if alias is None:
            return LookupResult(Status.NODATA)
        target = alias[0].target
        assert isinstance(target, dns.name.Name)
        return target

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
        records = self._zones.setdefault(origin, {})
        for name, rdataset in zone.iterate_rdatasets():
            records[name, rdataset.rdtype] = rdataset
        return None

    def _owner(
        self, apex: dns.name.Name, name: dns.name.Name, ancestors: Sequence[dns.name.Name]
    ) -> dns.name.Name | None:
        """The owner of the records of ``name``: itself, or the wildcard that covers it (RFC 4592 §3.3.1)."""
        for ancestor in ancestors:
            if (apex, ancestor) in self._existing:
                if ancestor == name:
                    return name
                wildcard = _WILDCARD + ancestor
                return wildcard if (apex, wildcard) in self._existing else None
        return None


def _up_to(apex: dns.name.Name, name: dns.name.Name) -> list[dns.name.Name]:
    """``name`` and the names above it, ``apex`` the last."""
    found = [name]
    while name != apex and name != dns.name.root:
        name = name.parent()
        found.append(name)
    return found


def _alias(target: dns.name.Name) -> LookupResult:
    return LookupResult(Status.FOUND, (target.to_text(omit_final_dot=True).lower(),))


def _origin(text: str) -> dns.name.Name | None:
    """The owner name of the SOA, read from the entries up to it; None when they don't make the name absolute."""
    origin: dns.name.Name | None = None
    owner: dns.name.Name | None = None
    for is_indented, words in _entries(text):
        if words[0].upper() == "$ORIGIN" and len(words) > 1 and not is_indented:
            origin = dns.name.from_text(words[1], origin)
            continue
        if words[0].startswith("$") and not is_indented:
            continue
        if not is_indented:
            owner = origin if words[0] == "@" else dns.name.from_text(words[0], origin)
            words = words[1:]
        if _type_of(words) == "SOA":
            return owner if owner is not None and owner.is_absolute() else None
    return None


def _type_of(words: Sequence[str]) -> str:
    """The type of a record without its owner: the first word that is neither TTL nor class (RFC 1035 §5.1)."""
    return next((word.upper() for word in words if word.upper() not in _CLASSES and not _is_ttl(word)), "")


def _is_ttl(word: str) -> bool:
    """Seconds, or BIND's form like ``1h30m``."""
    try:
        dns.ttl.from_text(word)
    except dns.exception.DNSException:
        return False
    return True


def _entries(text: str) -> Iterator[tuple[bool, list[str]]]:
    """Whether each entry begins with a blank, and its words; parentheses, quotes and comments are understood."""
    tokens = dns.tokenizer.Tokenizer(text)
    while True:
        first = tokens.get(want_leading=True)
        if first.is_eof():
            return
        words = [] if first.is_whitespace() or first.is_eol() else [first.value]
        if not first.is_eol():
            words += [token.value for token in takewhile(_is_word, iter(tokens.get, None))]
        if words:
            yield first.is_whitespace(), words


def _is_word(token: Token) -> bool:
    return not token.is_eol_or_eof()
