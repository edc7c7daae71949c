"""Makes pyspf pure; the only module that calls pyspf's untyped code (RFC 7208).

pyspf judges records, mechanisms and limits. This module replaces three things: pyspf's look-ups (by a known answer,
else an open question), its clock (by a given time), and the local-part in macros (names that contain it aren't queried,
since other people's resolvers would log it).
"""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime
from functools import lru_cache
from typing import Any

import spf  # type: ignore[import-untyped]

from catcher.fingerprint.lookups import Lookups, presentation
from catcher.model.mail.lookup import LookupType, Question, Status
from catcher.model.value import value

_WITHHELD = "localpartwithheld"
"""A placeholder for the local-part while macros are expanded. It has only letters, so no macro delimiter splits it. A
name contains the placeholder exactly when it would contain part of the local-part."""

_MAX_RECORD = 2048
"""Octets of the longest SPF record that is read; RFC 7208 §3.4 recommends 450 at most."""

_UNCLOSED = re.compile(rb"%\{[^}% ]*(?:[% ]|\Z)")
"""A macro without its closing brace. For each such syntax error, pyspf searches to the end of the record."""

_MAX_ADDRESSES = 64
"""Most addresses of one name that are compared; other addresses are ignored."""


_LITERALS = {"%%": "%", "%_": " ", "%-": "%20"}
"""Macro literal → its text (RFC 7208 §7.1)."""


