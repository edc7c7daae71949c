"""Mail systems: what the DNS says of an organisation that uses one, from which host it sends, and what it signs.

::

    fields ─▶ System.send: added fields ─▶ signatures ─▶ Sent(octets, reverse-path, client, HELO)
    System.records ─▶ table for tests.support.fingerprints

Addresses are documentation and benchmarking ones (RFC 5737, RFC 2544): each provider's SPF names a network that stands
for its real ones, and each host has the provider's real kind of name, forward and reverse.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from tests.persons.arc import sealed
from tests.persons.clients.client import Client
from tests.persons.template import Fields, Scene, body_of, fields_of, octets_of
from tests.support.signing import RSA_RECORD, signed

Records = dict[str, list[str] | list[tuple[int, str]] | tuple[bytes, ...]]
"""``"NAME TYPE"`` → records, as tests.support.fingerprints wants them; CNAMEs stand beside what they lead to."""


@dataclass(frozen=True)
class Organisation:
    """Somebody with a domain, and a number of its own from which its addresses and names come."""

    domain: str
    name: str
    number: int

    @property
    def words(self) -> dict[str, str]:
        """The words of zones and templates."""
        return {
            "domain": self.domain,
            "dashed": self.domain.replace(".", "-"),
            "tenant": self.domain.split(".")[0].replace("-", "")[:20] + f"{self.number % 7 or ''}",
            "address": self.address,
            "reverse": ".".join(reversed(self.address.split("."))) + ".in-addr.arpa",
            "account": f"00{self.number * 7919 % 0xFFFFFF:06x}",
            "host": f"{self.number // 250 % 4}.{self.number % 250 + 2}",
            "tenantid": str(uuid.uuid5(uuid.NAMESPACE_DNS, self.domain)),
            "shop": self.name,
            "RSA": RSA_RECORD.decode(),
        }

    @property
    def address(self) -> str:
        """An address of its own for its own mail server."""
        network = ("198.51.100", "203.0.113", "192.0.2")[self.number // 250 % 3]
        return f"{network}.{self.number % 250 + 2}"


@dataclass(frozen=True)
class Key:
    """A DKIM signature that a system adds."""

    fields: str
    """Names in the system's order, ``:`` between; with ``+`` before it a name is listed even where it's absent."""
    domain: str = "{domain}"
    selector: str = "s1"
    canonicalization: str = "relaxed/relaxed"
    tags: str = ""
    """Tags between ``s=`` and ``h=``; ``{stamp}`` is the time of signing, ``{week}`` a week later."""
    only_present: bool = True
    """Whether names of absent fields are left out of ``h=``."""


@dataclass(frozen=True)
class Seal:
    """An ARC set with ``i=1`` that a system adds to what goes out."""

    domain: str
    selector: str
    fields: str
    results: str
    """The authserv-id and its results; ``{words}`` of the organisation."""


@dataclass(frozen=True)
class Sent:
    """One mail as it comes to the sink."""

    octets: bytes
    mail_from: str | None
    rcpt_to: tuple[str, ...]
    client: str
    helo: str
    at: datetime


@dataclass(frozen=True)
class System:
    """One mail system. ``source`` says where its shape can be read."""

    number: int
    name: str
    source: str
    zone: str
    """Records of an organisation, one a line: name, type, data; ``{words}`` of the organisation."""
    hosts: tuple[tuple[str, str], ...]
    """(host name, address) of outbound hosts; ``{words}`` of the organisation."""
    keys: tuple[Key, ...]
    provider_zone: str = ""
    """Records that all its organisations share."""
    clients: tuple[Client, ...] = ()
    """The mail programs that its people use."""
    envelope: str = "{local}@{domain}"
    before: str = ""
    """Fields that the system puts on top, as a template."""
    after: str = ""
    """Fields that it adds below."""
    seal: Seal | None = None
    """The ARC set that it puts on top."""
    domain: str = ""
    """The one domain of a mailbox provider; empty: each organisation has its own."""

    def records(self, organisation: Organisation) -> Records:
        text = f"{self.provider_zone}\n{self.zone}\n"
        for host, address in self.hosts:
            text += f"{host} A {address}\n"
        table = zone_table(_format(text, organisation.words))
        for host, address in self.hosts:
            at = _format(address, organisation.words)
            table[f"{'.'.join(reversed(at.split('.')))}.in-addr.arpa PTR"] = [_format(host, organisation.words)]
        return table

    def send(
        self,
        template: str,
        scene: Scene,
        organisation: Organisation,
        *,
        text: str = "Hello,\n\nas discussed.\n\nRegards",
        mail_from: str | None = "",
        rcpt_to: Iterable[str] = (),
        change: Callable[[Fields], Fields] = lambda fields: fields,
    ) -> Sent:
        """The mail that ``template`` makes, as this system hands it over.

        ``mail_from``: another reverse-path than its own, with words like it; None: the empty one.
        """
        scene = Scene(**{**scene.__dict__, "words": organisation.words | dict(scene.words)})
        fields = change(fields_of(template, scene))
        content = body_of(fields, text)
        if self.before:
            fields = fields_of(self.before, scene) + fields
        if self.after:
            fields += fields_of(self.after, scene)
        octets = octets_of(fields, content)
        words = organisation.words | {
            "local": scene.local,
            "stamp": str(int(scene.at.timestamp())),
            "week": str(int(scene.at.timestamp()) + 604_800),
            "day": f"{scene.at.toordinal() % 1000:03d}",
            "rcpt": scene.rcpt.replace("@", "="),
        }
        for key in self.keys:
            octets = _signed(octets, fields, key, words)
        if self.seal is not None:
            octets = sealed(
                octets,
                domain=self.seal.domain,
                selector=self.seal.selector,
                fields=self.seal.fields,
                results=_format(self.seal.results, words),
                stamp=words["stamp"],
            )
        host, address = scene.rng.choice(self.hosts)
        path = self.envelope if mail_from == "" else mail_from
        envelope = None if path is None else _random_words(_format(path, words), scene.rng)
        return Sent(
            octets=octets,
            mail_from=envelope,
            rcpt_to=tuple(rcpt_to) or (scene.rcpt,),
            client=_format(address, words),
            helo=_format(host, words),
            at=scene.at,
        )


def _signed(octets: bytes, fields: Fields, key: Key, words: dict[str, str]) -> bytes:
    present = {name.lower() for name, _ in fields}
    names = [
        name.removeprefix("+")
        for name in key.fields.split(":")
        if not key.only_present or name.startswith("+") or name.lower() in present
    ]
    return signed(
        octets,
        domain=_format(key.domain, words),
        selector=_format(key.selector, words),
        algorithm="rsa-sha256",
        canonicalization=key.canonicalization,
        headers=":".join(names),
        tags=_format(key.tags, words),
    )


def _format(text: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _random_words(text: str, rng: Random) -> str:
    return re.sub(r"\{hex:(\d+)\}", lambda match: f"{rng.getrandbits(4 * int(match[1])):0{match[1]}x}", text)


def zone_table(text: str) -> Records:
    """Zone lines → table; a line that begins with a blank continues the one before.

    Names behind a CNAME get the target's records, as a resolver hands them out.
    """
    table: Records = {}
    aliases: list[tuple[str, str]] = []
    for line in filter(None, map(str.strip, text.replace("\n ", " ").split("\n"))):
        name, rrtype, data = line.split(None, 2)
        key = f"{name.lower()} {rrtype}"
        match rrtype:
            case "TXT":
                texts = table.setdefault(key, ())
                assert isinstance(texts, tuple)
                if data.encode() not in texts:
                    table[key] = (*texts, data.encode())
            case "MX":
                preference, host = data.split()
                _append(table, key, (int(preference), host.lower()))
            case "CNAME":
                aliases.append((name.lower(), data.lower()))
                table[key] = [data.lower()]
            case _:
                _append(table, key, data.lower())
    for alias, target in aliases:
        for rrtype in ("TXT", "A"):
            if f"{target} {rrtype}" in table:
                table[f"{alias} {rrtype}"] = table[f"{target} {rrtype}"]
    return table


def _append(table: Records, key: str, record: str | tuple[int, str]) -> None:
    records = table.setdefault(key, [])
    assert isinstance(records, list)
    if record not in records:
        records.append(record)  # type: ignore[arg-type]
