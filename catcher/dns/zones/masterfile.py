"""Reads master files (RFC 1035 §5) with dnspython: records with their file and line, or a fault.

Only this module here handles dnspython's own types.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tokenizer
import dns.ttl
import dns.zonefile

from catcher.dns.wire import Rdata, RRType, lower
from catcher.dns.zones.generate import MAX_GENERATED, counters, expand
from catcher.model.errors import Fault

MAX_INCLUDES = 16
"""Most files nested by $INCLUDE: the reading of a file that includes itself must end."""


@dataclass(frozen=True, slots=True)
class MasterRecord:
    """One record of a master file."""

    owner: bytes
    """Absolute name, wire format, folded."""
    rrtype: int
    ttl: int
    rdata: Rdata
    place: tuple[str, int]
    """File and line."""

    @property
    def where(self) -> str:
        return f"{self.place[0]}:{self.place[1]}"


def read(path: Path, origin: bytes, *, most_generated: int = MAX_GENERATED) -> tuple[list[MasterRecord], list[Fault]]:
    """The records of ``path``, which begins with ``origin`` (absolute, wire format) as its $ORIGIN.

    Records outside the zone are also returned: the caller checks them. Reading ends at the first fault. A path of
    $INCLUDE is relative to the file that holds the $INCLUDE line. The $GENERATE lines of all files together make at
    most ``most_generated`` records.
    """
    collector = _Collector()
    try:
        with path.open(encoding="utf-8") as file:
            reader = _Reader(_Tokenizer(file, str(path)), collector, most_generated)
            collector.reader = reader
            reader.current_origin = reader.last_name = dns.name.from_wire(origin, 0)[0]
            try:
                reader.read()
            except (dns.exception.DNSException, OSError, ValueError) as error:
                name, line = reader.tok.where()
                return collector.records, [Fault(f"{name}:{line}", _what(error, f"{name}:{line}: "), _remedy(error))]
            finally:
                reader.close_includes()
    except OSError as error:
        return [], [Fault(str(path), f"it can't be read: {error.strerror}", "name a readable file")]
    return collector.records, []


def _what(error: Exception, prefix: str) -> str:
    if isinstance(error, OSError):
        return f"the included file can't be read: {error.strerror}"
    if isinstance(error, UnicodeDecodeError):
        return "the file is not UTF-8"
    return str(error).removeprefix(prefix).rstrip(".") or type(error).__name__


def _remedy(error: Exception) -> str:
    if isinstance(error, OSError):
        return "paths of $INCLUDE are relative to the file that they stand in"
    if isinstance(error, UnicodeDecodeError):
        return r"save it as UTF-8, or write octets above 127 as \DDD"
    return "write it as RFC 1035 §5 has it: name, TTL, class, type, data"


class _Tokenizer(dns.tokenizer.Tokenizer):
    """Reports the line on which an entry begins, not the line read last; makes paths of $INCLUDE relative to their own
    file."""

    def __init__(self, file: TextIO, filename: str) -> None:
        super().__init__(file, filename)
        self._folder = Path(filename).parent
        self._entry_line = 1
        self._including = False

    def get(self, want_leading: bool = False, want_comment: bool = False) -> dns.tokenizer.Token:
        begins = want_leading and want_comment
        if begins and self.ungotten_token is None:
            self._entry_line = self.line_number
        token = super().get(want_leading, want_comment)
        if self._including and token.is_identifier():
            token.value = str(self._folder / token.value)
        self._including = begins and token.is_identifier() and token.value.upper() == "$INCLUDE"
        return token

    def where(self) -> tuple[str, int]:
        return self.filename, self._entry_line


class _Reader(dns.zonefile.Reader):
    """dnspython's reader with our tokenizers and a bound on nested includes."""

    def __init__(self, tokenizer: _Tokenizer, collector: _Collector, most_generated: int) -> None:
        self._most_generated = most_generated
        self._generated = 0
        transaction: Any = collector
        super().__init__(tokenizer, dns.rdataclass.IN, transaction, allow_include=True)

    @property
    def tok(self) -> dns.tokenizer.Tokenizer:
        return self._tokenizer

    @tok.setter
    def tok(self, tokenizer: dns.tokenizer.Tokenizer) -> None:
        if not isinstance(tokenizer, _Tokenizer):
            if len(self.saved_state) > MAX_INCLUDES:
                raise ValueError(f"files are included over {MAX_INCLUDES} deep")
            tokenizer = _Tokenizer(tokenizer.file, tokenizer.filename)
        self._tokenizer = tokenizer

    def _generate_line(self) -> None:
        """``$GENERATE range owner [TTL] [IN] type data``; data with blanks is quoted or ends the line."""
        words: list[dns.tokenizer.Token] = []
        while not (token := self.tok.get()).is_eol_or_eof():
            words.append(token)
        if len(words) < 4:
            raise ValueError("$GENERATE needs a range, a name, a type and data")
        rows, owner, *rest = words
        ttl = self._default_ttl()
        while rest and (rest[0].value[:1].isdigit() or rest[0].value.upper() == "IN"):
            if rest[0].value[:1].isdigit():
                ttl = dns.ttl.from_text(rest[0].value)
            del rest[0]
        if ttl is None:
            raise ValueError("$GENERATE has no TTL, and there is no $TTL before it")
        if len(rest) < 2:
            raise ValueError("$GENERATE needs a type and data")
        rrtype, *data = rest
        text = data[0].value if len(data) == 1 else " ".join(map(_written, data))
        kind = dns.rdatatype.from_text(rrtype.value)
        numbers = counters(rows.value)
        self._generated += len(numbers)
        if self._generated > self._most_generated:
            raise ValueError(f"$GENERATE makes over {self._most_generated} records")
        for counter in numbers:
            name = dns.name.from_text(expand(owner.value, counter), self.current_origin)
            rdata = dns.rdata.from_text(self.zone_rdclass, kind, expand(text, counter), self.current_origin, False)
            self.txn.add(name, ttl, rdata)
            self.last_name = name

    def _default_ttl(self) -> int | None:
        """The TTL of a record without its own TTL."""
        if self.default_ttl_known:
            return self.default_ttl
        return self.last_ttl if self.last_ttl_known else None

    def close_includes(self) -> None:
        """Closes the files that an error left open."""
        files = [self.current_file, *(state[3] for state in self.saved_state)]
        for file in files:
            if file is not None:
                file.close()