@lru_cache(4096)
def _address(text: str) -> tuple[int, int]:
    """(4 or 6, the address as a number)."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise spf.PermError("invalid address") from error
    return address.version, int(address)


class _OpenQuestion(Exception):
    """An answer is missing: the evaluation ends here and is run again with the answer."""


class LocalPartWithheld(Exception):
    """The next DNS query would contain the local-part."""


@value
class SpfMatch:
    """The mechanism by which a client passed SPF (RFC 7208 §5)."""

    addresses: int | None = None
    """Number of addresses that it names: of an ``ip4`` or ``ip6`` network, or of the records of ``a`` or ``mx``. None
    for ``all``, ``exists`` and ``ptr``, which name no addresses, and without a pass."""
    path: tuple[str, ...] = ()
    """The domains that led to it by ``include`` and ``redirect``, the checked domain first; then the host of an ``a``,
    ``mx`` or ``exists``."""


class Evaluation(spf.query):  # type: ignore[misc]
    """One check_host() (RFC 7208 §4). Create it, call ``run`` once, and drop it."""

    def __init__(
        self,
        lookups: Lookups,
        *,
        client: str,
        local_part: str,
        domain: str,
        helo: str,
        now: datetime,
        disclose: bool,
        explain: bool,
    ) -> None:
        # spf.query.__init__ reads the clock; this sets the same attributes without it.
        self._lookups = lookups
        self._explain = explain
        self._ahead: set[Question] = set()
        self._matched: int | None = None
        self._path: tuple[str, ...] = ()
        self._exists: tuple[str, ...] = ()
        self.l = local_part if disclose else _WITHHELD
        self.o = self.d = domain
        self.s = f"{self.l}@{domain}"
        self.h = helo
        self.t = str(int(now.timestamp()))
        self.p = None
        self.r = "unknown"
        self.ident = "mailfrom"
        self.cache: dict[Any, Any] = {}
        self.defexps = dict(spf.EXPLANATIONS)
        self.exps = dict(spf.EXPLANATIONS)
        self.libspf_local = None
        self.lookups = self.void_lookups = self.timer = self.querytime = self.timeout = 0
        self.strict = True
        self.default_modifier = True
        self.verbose = False
        self.authserv = None
        self.ipaddr = None
        self.set_ip(client)
        self._client = ipaddress.ip_address(self.c)

    def run(self) -> tuple[str, str] | None:
        """(result word of RFC 7208 §2.6, explanation), or None when questions are open.

        Raises LocalPartWithheld.
        """
        before = len(self._lookups.open)
        try:
            result, _, explanation = self.check()
        except _OpenQuestion:
            result, explanation = "", ""
        except (ValueError, AssertionError, IndexError, RecursionError):
            # In pyspf, hostile records raise these errors: too long numbers, mutual inclusion.
            result, explanation = "permerror", ""
        if len(self._lookups.open) > before:
            self._lookups.open |= self._ahead
            return None
        return str(result), str(explanation)

    @property
    def matched(self) -> SpfMatch:
        """The mechanism that gave the result ``pass``; after ``run``."""
        return SpfMatch(self._matched, self._path)

    def check1(self, spf: Any, domain: str, recursion: int) -> Any:
        """Evaluates one record. A mechanism of another record, or one that gave no pass, leaves no trace."""
        self._matched, self._path, self._exists = None, (), ()
        found = super().check1(spf, domain, recursion)
        if found[0] == "pass":
            self._path = (str(domain).lower(), *(self._path or self._exists))
        else:
            self._matched, self._path, self._exists = None, (), ()
        return found

    def dns_a(self, name: str, A: str = "A") -> Any:
        """The addresses of ``name``, which an ``a`` or ``exists`` mechanism asks for."""
        found = super().dns_a(name, A)
        self._exists = (str(name).lower(),) if found else ()
        return found

    def validated_ptrs(self) -> Any:
        """The confirmed PTR names; the comparison of their addresses is no match of a mechanism."""
        before = self._matched, self._exists
        try:
            return super().validated_ptrs()
        finally:
            self._matched, self._exists = before

    def dns(self, name: str, qtype: str, cnames: Any = None, ignore_void: bool = False) -> list[Any]:
        """The records, in pyspf's forms; the resolver has already followed CNAMEs."""
        name = str(name).rstrip(".").lower()
        if _WITHHELD in name:
            raise LocalPartWithheld
        if len(name) > 253 or not all(0 < len(label) < 64 for label in name.split(".")):
            return []
        answer = self._lookups.get(presentation(name), LookupType(qtype))
        if answer is None:
            raise _OpenQuestion
        if answer.status is Status.FAILED:
            raise spf.TempError("DNS")
        records = self._shaped(qtype, answer.records)
        if not records and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("Void lookup limit exceeded")
        return records

    def _shaped(self, qtype: str, records: tuple[Any, ...]) -> list[Any]:
        if qtype == "TXT":
            for text in records:
                if spf.RE_SPF.match(text) and (len(text) > _MAX_RECORD or _UNCLOSED.search(text)):
                    raise spf.PermError("Record too long, or a macro without its end")
            return [[text] for text in records]
        if qtype == "MX":
            if len(records) <= spf.MAX_MX:
                self._look_ahead(host for _, host in records)
            return list(records)
        if qtype == "PTR":
            self._look_ahead(records[: spf.MAX_PTR])
            return list(records)
        return list(records[:_MAX_ADDRESSES])

    def _look_ahead(self, hosts: Any) -> None:
        """Notes at once all address questions that pyspf would ask one by one, so that they are asked in one round."""
        for host in hosts:
            question = Question(presentation(host.rstrip(".")), LookupType(self.A))
            if question.name and question not in self._lookups.answers:
                self._ahead.add(question)

    def expand(self, s: str, stripdot: bool = True) -> str:
        """Macro expansion (RFC 7208 §7). pyspf scans the whole text once for each label; this scans it only once."""
        if "%" not in s:
            return str(super().expand(s, stripdot))
        if spf.RE_INVALID_MACRO.search(s):
            raise spf.PermError("invalid-macro-char")
        parts, end = [], 0
        for macro in spf.RE_CHAR.finditer(s):
            expanded = _LITERALS.get(macro[0])
            parts += [s[end : macro.start()], super().expand(macro[0], stripdot) if expanded is None else expanded]
            end = macro.end()
        name = "".join(parts) + s[end:]
        if stripdot:
            name = name.removesuffix(".")
        while len(name) > 253 and "." in name:
            name = name.partition(".")[2]
        return name

    def cidrmatch(self, ipaddrs: list[str], n: int) -> bool:
        """Whether the client is in the network of ``n`` bits around one of the addresses (§4.1.1 of RFC 4632)."""
        bits = self._client.max_prefixlen - n
        if bits < 0:
            raise spf.PermError("Invalid CIDR length")
        client = (self._client.version, int(self._client) >> bits)
        for text in ipaddrs:
            version, number = _address(text)
            if (version, number >> bits) == client:
                self._matched = len(set(ipaddrs)) << bits
                return True
        return False

    def get_explanation(self, spec: str) -> str | None:
        """The text that ``exp=`` refers to. catcher doesn't use it, so by default it isn't fetched."""
        return super().get_explanation(spec) if self._explain else None
