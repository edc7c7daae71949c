"""RDAP (RFC 9083): the mail addresses that the registry, or the registrar, publishes for a domain's holder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catcher.model.contact import StepReason
from catcher.model.domain import DomainError, parents, to_alabel
from catcher.notify.find import url as urls
from catcher.notify.find.http import Page
from catcher.notify.find.https import Fetcher
from catcher.notify.find.said import Said, failed, found, none, refused
from catcher.notify.find.url import Url

BOOTSTRAP = Url("data.iana.org", "/rdap/dns.json")
"""Which server knows which top-level domain (RFC 9224)."""
MOST_OCTETS = 512 * 1024
_MOST_ENTITIES = 50
_MOST_DEPTH = 3
_MOST_SERVICES = 10_000
_ROLES = ("abuse", "technical", "registrant", "administrative")
"""Of an entity (RFC 9083 §10.2.4), whom to tell first."""
_TYPES = ("application/rdap+json", "application/json")
_ACCEPT = "application/rdap+json, application/json;q=0.5"

Json = Any
Servers = Mapping[str, Url]
"""Top-level domain, or a name below one → the base of its server's URLs."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a domain's record holds of use."""

    addresses: tuple[str, ...]
    redacted: bool
    related: Url | None
    """The registrar's record of the same domain."""


class Rdap:
    """Asks the servers; keeps which ones there are. Belongs to one event loop."""

    def __init__(self, fetcher: Fetcher, bootstrap: Url = BOOTSTRAP) -> None:
        self._fetcher = fetcher
        self._bootstrap = bootstrap
        self._servers: Servers | None = None

    async def ask(self, party: str) -> Said:
        """What the record of ``party`` says; where the registry names nobody, the registrar's."""
        if self._servers is None:
            page = await self._get(self._bootstrap, party)
            if isinstance(page, Said):
                return failed(page.reason or StepReason.BROKEN, page.host)  # it says nothing of the party
            servers = read_bootstrap(page.body)
            if servers is None:
                return failed(StepReason.MALFORMED, page.url.host)
            self._servers = servers
        base = next((self._servers[name] for name in parents(party) if name in self._servers), None)
        if base is None:
            return none(StepReason.NO_SERVER)
        said, related = await self._record(Url(base.host, f"{base.target.rstrip('/')}/domain/{party}"), party)
        if not said.addresses and related is not None:
            more, _ = await self._record(related, party)
            return more if more.addresses else said
        return said

    async def _record(self, url: Url, party: str) -> tuple[Said, Url | None]:
        page = await self._get(url, party)
        if isinstance(page, Said):
            return page, None
        host = page.url.host
        record = read(page.body, party)
        if isinstance(record, StepReason):
            return refused(record, host), None
        if record.addresses:
            return found(record.addresses, host), None
        return none(StepReason.REDACTED if record.redacted else StepReason.NO_ADDRESS, host), record.related

    async def _get(self, url: Url, party: str) -> Page | Said:
        page = await self._fetcher.get(url, accept=_ACCEPT, most=MOST_OCTETS, on_behalf_of=party)
        if isinstance(page, Page) and page.content_type.partition(";")[0].strip() not in _TYPES:
            return refused(StepReason.CONTENT_TYPE, page.url.host)
        return page


def read_bootstrap(body: bytes) -> Servers | None:
    """The servers in IANA's file (RFC 9224 §4), of each the first HTTPS URL; None for what is no such file."""
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


def read(body: bytes, party: str) -> Record | StepReason:
    """The record of ``party`` in ``body``; MALFORMED, or OTHER_NAME when it is about another domain."""
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
    return Record(tuple(dict.fromkeys(address for _, address in ranked)), redacted, _related(document))


def _json(body: bytes) -> Json:
    """The document, None for what is none. Nesting or numbers beyond reason are no document either."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _entities(document: Json, depth: int) -> Iterator[Json]:
    """The entities of ``document`` and theirs, boundedly many; without a registrar's, which speak of the registrar."""
    for entity in _listed(document.get("entities"))[:_MOST_ENTITIES]:
        if isinstance(entity, dict) and "registrar" not in _listed(entity.get("roles")):
            yield entity
            if depth < _MOST_DEPTH:
                yield from _entities(entity, depth + 1)


def _emails(vcard: Json) -> list[str]:
    """The ``email`` properties of a jCard (RFC 7095): ``["vcard", [[name, parameters, type, value], …]]``."""
    properties = _listed(vcard)[1:2]
    return [
        item[3]
        for item in _listed(properties[0] if properties else None)
        if isinstance(item, list) and len(item) > 3 and item[0] == "email" and isinstance(item[3], str) and item[3]
    ]


def _withheld(thing: Json) -> bool:
    """Whether a remark says that data are withheld (RFC 9083 §10.2.1)."""
    return any(
        isinstance(remark, dict) and "redacted" in str(remark.get("type")).lower()
        for remark in _listed(thing.get("remarks"))
    )


def _related(document: Json) -> Url | None:
    for link in _listed(document.get("links")):
        if isinstance(link, dict) and link.get("rel") == "related" and link.get("type") == "application/rdap+json":
            target = urls.read(str(link.get("href")))
            if isinstance(target, Url):
                return target
    return None


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _name(value: Json) -> str | None:
    try:
        return to_alabel(value) if isinstance(value, str) else None
    except DomainError:
        return None