def _written(token: dns.tokenizer.Token) -> str:
    return f'"{token.value}"' if token.is_quoted_string() else str(token.value)


class _Collector:
    """Stands in for dnspython's zone transaction, and collects records with their file and line."""

    def __init__(self) -> None:
        self.records: list[MasterRecord] = []
        self.manager = self
        self.reader: _Reader | None = None

    def origin_information(self) -> tuple[dns.name.Name, bool, dns.name.Name]:
        """Returns the root: if it returned the zone's origin, dnspython would silently skip records outside the
        zone."""
        return dns.name.root, False, dns.name.root

    def check_put_rdataset(self, check: object) -> None:
        """Does nothing: ``wholezone`` checks CNAMEs beside other data."""

    def _set_origin(self, origin: dns.name.Name) -> None: ...

    def add_unicode(self, name: str) -> None: ...

    def add(self, name: dns.name.Name, ttl: int, rdata: dns.rdata.Rdata) -> None:
        assert self.reader is not None
        place = self.reader.tok.where()
        owner = lower(name.to_wire() or b"")
        self.records.append(MasterRecord(owner, int(rdata.rdtype), ttl, _rdata(rdata), place))


def _rdata(rdata: Any) -> Rdata:
    """Takes apart RDATA of the types whose names may be compressed (RFC 3597 §4) and that are still in use."""
    match rdata.rdtype:
        case RRType.NS | RRType.CNAME | RRType.PTR:
            return Rdata(b"", (rdata.target.to_wire(),))
        case RRType.MX:
            return Rdata(rdata.preference.to_bytes(2, "big"), (rdata.exchange.to_wire(),))
        case RRType.SOA:
            numbers = (rdata.serial, rdata.refresh, rdata.retry, rdata.expire, rdata.minimum)
            return Rdata(b"", (rdata.mname.to_wire(), rdata.rname.to_wire()), _uint32s(numbers))
    wire = rdata.to_wire()
    assert isinstance(wire, bytes)
    return Rdata(wire)


def _uint32s(numbers: Iterable[int]) -> bytes:
    return b"".join(number.to_bytes(4, "big") for number in numbers)
