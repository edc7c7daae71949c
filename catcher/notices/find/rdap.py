"""RDAP (RFC 9083): the mail addresses that the registry, or the registrar, publishes for a domain's holder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catcher.model.domain import DomainError, parents, to_alabel
from catcher.model.telling.contact import StepReason
from catcher.notices.find import url as urls
from catcher.notices.find.finding import SourceFinding
from catcher.notices.find.http import Page
from catcher.notices.find.https import Fetcher
from catcher.notices.find.url import Url

BOOTSTRAP = Url("data.iana.org", "/rdap/dns.json")
"""IANA's list of the servers for top-level domains (RFC 9224)."""
MAX_RDAP_OCTETS = 512 * 1024
"""Most octets of a document."""
_MOST_ENTITIES = 50
"""Most entities that are read from one list."""
_MOST_DEPTH = 3
"""Most levels of nested entities that are read."""
_MOST_SERVICES = 10_000
"""Most services that are read from IANA's list."""
_ROLES = ("abuse", "technical", "registrant", "administrative")
"""Roles of an entity (RFC 9083 §10.2.4), the best contact first."""
_TYPES = ("application/rdap+json", "application/json")
_ACCEPT = "application/rdap+json, application/json;q=0.5"

_Json = Any
Servers = Mapping[str, Url]
"""Top-level domain, or a name below a top-level domain → the base of its server's URLs."""


@dataclass(frozen=True, slots=True)
class RdapRecord:
    """The useful part of a domain's record."""

    addresses: tuple[str, ...]
    redacted: bool
    related: Url | None
    """The registrar's record of the same domain."""


class Rdap:
    """Asks the RDAP servers, and keeps the list of these servers. Belongs to one event loop."""

    def __init__(self, fetcher: Fetcher, bootstrap: Url = BOOTSTRAP) -> None:
        self._fetcher = fetcher
        self._bootstrap = bootstrap
        self._servers: Servers | None = None

    async def ask(self, party: str) -> SourceFinding:
        """The finding in the registry's record of ``party``; if that record names nobody, in the registrar's record."""
        if self._servers is None:
            page = await self._get(self._bootstrap, party)
            if isinstance(page, SourceFinding):
                return SourceFinding.failed(
                    page.reason or StepReason.BROKEN, page.host
                )  # this reason is about the list, and not about the party
            servers = read_bootstrap(page.body)
            if servers is None:
                return SourceFinding.failed(StepReason.MALFORMED, page.url.host)
            self._servers = servers
        base = next((self._servers[name] for name in parents(party) if name in self._servers), None)
        if base is None:
            return SourceFinding.none(StepReason.NO_SERVER)
        finding, related = await self._record(Url(base.host, f"{base.target.rstrip('/')}/domain/{party}"), party)
        if not finding.addresses and related is not None:
            more, _ = await self._record(related, party)
            return more if more.addresses else finding
        return finding

    async def _record(self, url: Url, party: str) -> tuple[SourceFinding, Url | None]:
        page = await self._get(url, party)
        if isinstance(page, SourceFinding):
            return page, None
        host = page.url.host
        record = read(page.body, party)
        if isinstance(record, StepReason):
            return SourceFinding.refused(record, host), None
        if record.addresses:
            return SourceFinding.found(record.addresses, host), None
        return SourceFinding.none(
            StepReason.REDACTED if record.redacted else StepReason.NO_ADDRESS, host
        ), record.related

    async def _get(self, url: Url, party: str) -> Page | SourceFinding:
        page = await self._fetcher.get(url, accept=_ACCEPT, most=MAX_RDAP_OCTETS, on_behalf_of=party)
        if isinstance(page, Page) and page.content_type.partition(";")[0].strip() not in _TYPES:
            return SourceFinding.refused(StepReason.CONTENT_TYPE, page.url.host)
        return page


def read_bootstrap(body: bytes) -> Servers | None:
    """The servers in IANA's list (RFC 9224 §4), with the first HTTPS URL of each service; None for a malformed list."""
    document = _json(body)
    services = document.get("services") if isinstance(document, dict) else None
    if not isinstance(services, list):
        return None
    servers: dict[str, Url] = {}
    for service in services[:_MOST_SERVICES]:
        if not (isinstance(service, list) and len(service) == 2 and all(isinstance(part, list) for part in service)):
            continue
        bases = [base for text in service[1] if isinstance(text, str) and isinstance(base := urls.read(text), Url)]
        if bases:
            servers |= {name.lower(): bases[0] for name in service[0] if isinstance(name, str)}
    return servers


def read(body: bytes, party: str) -> RdapRecord | StepReason:
    """The record of ``party`` in ``body``; MALFORMED, or OTHER_NAME when the record is about another domain."""
    document = _json(body)
    if not isinstance(document, dict) or document.get("objectClassName") != "domain":
        return StepReason.MALFORMED
    if _name(document.get("ldhName")) != party:
        return StepReason.OTHER_NAME
    ranked: list[tuple[int, str]] = []
    for entity in _entities(document, 0):
        ranks = [_ROLES.index(role) for role in _listed(entity.get("roles")) if role in _ROLES]
        ranked += [(min(ranks), address) for address in _emails(entity.get("vcardArray"))] if ranks else []
    ranked.sort(key=lambda pair: pair[0])
    redacted = bool(_listed(document.get("redacted"))) or any(map(_withheld, [document, *_entities(document, 0)]))
    return RdapRecord(tuple(dict.fromkeys(address for _, address in ranked)), redacted, _related(document))


def _json(body: bytes) -> _Json:
    """The document; None for a body that isn't JSON, is nested too deeply, or has too long a number."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _entities(document: _Json, depth: int) -> Iterator[_Json]:
    """All entities, nested ones too, up to a limit; a registrar's own are skipped."""
    for entity in _listed(document.get("entities"))[:_MOST_ENTITIES]:
        if isinstance(entity, dict) and "registrar" not in _listed(entity.get("roles")):
            yield entity
            if depth < _MOST_DEPTH:
                yield from _entities(entity, depth + 1)


def _emails(vcard: _Json) -> list[str]:
    """The ``email`` properties of a jCard (RFC 7095): ``["vcard", [[name, parameters, type, value], …]]``."""
    properties = _listed(vcard)[1:2]
    return [
        item[3]
        for item in _listed(properties[0] if properties else None)
        if isinstance(item, list) and len(item) > 3 and item[0] == "email" and isinstance(item[3], str) and item[3]
    ]


def _withheld(thing: _Json) -> bool:
    """Whether a remark states that data are withheld (RFC 9083 §10.2.1)."""
    return any(
        isinstance(remark, dict) and "redacted" in str(remark.get("type")).lower()
        for remark in _listed(thing.get("remarks"))
    )


def _related(document: _Json) -> Url | None:
    for link in _listed(document.get("links")):
        if isinstance(link, dict) and link.get("rel") == "related" and link.get("type") == "application/rdap+json":
            target = urls.read(str(link.get("href")))
            if isinstance(target, Url):
                return target
    return None


def _listed(value: _Json) -> list[_Json]:
    return value if isinstance(value, list) else []


def _name(value: _Json) -> str | None:
    try:
        return to_alabel(value) if isinstance(value, str) else None
    except DomainError:
        return None
